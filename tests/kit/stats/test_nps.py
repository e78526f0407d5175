"""NPS: the worked example of REQUIREMENTS rule 2, and laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.stats.nps import nps, nps_change


def test_fourteen_promoters_and_two_detractors_of_twenty() -> None:
    score = nps(14, 2, 20)
    assert score.value is not None and score.low is not None and score.high is not None
    assert (score.n, score.value) == (20, pytest.approx(60.0))
    assert (round(score.low, 1), round(score.high, 1)) == (23.6, 80.7)


def test_nobody_answered_is_no_score() -> None:
    assert nps(0, 0, 0).value is None


def test_all_promoters_is_not_certainty() -> None:
    score = nps(5, 0, 5)
    assert score.value == 100
    assert score.low is not None and score.low < 60


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_interval_lies_on_the_scale_and_mirrors(up: int, passive: int, down: int) -> None:
    n = up + passive + down
    one, other = nps(up, down, n), nps(down, up, n)
    if n == 0 or one.low is None or one.high is None or other.high is None:
        assert n == 0
        return
    assert -100 <= one.low < one.high <= 100
    assert one.low == pytest.approx(-other.high)


def test_a_rise_from_20_to_40_with_many_answers_is_seen_and_with_few_is_not() -> None:
    many = nps_change((400, 200, 1000), (550, 150, 1000))
    assert many.difference == pytest.approx(20.0)
    assert many.p is not None and many.p < 0.001
    few = nps_change((8, 4, 20), (11, 3, 20))
    assert few.difference == pytest.approx(20.0)
    assert few.p is not None and few.p > 0.3
    assert few.low is not None and few.low < 0
