"""A window of part days is counted directly."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.understand.metrics.story import NOON, days, tell
from tests.understand.metrics.test_daily import LATER, refreshing
from tests.understand.metrics.test_service import a_year_of_business

from regulars.kit.period import Period
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service

KEPT = ("complaint_share", "retention_share", "repurchase_share", "first_response_minutes_median")


@pytest.mark.parametrize("key", KEPT)
def test_a_window_of_part_days_is_counted_directly(ws: Workspace, key: str) -> None:
    tell(ws, a_year_of_business(5))
    odd = Period(NOON - days(80) + timedelta(hours=1), NOON - timedelta(hours=3))
    with refreshing(ws, LATER):
        kept = service.measure(ws, key, period=odd)
    service.forget(ws)
    counted = service.measure(ws, key, period=odd)
    assert [(row.n, row.value) for row in kept] == [(row.n, row.value) for row in counted]
