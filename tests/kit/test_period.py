"""Periods are half-open and begin with a day of the reporting zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.errors import Invalid
from regulars.kit.period import ALL_TIME, Period, add_months, day_start, days, month, parse_edge

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_day_of_shanghai_begins_at_four_in_the_afternoon_of_the_day_before() -> None:
    assert day_start(date(2026, 11, 20), SHANGHAI) == datetime(2026, 11, 19, 16, tzinfo=UTC)


def test_a_period_holds_its_start_and_not_its_end() -> None:
    november = month(2026, 11, SHANGHAI)
    assert november == days(date(2026, 11, 1), date(2026, 12, 1), SHANGHAI)
    assert november.start is not None and november.start in november
    assert november.end is not None and november.end not in november
    assert november.end - timedelta(microseconds=1) in november
    assert november.end in ALL_TIME and november.end in Period(november.start, None)


def test_the_period_before_is_as_long() -> None:
    week = days(date(2026, 11, 9), date(2026, 11, 16), SHANGHAI)
    assert week.before() == days(date(2026, 11, 2), date(2026, 11, 9), SHANGHAI)
    assert ALL_TIME.before() is None


def test_a_period_without_zone_or_without_length_is_refused() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    with pytest.raises(Invalid, match="needs a time zone"):
        Period(datetime.fromisoformat("2026-11-20"), None)
    with pytest.raises(Invalid, match="ends before it starts"):
        Period(noon, noon)


@pytest.mark.parametrize(
    ("day", "count", "first"),
    [
        (date(2026, 11, 30), 0, date(2026, 11, 1)),
        (date(2026, 11, 30), 3, date(2027, 2, 1)),
        (date(2026, 1, 31), -1, date(2025, 12, 1)),
        (date(2026, 1, 31), -24, date(2024, 1, 1)),
    ],
)
def test_months_are_added_from_their_first_day(day: date, count: int, first: date) -> None:
    assert add_months(day, count) == first


@given(st.dates(date(1971, 1, 1), date(2200, 1, 1)), st.integers(-600, 600))
def test_months_added_and_taken_back_lead_to_the_same_month(day: date, count: int) -> None:
    assert add_months(add_months(day, count), -count) == day.replace(day=1)


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2026-11", datetime(2026, 10, 31, 16, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 19, 16, tzinfo=UTC)),
        ("2026-11-20T08:00", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T08:00+00:00", datetime(2026, 11, 20, 8, tzinfo=UTC)),
    ],
)
def test_an_edge_is_a_month_a_day_or_a_moment(words: str, moment: datetime) -> None:
    assert parse_edge(words, SHANGHAI) == moment


@pytest.mark.parametrize("words", ["", "2026", "2026-13", "2026-02-30", "last week"])
def test_another_edge_is_refused_with_what_was_expected(words: str) -> None:
    with pytest.raises(Invalid, match=r"Write a month \(2026-10\)"):
        parse_edge(words, SHANGHAI)
