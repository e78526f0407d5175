"""Page, API, file and command say the same; people correct and edit by page."""

from __future__ import annotations

import csv
import io
import json

from fastapi.testclient import TestClient
from tests.understand.words.conftest import signed
from tests.understand.words.made import forty, tell, wrote
from typer.testing import CliRunner

from regulars.app import build_cli
from regulars.company.places import service as places
from regulars.company.places.model import Kind, Place
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace

ALL = {"period": "all"}


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
