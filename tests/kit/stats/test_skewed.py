"""Intervals of skewed amounts: the end on the side of the long tail lies farther out."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.kit.stats.mean import Sums, mean
from regulars.kit.stats.skewed import largest, skewed, skewed_mean


def of(amounts: list[float]):
    each = np.array(amounts)
    return skewed_mean(each.size, each.sum(), (each**2).sum(), (each**3).sum())


def test_amounts_without_skewness_have_students_interval() -> None:
    half = [100.0] * 10 + [200.0] * 10
    student = mean(Sums(20, 3_000.0, 500_000.0))
    assert (of(half).low, of(half).high) == pytest.approx((student.low, student.high))


def test_one_large_order_moves_the_upper_end() -> None:
    """Ninety-nine of 10 and one of 1,000: mean 19.9, error 9.9, upper end at four errors."""
    found = of([10.0] * 99 + [1_000.0])
    assert (found.n, found.value) == (100, pytest.approx(19.9))
    assert found.low == pytest.approx(8.7, abs=0.05)
    assert found.high == pytest.approx(59.5)


def test_refunds_lean_to_the_other_side() -> None:
    up, down = of([10.0] * 9 + [50.0]), of([-10.0] * 9 + [-50.0])
    assert (down.low, down.high) == pytest.approx((-up.high, -up.low))


def test_hall_by_hand() -> None:
    """Skewness .1, raised to .13; t of 1.984: 3 (∛(1 + .13 · 1.9623) − 1)/.13 = 1.8147 below."""
    found = skewed(100, 50.0, 1.0, 0.1, 99)
    assert found.low == pytest.approx(50 - 1.8147, abs=2e-3)
    assert found.high == pytest.approx(50 + 2.2198, abs=2e-2)


def test_one_amount_and_equal_amounts_have_no_interval() -> None:
    assert (of([5.0]).low, of([5.0, 5.0]).high) == (None, None)


def test_whose_money_it_is() -> None:
    """Squares 16, 4, 1, 1: the first makes 16 of 22; she brings 4 of 8."""
    amounts = np.array([1.0, 4.0, 1.0, 2.0])
    found = largest(amounts**2, amounts, 0.0, 8.0)
    assert found is not None
    assert (found.customers, found.share, found.decide) == (1, 0.5, True)
    assert largest(amounts**2, amounts, 78.0, 8.0) is None, "the rest makes more than half"
    many = largest(np.ones(22), np.ones(22), 0.0, 22.0)
    assert many is not None
    assert (many.customers, many.share, many.decide) == (11, 0.5, False)
    groups = largest(np.ones(12), None, 0.0, 12.0)
    assert groups is not None
    assert (groups.customers, groups.share, groups.decide) == (6, None, False)
