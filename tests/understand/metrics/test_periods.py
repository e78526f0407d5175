"""Calendar buckets and the period before."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.period import Period, days, month
from regulars.understand.metrics import periods

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
GRAINS = ("day", "week", "month", "quarter", "year")


def test_before_march_comes_february_and_before_a_quarter_a_quarter() -> None:
    assert periods.previous(month(2026, 3, SHANGHAI), SHANGHAI) == month(2026, 2, SHANGHAI)
    quarter = days(date(2026, 4, 1), date(2026, 7, 1), BERLIN)
    first = days(date(2026, 1, 1), date(2026, 4, 1), BERLIN)
    assert periods.previous(quarter, BERLIN) == first
    ten = days(date(2026, 4, 11), date(2026, 4, 21), BERLIN)
    assert periods.previous(ten, BERLIN) == days(date(2026, 4, 1), date(2026, 4, 11), BERLIN)


def test_a_year_before_a_leap_day() -> None:
    leap = days(date(2024, 2, 29), date(2024, 3, 1), SHANGHAI)
    assert periods.year_before(leap, SHANGHAI) == days(
        date(2023, 2, 28), date(2023, 3, 1), SHANGHAI
    )


def test_open_periods_have_none_before() -> None:
    assert periods.previous(Period(None, datetime(2026, 1, 1, tzinfo=UTC)), SHANGHAI) is None


@given(st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.sampled_from(GRAINS))
def test_every_day_lies_in_its_bucket(day: date, grain: str) -> None:
    bucket = periods.bucket_of(day, grain)
    assert bucket <= day < periods.step(bucket, grain)
    assert periods.step(periods.step(bucket, grain, 5), grain, -5) == bucket


@pytest.mark.parametrize("grain", GRAINS)
def test_buckets_cover_the_period_without_gap(grain: str) -> None:
    whole = days(date(2025, 2, 11), date(2026, 3, 3), BERLIN)
    assert whole.start is not None and whole.end is not None
    found = periods.buckets(whole.start, whole.end, grain, BERLIN)
    spans = [periods.period_of(one, grain, BERLIN, whole) for one in found]
    assert spans[0].start == whole.start and spans[-1].end == whole.end
    assert all(one.end == two.start for one, two in pairwise(spans))
