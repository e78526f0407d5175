"""Busy time and real time turn into each other; staff works by day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.simulate.model import DAY, ZONE_OFFSET, Plan
from regulars.simulate.season import Season, shifted
from tests.simulate.test_stream import NOW


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_busy_time_and_real_time_turn_into_each_other(weeks: list[float]) -> None:
    season = Season(Plan(10, NOW))
    busy = np.array(weeks)
    assert season.busy(season.moments(busy)) == pytest.approx(busy, abs=1e-6)


@given(st.integers(0, 10**6), st.floats(0, 5))
def test_staff_works_by_day_and_never_earlier(minutes: int, days: float) -> None:
    at = np.array([minutes * 60_000_000])
    moved = shifted(at, np.array([days]))
    assert moved[0] >= at[0]
    assert 8 <= (moved[0] + ZONE_OFFSET) % DAY / DAY * 24 < 22
