"""A refresh reads one state: what arrives meanwhile is seen by the next."""

from __future__ import annotations

from typing import Any

from regulars.timeline import inbox
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, NOON, visits
from tests.timeline.engine.test_pinned import CROWD, DAY, rows


def test_what_arrives_during_a_refresh_is_seen_by_the_next(ws: Workspace) -> None:
    inbox.accept(ws, visits(ANN, 1, 2))
    flush(ws)
    ws.engine.pin(NOON + DAY)
    inbox.accept(ws, visits(ANN, 3))
    seen = ws.query(lambda view: view.events.agg(n=view.events.count()))
    assert seen.column("n").to_pylist() == [2]
    ws.engine.unpin()
    seen = ws.query(lambda view: view.events.agg(n=view.events.count()))
    assert seen.column("n").to_pylist() == [3]


def test_somebody_s_own_events_are_read_from_the_same_state(ws: Workspace) -> None:
    def ids(view: Any) -> Any:
        return view.events.select("event_id")

    inbox.accept(ws, visits(ANN, 1, 2))
    flush(ws)
    ws.engine.pin(NOON + DAY)
    seen = ws.query(ids)
    inbox.accept(ws, visits(ANN, 3))
    assert rows(ws.query(ids, identities=[ANN])) == rows(seen)
    assert ws.query(ids, identities=CROWD).num_rows == 0
    ws.engine.unpin()
    assert ws.query(ids, identities=[ANN]).num_rows == seen.num_rows + 1
