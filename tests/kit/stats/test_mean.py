"""Means and ratios from sums, against scipy on the raw values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regulars.kit.stats.mean import Sums, mean, welch

scores = st.lists(st.integers(1, 7), min_size=2, max_size=60)


def sums(values: list[int]) -> Sums:
    return Sums(len(values), float(sum(values)), float(sum(v * v for v in values)))


def test_four_answers_by_hand() -> None:
    """2, 4, 4, 6: mean 4, variance 8/3, standard error .8165, t(3) 3.1824."""
    found = mean(sums([2, 4, 4, 6]))
    assert found.value == 4
    assert found.low == pytest.approx(4 - 3.182446 * np.sqrt(8 / 3 / 4), abs=1e-5)


def test_five_equal_answers_do_not_prove_the_mean() -> None:
    found = mean(sums([5, 5, 5, 5, 5]), scale=(1, 5))
    assert found.value == 5 and found.high == 5
    assert found.low == pytest.approx(5 - 4 * 0.4345, abs=1e-3)
    unbounded = mean(sums([5, 5, 5]))
    assert (unbounded.low, unbounded.high) == (None, None)


def test_one_answer_has_no_interval() -> None:
    assert (mean(Sums(1, 4.0, 16.0)).value, mean(Sums(1, 4.0, 16.0)).low) == (4.0, None)


@given(scores, scores)
def test_welch_agrees_with_scipy(one: list[int], two: list[int]) -> None:
    if len(set(one)) == 1 and len(set(two)) == 1:
        assert welch(sums(one), sums(two)).p is None
        return
    theirs = stats.ttest_ind(two, one, equal_var=False)
    ours = welch(sums(one), sums(two))
    assert ours.p == pytest.approx(theirs.pvalue, abs=1e-9)
    assert ours.low == pytest.approx(theirs.confidence_interval().low, abs=1e-6)
