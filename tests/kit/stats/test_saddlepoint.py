"""Tails of sums of chances, held against every possible outcome."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from regulars.kit.stats.saddlepoint import Chances, two_sided

NONE = np.zeros(0)


def allotment(residuals: list[float], share: float) -> Chances:
    each = np.array(residuals)
    return Chances((1 - share) * each, -share * each, np.full(each.size, share))


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_fourteen_amounts_allotted_at_random(share: float) -> None:
    """Amounts of which two are large: all 16,384 outcomes, either tail within a tenth."""
    amounts = [1.3**i for i in range(14)]
    sides = np.array(list(itertools.product([0, 1], repeat=14)))
    chance = np.prod(np.where(sides == 1, share, 1 - share), axis=1)
    sums = (sides - share) @ np.array(amounts)
    order = np.argsort(sums)
    reached = np.cumsum(chance[order])
    for value in sums[order][np.searchsorted(reached, [0.99, 0.97, 0.05, 0.03])]:
        tail = sums >= value if value > 0 else sums <= value
        exact = chance[tail].sum()
        assert two_sided(allotment(amounts, share), value) == pytest.approx(2 * exact, rel=0.1)


def test_many_equal_chances_are_normal() -> None:
    flips = Chances(np.ones(10_000), -np.ones(10_000), np.full(10_000, 0.5))
    assert two_sided(flips, 196.0) == pytest.approx(0.05, abs=0.0005)
    assert two_sided(flips, 0.0) == 1


def test_a_rest_of_moments_is_gamma_in_its_long_tail_and_normal_in_the_short() -> None:
    """Variance 4 and third moment 16: an exponential of mean 2, less its mean."""
    rest = Chances(NONE, NONE, NONE, variance=4.0, third=16.0)
    assert two_sided(rest, 6.0) == pytest.approx(2 * stats.gamma.sf(8, a=1, scale=2), rel=0.03)
    assert two_sided(rest, -3.0) == pytest.approx(2 * stats.norm.sf(1.5))


def test_beyond_everything_is_the_chance_of_the_farthest() -> None:
    assert two_sided(allotment([1.0] * 10, 0.5), 5.0) == pytest.approx(2 * 0.5**10)


def test_nothing_varies() -> None:
    assert two_sided(Chances(NONE, NONE, NONE), 0.0) == 1
