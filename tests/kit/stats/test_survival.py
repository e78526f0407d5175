"""Kaplan-Meier against the textbook's remission times and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regulars.kit.stats.survival import kaplan_meier, share_ended, share_open, time_until

DONE = [6, 6, 6, 7, 10, 13, 16, 22, 23]
OPEN = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def curve(done: list[int], still: list[int]):
    times = np.array(done + still, dtype=float)
    happened = np.array([1.0] * len(done) + [0.0] * len(still))
    return kaplan_meier(times, happened, 1 - happened)


def test_remission_under_6mp() -> None:
    """Freireich et al. (1963), as in Kleinbaum & Klein: .857 at 6, .690 at 13, .448 at 23."""
    remission = curve(DONE, OPEN)
    assert remission.n == 21
    for week, share in ((6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (23, 0.448)):
        assert share_open(remission, week).value == pytest.approx(share, abs=5e-4)
    assert np.sqrt(remission.greenwood[0]) * 0.857 == pytest.approx(0.0764, abs=1e-4)
    median = time_until(remission)
    assert (median.value, median.low, median.high) == (23, 13, None)


def test_without_open_cases_the_median_is_the_usual_one() -> None:
    assert time_until(curve([1, 2, 3, 10], [])).value == 2.5
    assert time_until(curve([1, 2, 3], [])).value == 2


def test_nobody_watched_long_enough() -> None:
    assert share_ended(curve([1, 2], [3]), 365).value is None
    assert time_until(curve([1], [2, 3, 4])).value is None
    assert share_ended(curve([], []), 365).value is None


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=40),
    st.lists(st.integers(1, 30), max_size=40),
    st.integers(0, 30),
)
def test_share_agrees_with_scipy(done: list[int], still: list[int], at: int) -> None:
    sample = stats.CensoredData(uncensored=done, right=still)
    theirs = stats.ecdf(sample).sf
    ours = share_open(curve(done, still), at)
    if at > max(done + still) and ours.value is None:
        return
    assert ours.value == pytest.approx(float(theirs.evaluate(at)), abs=1e-9)


def test_interval_agrees_with_scipy() -> None:
    theirs = stats.ecdf(stats.CensoredData(uncensored=DONE, right=OPEN)).sf
    low = theirs.confidence_interval(method="log-log").low.evaluate(10)
    assert share_open(curve(DONE, OPEN), 10).low == pytest.approx(float(low), abs=1e-4)
