"""What statuses of orders mean: looked at and edited by page, command and API."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import SHELL, Role
from regulars.kit.errors import Invalid, NotFound
from regulars.listen.statuses import service
from regulars.listen.statuses.model import Standing, shipped
from regulars.timeline.workspace import Workspace
from tests.company.cast import plant
from tests.listen.identities.test_pages import sign
from tests.timeline.cast import NOON


@pytest.fixture
def app(ws: Workspace) -> FastAPI:
    plant(ws, NOON)
    return build_web(ws)


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


def test_wrong_edits_say_why(ws: Workspace) -> None:
    with pytest.raises(Invalid, match="completed, placed, cancelled, refunded, part_refunded"):
        service.set_meaning(ws, SHELL, "picked up", "done", now=NOON)
    with pytest.raises(Invalid, match="1 to 200"):
        service.set_meaning(ws, SHELL, " - ", "completed", now=NOON)
    with pytest.raises(NotFound, match="no meaning of your own"):
        service.reset(ws, SHELL, "paid")


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


def test_command_and_api_set_take_back_and_show_the_same(ws: Workspace, app: FastAPI) -> None:
    run, folder = CliRunner(), ["--workspace", str(ws.folder)]
    pair = ["--set", "a=b=completed", "--set", "[Lost]=cancelled"]
    done = run.invoke(build_cli(), ["statuses", *pair, *folder])
    assert done.exit_code == 0 and "“[lost]” now means cancelled" in done.stdout
    web = sign(app, ws, "dana", Role.MANAGER)
    told = json.loads(run.invoke(build_cli(), ["statuses", "--json", *folder]).stdout)
    api = web.get("/api/v1/statuses").json()
    assert [one["word"] for one in told] == [one["word"] for one in api]
    assert {one["word"] for one in api[:2]} == {"a=b", "[lost]"}
    put = web.put("/api/v1/statuses", json={"word": "in/out", "meaning": "placed"})
    assert (put.status_code, put.json()["meaning"]) == (200, "placed")
    assert web.delete("/api/v1/statuses?word=in/out").json() is None
    assert web.delete("/api/v1/statuses?word=in/out").status_code == 404
    shown = run.invoke(build_cli(), ["statuses", *folder]).stdout
    assert "[lost]" in shown and "交易关闭" in shown
    assert run.invoke(build_cli(), ["statuses", "--reset", "[lost]", *folder]).exit_code == 0
    assert run.invoke(build_cli(), ["statuses", "--set", "lost", *folder]).exit_code != 0
    assert set(service.words(ws)) - set(shipped()) == {"a=b"}
