"""The list of values that name nobody, looked at and edited by page, command and API."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import SHELL, Role
from regulars.kit.errors import Conflict, Invalid
from regulars.listen.nobodies import service
from regulars.timeline import inbox
from regulars.timeline.identity import identity_id, known_as
from regulars.timeline.workspace import Workspace
from tests.company.cast import plant
from tests.listen.identities.test_pages import sign
from tests.timeline.cast import NOON, visits


@pytest.fixture
def app(ws: Workspace) -> FastAPI:
    plant(ws, NOON)
    return build_web(ws)


def persons(ws: Workspace) -> set[str | None]:
    rows = ws.query(lambda view: view.events.select("identity_id")).to_pylist()
    return {row["identity_id"] for row in rows}


def test_an_edit_counts_for_what_is_on_the_timeline_and_is_audited(any_ws: Workspace) -> None:
    walk_in = identity_id(any_ws, "user", "walk-in 2")
    inbox.accept(any_ws, visits(walk_in, 1, 2), now=NOON)
    added = service.add(any_ws, SHELL, "user", " Walk-In 2 ", now=NOON)
    assert (added.word, added.origin) == ("walk-in 2", "added")
    assert persons(any_ws) == {None}
    told = service.overview(any_ws, now=NOON)
    assert [(one.word, one.events) for one in told.found] == [("walk-in 2", 2)]
    assert told.words[0] == added
    service.remove(any_ws, SHELL, "user", "walk-in 2", now=NOON)
    assert persons(any_ws) == {walk_in}
    actions = [one.action for one in audit.find(any_ws, Search(), limit=10)]
    assert actions[:2] == ["nobody.removed", "nobody.added"]


def test_what_is_shipped_can_be_taken_out_and_put_back(ws: Workspace) -> None:
    service.remove(ws, SHELL, "any", "Guest", now=NOON)
    assert len(known_as(ws, "user", "guest")) == 1
    assert service.overview(ws, now=NOON).words[0].origin == "removed"
    service.add(ws, SHELL, "any", "guest", now=NOON)
    assert known_as(ws, "user", "guest") == []
    assert service.overview(ws, now=NOON).words[0].origin == "shipped"


def test_wrong_edits_say_why(ws: Workspace) -> None:
    with pytest.raises(Conflict, match="already"):
        service.add(ws, SHELL, "any", "GUEST", now=NOON)
    with pytest.raises(Conflict, match="does not stand"):
        service.remove(ws, SHELL, "user", "ann", now=NOON)
    with pytest.raises(Invalid, match="kind"):
        service.add(ws, SHELL, "shoe", "44", now=NOON)
    with pytest.raises(Invalid, match="1 to 200"):
        service.add(ws, SHELL, "any", "  ", now=NOON)


def test_the_page_adds_and_takes_out(ws: Workspace, app: FastAPI) -> None:
    manager = sign(app, ws, "dana", Role.MANAGER)
    till = {"kind": "user", "word": "till 7"}
    assert manager.post("/nobody/add", data=till).status_code == 303
    page = manager.get("/nobody")
    assert "till 7" in page.text and "noreply@" in page.text
    again = manager.post("/nobody/add", data=till)
    assert again.status_code == 422 and "stands in the list already" in again.text
    assert manager.post("/nobody/remove", data=till).is_redirect
    assert known_as(ws, "user", "till 7")
    agent = sign(app, ws, "eve", Role.AGENT)
    assert agent.post("/nobody/add", data=till).status_code == 403


def test_command_and_api_show_the_same(ws: Workspace, app: FastAPI) -> None:
    run = CliRunner()
    folder = ["--workspace", str(ws.folder)]
    done = run.invoke(build_cli(), ["nobody", "add", "[till]", "--kind", "user", *folder])
    assert done.exit_code == 0 and "“[till]” now stands for no customer." in done.stdout
    told = json.loads(run.invoke(build_cli(), ["nobody", "show", "--json", *folder]).stdout)
    api = sign(app, ws, "dana", Role.MANAGER).get("/api/v1/nobody").json()
    assert "[till]" in run.invoke(build_cli(), ["nobody", "show", *folder]).stdout
    assert told["words"][0]["word"] == api["words"][0]["word"] == "[till]"
    assert len(told["words"]) == len(api["words"])
