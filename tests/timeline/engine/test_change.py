"""All new events are among those of whom they touch."""

from __future__ import annotations

import random
from typing import Any

from regulars.timeline import inbox
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import NOON
from tests.timeline.engine.test_pinned import DAY, refreshed, some_events


def test_all_new_events_are_among_those_of_whom_they_touch(ws: Workspace) -> None:
    def ids(view: Any) -> Any:
        return view.events.select("event_id")

    dice = random.Random(7)
    inbox.accept(ws, some_events(dice, 400, 0))
    flush(ws)
    assert ws.engine.of_touched(ids) is None
    refreshed(ws, NOON + 2 * DAY)
    new = some_events(dice, 15, 2)
    inbox.accept(ws, new)
    flush(ws)
    ws.engine.pin(NOON + 4 * DAY)
    touched = ws.engine.of_touched(ids)
    ws.engine.unpin()
    assert touched is not None and touched.num_rows < 400
    assert set(new.column("event_id").to_pylist()) <= set(touched.column("event_id").to_pylist())
