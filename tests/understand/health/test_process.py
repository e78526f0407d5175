"""Waits, drop-off and complaints as points, beside the scores."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regulars.kit.stats.estimate import Estimate, empty
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.health import service
from regulars.understand.health.model import PROCESS, ProcessMeasure, ProcessPart
from regulars.understand.health.process import points, together
from regulars.understand.scope.model import EventFilter

NOON = datetime(2026, 7, 1, 4, tzinfo=UTC)
WAIT = ProcessMeasure("first_response_minutes_median", 1440.0, 0.0)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [((0, 0, 144), (100.0, 90.0, 100.0)), ((720, 360, 1440), (50.0, 0.0, 75.0)),
     ((2880, 1440, 4000), (0.0, 0.0, 0.0))],
)  # fmt: skip
def test_a_wait_of_a_day_has_no_points_and_an_answer_at_once_all(
    minutes: tuple[float, float, float], expected: tuple[float, float, float]
) -> None:
    found = points(Estimate(80, *minutes), WAIT)
    assert (found.value, found.low, found.high) == expected


def test_what_is_not_measured_takes_no_part() -> None:
    measured = [ProcessPart(WAIT, "minutes", Estimate(9, 1.0, 1.0, 1.0), Estimate(9, value, *ends))
                for value, ends in ((40.0, (30.0, 60.0)), (80.0, (80.0, 80.0)))]  # fmt: skip
    silent = ProcessPart(WAIT, "minutes", empty(), empty(), ["Case Answered"])
    whole = together([*measured, silent])
    assert (whole.n, whole.value, whole.low, whole.high) == (18, 60.0, 55.0, 70.0)
    assert whole.measured == 2
    assert together([silent]).value is None


def test_process_stands_beside_scores_and_says_what_it_rests_on(ws: Workspace) -> None:
    """Of 40 who came 2 complained: 5 % are 50 points of 100; nothing was scored."""
    rows = [
        {"event_id": f"{name} {n}", "identity_id": f"guest {n}", "name": name,
         "occurred_at": NOON + timedelta(days=n // 4), "known_at": NOON + timedelta(days=n // 4)}
        for name, who in (("Page Viewed", range(40)), ("Complaint Made", range(18, 20)))
        for n in who
    ]  # fmt: skip
    inbox.accept(ws, inbox.make(rows, NOON))
    now = NOON + timedelta(days=12)
    found = service.answered(ws, EventFilter("all"), now=now).payload
    assert found.value is None
    by_metric = {part.measure.metric: part for part in found.process.parts}
    assert list(by_metric) == [one.metric for one in PROCESS]
    assert by_metric["complaint_share"].points.value == pytest.approx(50.0)
    assert by_metric["progress_query_share"].missing == ["Order Completed", "Progress Asked"]
    assert found.process.value == pytest.approx(50.0)
    assert found.rests.en == (
        "The index rests on 0 of 24 touchpoints (0% of the weight), the process on 1 of 4 measures."
    )


def test_the_table_of_the_document_is_what_is_declared() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs/algorithms/health.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \| ([\d.]+) \|$", text, re.M)
    assert [row[0] for row in rows] == [one.metric for one in PROCESS]
    for one, (_name, worst, best, value, told) in zip(PROCESS, rows, strict=True):
        assert (one.worst, one.best) == (float(worst), float(best))
        raw = Estimate(90, float(value), float(value), float(value))
        assert f"{points(raw, one).value:.1f}" == told
