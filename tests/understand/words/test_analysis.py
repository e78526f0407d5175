"""Page, API, file and command say the same; people correct and edit by page."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from tests.understand.words.made import forty, tell, wrote
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.places import service as places
from regulars.company.places.model import Kind, Place
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace

ALL = {"period": "all"}


def signed(ws: Workspace, role: Role, places: list[str] | None = None) -> TestClient:
    _key, secret = keys.add_api_key(
        ws, SHELL, name=f"as {role} {places}", role=role, places=places, now=clock.now()
    )
    made = TestClient(build_web(ws))
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    tell(ws, forty())
    return signed(ws, Role.MANAGER)


def test_the_page_follows_and_then_stands(client: TestClient) -> None:
    assert "/words/overview?period=all" in client.get("/words", params=ALL).text
    assert "What is rising?" in client.get("/words/overview", params=ALL).text
    page = client.get("/words", params=ALL).text
    assert "Problem types by touchpoint" in page
    assert "/words/texts?period=all&amp;q=hold" in page
    assert "No group can be compared yet" in client.get("/words/divide", params=ALL).text


def test_an_empty_company_is_told_what_to_do(ws: Workspace) -> None:
    page = signed(ws, Role.MANAGER).get("/words/overview").text
    assert "No customer comments in this period" in page


def test_file_api_and_command_show_the_same_digits(client: TestClient, ws: Workspace) -> None:
    answer = client.get("/api/v1/words", params=ALL).json()
    (wait,) = (one for one in answer["kinds"] if one["key"] == "wait")
    text = client.get("/words?period=all&format=csv").text.lstrip("\ufeff")
    lines = [row for row in csv.DictReader(io.StringIO(text)) if row["Key"] == "wait"]
    assert float(lines[0]["Share"]) == wait["share"]["value"] == 0.25
    args = ["show", "words", "--period", "all", "--workspace", str(ws.folder)]
    shown = CliRunner().invoke(build_cli(), [*args, "--json"])
    assert json.loads(shown.stdout)["kinds"] == answer["kinds"]
    divide = client.get("/api/v1/words/divide", params=ALL).json()
    assert json.loads(shown.stdout)["divide"]["gaps"] == divide["gaps"]
    printed = CliRunner().invoke(build_cli(), args, env={"LANG": "en_US"}).stdout
    assert "Long wait" in printed
    assert "Digital divide: 0 of 0 comparisons stand out" in printed
    found = CliRunner().invoke(build_cli(), [*args, "--search", "hold", "--json"])
    assert json.loads(found.stdout)["total"] == 10
    for table in ("rise", "words"):
        assert client.get(f"/words?period=all&format=csv&table={table}").status_code == 200
    assert "Divide" in client.get("/words/divide?period=all&format=csv").text
    assert "on hold" in client.get("/words/texts?period=all&type=wait&format=csv").text


def test_one_person_s_words_are_given_within_the_caller_s_places(ws: Workspace) -> None:
    tell(ws, [*forty(), wrote("Ann", "很满意", 3, place="home"), wrote("Ann", "很慢", 4)])
    everywhere = signed(ws, Role.MANAGER).get("/api/v1/people/Ann/words").json()
    assert [one["text"] for one in everywhere] == ["很慢", "很满意"]
    assert everywhere[0]["kinds"] == ["wait"]
    tree = [Place("home", Text("Home", "本店"), Kind.STORE)]
    places.replace_all(ws, SHELL, tree, now=clock.now())
    home = signed(ws, Role.MANAGER, places=["home"]).get("/api/v1/people/Ann/words").json()
    assert [one["text"] for one in home] == ["很满意"]
    assert signed(ws, Role.ANALYST).get("/api/v1/people/Ann/words").status_code == 403


def test_texts_are_searched_and_marked(client: TestClient) -> None:
    page = client.get("/words/texts", params={**ALL, "q": "按钮"}).text
    assert "<mark>按钮</mark>" in page
    assert "10 comments" in page
    answer = client.get("/api/v1/words/texts", params={**ALL, "type": "wait"}).json()
    assert answer["total"] == 10
    assert client.get("/words/texts", params={"type": "grief"}).status_code == 422


def test_a_text_is_corrected_by_page_and_by_api(client: TestClient) -> None:
    one = client.get("/api/v1/words/texts", params={**ALL, "type": "wait"}).json()["readings"][0]
    form = {"event_id": one["event_id"], "mood": "neutral", "type": ["process"], "touchpoint": ""}
    card = client.post("/words/corrections", data=form, headers={"HX-Request": "true"}).text
    assert "checked by a person" in card
    assert "Complex process" in card
    gone = client.post("/words/corrections/undo", data={"event_id": one["event_id"]})
    assert gone.status_code in {200, 303}
    body = {"event_id": one["event_id"], "mood": "negative", "types": ["knowledge"]}
    assert client.post("/api/v1/words/corrections", json=body).json()["kinds"] == ["knowledge"]
    assert client.delete(f"/api/v1/words/corrections/{one['event_id']}").status_code == 200
    assert client.delete(f"/api/v1/words/corrections/{one['event_id']}").status_code == 404


def test_only_our_own_pages_are_gone_back_to(client: TestClient) -> None:
    one = client.get("/api/v1/words/texts", params=ALL).json()["readings"][0]
    form = {"event_id": one["event_id"], "mood": "neutral", "back": "https://elsewhere.example"}
    sent = client.post("/words/corrections", data=form, follow_redirects=False)
    assert sent.headers["location"] == "/words/texts"


def test_a_lexicon_is_edited_and_restored_by_page(client: TestClient) -> None:
    shown = client.get("/api/v1/words/lexicons/en").json()
    form = {
        "language": "en",
        "on": shown["version"],
        "wait": "on hold\ndilly dally",
        "good": "nice",
        "words": "nowise",
        "window": "3",
        "wait.negated": "dilly dally",
    }
    assert client.post("/words/lexicon", data=form).status_code == 200
    page = client.get("/words/lexicon?language=en").text
    assert "dilly dally" in page
    assert "Words that only look like a negation" in page
    document = client.get("/api/v1/words/lexicons/en").json()["document"]
    assert 'window = 3\nwords = ["nowise"]' in document
    assert 'negated = ["dilly dally"]' in document
    assert client.post("/words/lexicon", data=form).status_code == 422  # somebody was faster
    wide = {**form, "on": "1", "window": "60"}
    assert "reaches 0 to 6 words" in client.post("/words/lexicon", data=wide).text
    client.post("/words/lexicon/restore", data={"language": "en", "number": "0"})
    assert client.get("/api/v1/words/lexicons/en").json()["document"] == shown["document"]
    assert client.get("/words/lexicon?language=xx").status_code == 404


def test_a_lexicon_is_put_by_api(client: TestClient) -> None:
    document = "[types.wait]\nphrases = ['dawdle*']\n"
    made = client.put("/api/v1/words/lexicons/en", json={"document": document, "on": 0})
    assert made.json()["version"] == 1
    assert (
        client.put("/api/v1/words/lexicons/en", json={"document": "?", "on": 1}).status_code == 422
    )


def test_words_of_people_need_the_right_to_read_people(client: TestClient, ws: Workspace) -> None:
    analyst = signed(ws, Role.ANALYST)
    assert analyst.get("/words/texts").status_code == 403
    assert "/words/texts" not in analyst.get("/words/overview", params=ALL).text
    assert "on hold" in client.get("/words/of/caller 01").text
    assert "In customers’ words" not in client.get("/words/of/nobody").text
    assert client.get("/words/check", params=ALL).status_code == 200
