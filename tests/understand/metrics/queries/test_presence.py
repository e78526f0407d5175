"""Days and months each have their own customers."""

from __future__ import annotations

import pytest
from tests.understand.metrics.story import NOON, by, days, happened, one, tell

from regulars.kit.period import month
from regulars.timeline.workspace import Workspace


def test_retention_by_month_and_for_one_month(ws: Workspace) -> None:
    """Forty act in September, thirty-four of them and ten new ones in October."""
    rows = [happened(f"p{i}", "Signed In", NOON - days(25)) for i in range(40)]
    rows += [happened(f"p{i}", "Signed In") for i in range(34)]
    rows += [happened(f"new{i}", "Signed In") for i in range(10)]
    tell(ws, rows)
    found = one(ws, "retention_share", period=month(2026, 10, ws.zone))
    assert (found.n, found.value) == (40, 85.0)
    assert (round(found.low or 0, 1), round(found.high or 0, 1)) == (70.9, 92.9)
    months = by(ws, "retention_share", "month")
    assert (months["2026-10-01"].n, months["2026-10-01"].value) == (40, 85.0)
    assert months["2026-09-01"].n == 0


def test_days_of_half_a_year_each_have_their_own_customers(ws: Workspace) -> None:
    """Group i of ten comes on day 20 i for the first time, and on the day after to complain."""
    first = NOON - days(200)
    ten = [(i, f"p{i}-{k}", first + days(20 * i)) for i in range(10) for k in range(10)]
    rows = [happened(who, "Signed In", at) for _i, who, at in ten]
    rows += [happened(who, "Complaint Made", at + days(1)) for _i, who, at in ten]
    tell(ws, rows)
    complaints, here = by(ws, "complaint_share", "day"), by(ws, "active_share", "day")
    kept = by(ws, "retention_share", "day")
    for i in range(10):
        came, complained, gone = (
            str((first + days(20 * i + after)).astimezone(ws.zone).date()) for after in (0, 1, 2)
        )
        known = 10 * (i + 1)
        assert (complaints[came].n, complaints[came].value) == (10, 0.0)
        assert (complaints[complained].n, complaints[complained].value) == (10, 100.0)
        assert (here[came].n, here[came].value) == (known, pytest.approx(1000 / known))
        assert (kept[complained].n, kept[complained].value) == (10, 100.0)
        if i < 9:
            assert (complaints[gone].n, complaints[gone].value) == (0, None)
            assert (here[gone].n, here[gone].value) == (known, 0.0)
