"""When an event happened, although the sender's clock is wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit import clock
from regulars.listen.intake import timing
from regulars.listen.intake.model import Refused

NOON = clock.microseconds(datetime(2026, 10, 5, 12, tzinfo=UTC))
MINUTE = 60_000_000
moments = st.integers(0, 4_000_000_000_000_000)


def test_a_clock_ten_minutes_fast_is_corrected() -> None:
    stamp, sent = NOON + 10 * MINUTE - 3 * MINUTE, NOON + 10 * MINUTE
    assert timing.occurred(stamp, sent, NOON) == NOON - 3 * MINUTE


def test_a_clock_a_day_slow_is_corrected() -> None:
    day = 24 * 60 * MINUTE
    assert timing.occurred(NOON - day - MINUTE, NOON - day, NOON) == NOON - MINUTE


def test_without_sent_at_the_timestamp_counts_unless_it_lies_ahead() -> None:
    assert timing.occurred(NOON - MINUTE, None, NOON) == NOON - MINUTE
    assert timing.occurred(NOON + MINUTE, None, NOON) == NOON


def test_without_timestamp_it_happened_when_it_came() -> None:
    assert timing.occurred(None, NOON, NOON) == NOON


@given(moments, st.none() | moments, moments)
def test_nothing_happens_after_it_reached_us(stamp: int, sent: int | None, received: int) -> None:
    assert 0 <= timing.occurred(stamp, sent, received) <= received


@given(moments, moments, moments, st.integers(-(10**12), 10**12))
def test_only_the_span_between_two_readings_counts(
    stamp: int, sent: int, received: int, skew: int
) -> None:
    assert timing.occurred(stamp, sent, received) == timing.occurred(
        stamp + skew, sent + skew, received
    )


@pytest.mark.parametrize(
    "written",
    [
        "2026-10-05T12:00:00Z",
        "2026-10-05T12:00:00",
        "2026-10-05T20:00:00.000+08:00",
        " 2026-10-05 12:00:00+00:00 ",
        1_791_201_600,
        1_791_201_600_000,
        1_791_201_600.0,
    ],
)
def test_ways_to_write_a_moment(written: str | float) -> None:
    assert timing.moment(written, "timestamp") == NOON


@pytest.mark.parametrize("written", ["yesterday", "", "05/10/2026", "0001-01-01", -5, 1e300])
def test_what_is_no_moment_is_refused_with_its_field(written: str | float) -> None:
    with pytest.raises(Refused) as refused:
        timing.moment(written, "sentAt")
    assert refused.value.reason.field == "sentAt"
