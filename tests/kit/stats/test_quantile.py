"""Medians and percentiles of counted values."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.stats.quantile import quantile


def of(values: list[float], share: float = 0.5):
    return quantile(np.array(values, dtype=float), np.ones(len(values), dtype=np.int64), share)


def test_median_of_nine_waits_with_conovers_ranks() -> None:
    """Of 9 values the 2nd and 8th hold the median with 96.1 %."""
    found = of([9, 1, 8, 2, 7, 3, 6, 4, 5])
    assert (found.n, found.value, found.low, found.high) == (9, 5, 2, 8)


def test_five_values_bound_no_median() -> None:
    found = of([1, 2, 3, 4, 5])
    assert (found.value, found.low, found.high) == (3, None, None)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=80), st.sampled_from([0.5, 0.9, 0.25]))
def test_value_is_numpys_and_counts_stand_for_repeats(values: list[int], share: float) -> None:
    unique, counts = np.unique(np.array(values, dtype=float), return_counts=True)
    found = quantile(unique, counts.astype(np.int64), share)
    assert found.value == pytest.approx(float(np.quantile(values, share)))
    assert found == of([float(v) for v in values], share)


@pytest.mark.parametrize("n", [6, 7, 20, 51, 100])
def test_ranks_cover_at_least_95_percent_and_one_rank_less_does_not(n: int) -> None:
    found = of([float(i) for i in range(1, n + 1)])
    assert found.low is not None and found.high is not None
    low, high = int(found.low), int(found.high)

    def cover(first: int, last: int) -> float:
        return sum(comb(n, k) for k in range(first, last)) / 2**n

    assert cover(low, high) >= 0.95
    assert cover(low + 1, high - 1) < 0.95
