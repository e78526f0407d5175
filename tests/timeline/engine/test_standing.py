"""A crash leaves no state with the people of another; an erasure drops what was kept."""

from __future__ import annotations

import random
from typing import Any

import pytest

from regulars.timeline import erasure, inbox, linking
from regulars.timeline.engine import standing
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import NOON
from tests.timeline.engine.test_pinned import CROWD, DAY, computed, refreshed, some_events, spans


def test_a_crash_leaves_no_state_with_the_people_of_another(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.accept(ws, some_events(random.Random(8), 400, 0))
    flush(ws)
    now = NOON + 2 * DAY
    refreshed(ws, now)
    with ws.database.transaction() as connection:
        linking.link(ws, connection, *CROWD[:2], link_id="1", kind="user", source="t", at=now)
    with monkeypatch.context() as crash, pytest.raises(KeyboardInterrupt):
        crash.setattr(standing, "asdict", interrupted)
        ws.engine.pin(now)
    assert refreshed(ws, now) == computed(ws, now)


def interrupted(_file: Any) -> dict[str, Any]:
    raise KeyboardInterrupt


def test_an_erasure_during_a_refresh_lets_it_see_what_is_there_now(ws: Workspace) -> None:
    inbox.accept(ws, some_events(random.Random(3), 400, 0))
    flush(ws)
    now = NOON + DAY
    ws.engine.pin(now)
    erasure.erase(ws, [CROWD[0]], by="t", now=now)
    made = ws.engine.by_person("spans", lambda: ws.query(spans, as_of=now), of="person_id")
    ws.engine.unpin()
    assert CROWD[0] not in made.column("person_id").to_pylist()
    assert not list((ws.folder / standing.FOLDER).glob("*"))
