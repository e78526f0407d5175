"""What statuses of orders mean: looked at and edited by page, command and API."""

from __future__ import annotations

from fastapi import FastAPI

from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import SHELL, Role
from regulars.listen.statuses import service
from regulars.listen.statuses.model import Standing, shipped
from regulars.timeline.workspace import Workspace
from tests.listen.identities.test_pages import sign
from tests.timeline.cast import NOON


def test_a_word_gets_a_meaning_and_loses_it_again_and_both_are_audited(any_ws: Workspace) -> None:
    one = service.set_meaning(any_ws, SHELL, " Picked-Up ", "completed", now=NOON)
    assert (one.word, one.shipped, one.changed_by) == ("picked up", None, SHELL.name)
    assert service.words(any_ws)["picked up"] is Standing.COMPLETED
    assert service.overview(any_ws)[0] == one
    service.set_meaning(any_ws, SHELL, "picked up", "refunded", now=NOON)
    assert service.overview(any_ws)[0].meaning is Standing.REFUNDED
    assert service.reset(any_ws, SHELL, "PICKED_UP") is None
    assert service.words(any_ws) == shipped()
    told = [(one.action, one.subject) for one in audit.find(any_ws, Search(), limit=3)]
    assert told == [
        ("status.reset", "picked up"),
        ("status.set", "picked up"),
        ("status.set", "picked up"),
    ]


def test_a_shipped_word_means_something_else_until_it_is_taken_back(ws: Workspace) -> None:
    one = service.set_meaning(ws, SHELL, "Closed", "cancelled", now=NOON)
    assert (one.meaning, one.shipped) == (Standing.CANCELLED, Standing.COMPLETED)
    back = service.reset(ws, SHELL, "closed")
    assert back is not None and back.meaning is Standing.COMPLETED
    service.set_meaning(ws, SHELL, "closed", "cancelled", now=NOON)
    service.set_meaning(ws, SHELL, "closed", "completed", now=NOON)
    assert not [one for one in service.overview(ws) if one.changed_at is not None]


def test_a_word_that_means_it_already_is_left_alone(ws: Workspace) -> None:
    service.set_meaning(ws, SHELL, "paid", "completed", now=NOON)
    assert service.words(ws) == shipped()
    assert not [one for one in audit.find(ws, Search(), limit=9) if one.action == "status.set"]


def test_the_page_sets_and_takes_back(ws: Workspace, app: FastAPI) -> None:
    analyst = sign(app, ws, "dana", Role.ANALYST)
    assert 'value="已核销"' in analyst.get("/sources/statuses?word=已核销").text
    given = {"word": "已核销", "meaning": "completed"}
    assert analyst.post("/sources/statuses/set", data=given).is_redirect
    assert service.words(ws)["已核销"] is Standing.COMPLETED
    wrong = analyst.post("/sources/statuses/set", data={"word": "x", "meaning": "lost"})
    assert wrong.status_code == 422 and "Choose one from the list." in wrong.text
    assert analyst.post("/sources/statuses/reset", data={"row": "已核销"}).is_redirect
    again = analyst.post("/sources/statuses/reset", data={"row": "已核销"})
    assert again.status_code == 422 and "no meaning of your own" in again.text
    manager = sign(app, ws, "finn", Role.MANAGER)
    assert "/sources/statuses" in manager.get("/sources").text
    agent = sign(app, ws, "eve", Role.AGENT)
    assert agent.post("/sources/statuses/set", data=given).status_code == 403
