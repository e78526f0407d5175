"""Shares: rule 2's example, the textbook's change, the exact test for few."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.stats.proportion import (
    exceeding,
    proportion,
    proportion_change,
    two_proportions,
)


def test_ninety_of_a_hundred_satisfied() -> None:
    share = proportion(90, 100).scaled(100)
    assert share.low is not None and share.high is not None
    assert (share.n, share.value) == (100, pytest.approx(90))
    assert (round(share.low, 1), round(share.high, 1)) == (82.6, 94.5)


def test_none_of_ten_may_still_be_a_quarter() -> None:
    share = proportion(0, 10)
    assert (share.value, share.low) == (0, 0)
    assert share.high == pytest.approx(0.2775, abs=1e-4)


def test_newcombes_own_example() -> None:
    """56 of 70 against 48 of 80: Newcombe (1998), table II, example (a): 0.0524 to 0.3339."""
    change = proportion_change((48, 80), (56, 70))
    assert change.difference == pytest.approx(0.2)
    assert change.low == pytest.approx(0.0524, abs=1e-4)
    assert change.high == pytest.approx(0.3339, abs=1e-4)


def test_few_answers_use_fishers_exact_test() -> None:
    assert two_proportions((3, 4), (1, 4)) == pytest.approx(0.485714, abs=1e-6)


def test_a_share_must_lie_beyond_the_margin_to_exceed_it() -> None:
    assert exceeding((100, 1000), (30, 100), 0.2) == pytest.approx(0.5, abs=0.1)
    assert exceeding((100, 1000), (60, 100), 0.2) < 1e-6
    assert exceeding((100, 1000), (10, 100), 0.2) > 0.999


@given(st.integers(1, 500), st.data())
def test_interval_holds_the_share_and_lies_within_0_and_1(n: int, data: st.DataObject) -> None:
    yes = data.draw(st.integers(0, n))
    share = proportion(yes, n)
    assert share.value is not None and share.low is not None and share.high is not None
    assert 0 <= share.low <= share.value <= share.high <= 1


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_a_change_turned_round_is_its_negative(one: int, two: int, data: st.DataObject) -> None:
    first = (data.draw(st.integers(0, one)), one)
    second = (data.draw(st.integers(0, two)), two)
    there, back = proportion_change(first, second), proportion_change(second, first)
    assert there.difference == pytest.approx(-(back.difference or 0.0))
    assert there.p == pytest.approx(back.p)
    assert there.low == pytest.approx(-(back.high or 0.0))
