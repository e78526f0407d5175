"""What the overview tells of a company small enough to count on one's fingers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.understand.metrics.story import NOON, answered, days, happened, tell

from regulars.kit.text import Text
from regulars.prove.overview import service
from regulars.prove.targets.model import Direction, Judged, Target, TargetKind, Verdict
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service as metrics
from regulars.understand.scope.model import EventFilter

LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize("refreshing", [False, True])
def test_it_counts_customers_answers_and_events_of_the_last_90_days(
    ws: Workspace, refreshing: bool
) -> None:
    """Three customers did five things, one of them an answer; a fourth was last seen in spring."""
    rows = [happened(f"p{number}", "Signed In") for number in range(3)]
    rows += [answered("p0", "csat", 5), happened("p0", "Product Viewed", NOON - days(89))]
    rows += [happened("p3", "Signed In", NOON - days(200))]
    rows += [happened("p0", "Case Answered", actor="staff")]
    tell(ws, rows)
    flush(ws)
    if refreshing:
        ws.engine.pin(LATER)
    try:
        found = service.answered(ws, EventFilter(), now=LATER).payload
    finally:
        ws.engine.unpin()
    assert (found.customers, found.answers, found.events) == (3, 1, 5)


def test_a_tile_of_everybody_shows_no_target_of_some(ws: Workspace) -> None:
    """A promise about core customers, or about one place, is none about the whole."""
    tell(ws, [answered(f"p{number}", "nps", 10) for number in range(40)])
    (row,) = metrics.measure(ws, "nps")

    def judged(**meant: object) -> Judged:
        target = Target(
            "t", "nps", Text("t", "t"), TargetKind.ABSOLUTE, 30.0, Direction.UP, **meant
        )  # type: ignore[arg-type]
        return Judged(target, Verdict.MET, row, 30.0)

    everybody = judged()
    of_some = [judged(audience="core"), judged(filters={"place": ("shop",)})]
    assert service._target_of([*of_some, everybody], "nps") is everybody
    assert service._target_of(of_some, "nps") is None
