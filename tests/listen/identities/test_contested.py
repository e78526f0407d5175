"""What people share who cannot be one waits for a person's word, on every door."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.rights.model import SHELL, Role
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.listen.identities import contested, service
from regulars.listen.identities.service import Observed
from regulars.timeline import inbox, people
from regulars.timeline.identity import identity_id
from regulars.timeline.workspace import Workspace
from tests.company.cast import plant
from tests.listen.identities.test_pages import sign
from tests.timeline.cast import NOON

DAY = timedelta(days=1)


@pytest.fixture
def home(any_ws: Workspace) -> tuple[str, str, str]:
    """Ann and Bo of the shop told one e-mail address; return both and the address."""
    return told(any_ws)


def told(ws: Workspace) -> tuple[str, str, str]:
    ann, bo, home = (
        identity_id(ws, kind, value)
        for kind, value in (("user", "ann"), ("user", "bo"), ("email", "home@example.org"))
    )
    rows = [
        {"event_id": who, "identity_id": who, "actor": "customer", "name": "Page Viewed",
         "occurred_at": NOON, "received_at": NOON, "known_at": NOON}
        for who in (ann, bo)
    ]  # fmt: skip
    inbox.accept(ws, inbox.make(rows, NOON), now=NOON)
    with ws.database.transaction() as connection:
        ties = [Observed(who, home, "email", "shop", NOON, NOON, home, who) for who in (ann, bo)]
        service.observe(ws, connection, ties)
    return ann, bo, home


def test_it_is_listed_with_both_sides(any_ws: Workspace, home: tuple[str, str, str]) -> None:
    ann, bo, shared = home
    (one,) = contested.every(any_ws)
    assert (one.identity, one.kind, one.apart, contested.count(any_ws)) == (
        shared,
        "email",
        None,
        1,
    )
    assert {side.sighting.person_id for side in one.sides} == {ann, bo}
    assert [(side.sighting.events, side.source) for side in one.sides] == [(1, "shop")] * 2


def test_joined_they_are_one_and_undone_they_are_two(
    any_ws: Workspace, home: tuple[str, str, str]
) -> None:
    ann, bo, shared = home
    (link,) = contested.join(any_ws, SHELL, shared, [ann, bo], reason="married", now=NOON)
    assert people.identities_of(any_ws, ann) == sorted(home)
    assert contested.count(any_ws) == 0
    service.unmerge(any_ws, SHELL, link, reason="not so", now=NOON + DAY)
    assert people.identities_of(any_ws, ann) == [ann]
    assert contested.count(any_ws) == 1


def test_kept_apart_they_stay_two_also_when_more_come(
    any_ws: Workspace, home: tuple[str, str, str]
) -> None:
    ann, _bo, shared = home
    contested.keep_apart(any_ws, SHELL, shared, reason="a family", now=NOON)
    assert contested.count(any_ws) == 0
    (one,) = contested.decided(any_ws)
    assert one.apart is not None and (one.apart.staff, one.apart.reason) == ("shell", "a family")
    cho = identity_id(any_ws, "user", "cho")
    with any_ws.database.transaction() as connection:
        service.observe(
            any_ws, connection, [Observed(cho, shared, "email", "app", NOON, NOON, shared, cho)]
        )
    assert people.identities_of(any_ws, cho) == [cho]
    contested.undo(any_ws, SHELL, shared, now=NOON + DAY)
    assert contested.count(any_ws) == 1
    assert people.identities_of(any_ws, ann) == [ann]


def test_wrong_decisions_say_why(any_ws: Workspace, home: tuple[str, str, str]) -> None:
    ann, _bo, shared = home
    with pytest.raises(Invalid, match="two or more"):
        contested.join(any_ws, SHELL, shared, [ann, ann], reason="x", now=NOON)
    with pytest.raises(Invalid, match="why"):
        contested.keep_apart(any_ws, SHELL, shared, reason=" ", now=NOON)
    with pytest.raises(NotFound):
        contested.keep_apart(any_ws, SHELL, ann, reason="x", now=NOON)
    with pytest.raises(Conflict, match="not kept apart"):
        contested.undo(any_ws, SHELL, shared, now=NOON)


def test_page_api_and_command_decide(ws: Workspace) -> None:
    plant(ws, NOON)
    app: FastAPI = build_web(ws)
    ann, bo, shared = told(ws)
    manager = sign(app, ws, "dana", Role.MANAGER)
    assert manager.get("/people/contested/count").text == "1"
    assert shared[:8] in manager.get("/people/contested").text
    missing = manager.post(f"/people/contested/{shared}", data={"act": "apart"})
    assert missing.status_code == 422
    decided = {"act": "apart", "reason": "a family"}
    assert manager.post(f"/people/contested/{shared}", data=decided).status_code == 303
    assert "a family" in manager.get("/people/contested").text
    assert manager.get("/people/contested/count").text == ""
    assert manager.post(f"/api/v1/people/contested/{shared}/undo").status_code == 204
    listed = manager.get("/api/v1/people/contested").json()
    assert [one["identity"] for one in listed["items"]] == [shared]
    folder = ["--workspace", str(ws.folder)]
    done = CliRunner().invoke(
        build_cli(), ["contested", "--join", shared, "--reason", "married", "--json", *folder]
    )
    assert json.loads(done.stdout) == {"waiting": 0, "items": []}
    assert people.person_of(ws, ann) == people.person_of(ws, bo)
