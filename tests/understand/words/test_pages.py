"""Texts are searched, corrected, and lexicons edited by page."""

from __future__ import annotations

from fastapi.testclient import TestClient
from tests.understand.words.conftest import signed
from tests.understand.words.test_analysis import ALL

from regulars.company.rights.model import Role
from regulars.timeline.workspace import Workspace


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


def test_words_of_people_need_the_right_to_read_people(client: TestClient, ws: Workspace) -> None:
    analyst = signed(ws, Role.ANALYST)
    assert analyst.get("/words/texts").status_code == 403
    assert "/words/texts" not in analyst.get("/words/overview", params=ALL).text
    assert "on hold" in client.get("/words/of/caller 01").text
    assert "In customers’ words" not in client.get("/words/of/nobody").text
    assert client.get("/words/check", params=ALL).status_code == 200
