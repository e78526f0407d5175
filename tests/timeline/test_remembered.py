"""An id is known after its event was flushed, and forgotten beyond the window."""

from __future__ import annotations

from datetime import timedelta

from regulars.timeline import inbox, seen
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, NOON, ids, visits


def test_a_duplicate_is_known_after_its_event_was_flushed(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1), now=NOON)
    flush(any_ws)
    assert inbox.accept(any_ws, visits(ANN, 1), now=NOON).fresh == [False]
    assert ids(any_ws) == ["a1"]


def test_beyond_the_window_an_id_is_forgotten(ws: Workspace) -> None:
    inbox.accept(ws, visits(ANN, 1), now=NOON)
    within = NOON + timedelta(days=ws.settings.intake.remember_days)
    assert seen.forget_old(ws, now=within) == 0
    assert seen.forget_old(ws, now=within + timedelta(days=1)) == 1
    assert inbox.accept(ws, visits(ANN, 1), now=within).fresh == [True]
