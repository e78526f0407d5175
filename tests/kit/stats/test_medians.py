"""Medians by customer, of whole minutes."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.kit.stats.medians import NOBODY, Measured, median_change, percentile
from regulars.kit.stats.quantile import quantile


def waits(minutes: list[float], first: int = 0, of_each: int = 1) -> Measured:
    """Return customers' waits, `of_each` in a row a customer's."""
    each = np.array(minutes, dtype=float)
    keys = first + np.arange(each.size) // of_each
    return Measured(keys, each, np.ones(each.size, dtype=np.int64), single=of_each == 1)


def nobodys(minutes: list[float]) -> Measured:
    each = np.array(minutes, dtype=float)
    return Measured(np.full(each.size, NOBODY), each, np.ones(each.size, dtype=np.int64))


def test_one_wait_a_customer_is_the_median_of_order_statistics() -> None:
    nine = [9.0, 1, 8, 2, 7, 3, 6, 4, 5]
    plain = quantile(np.array(nine), np.ones(9, dtype=np.int64))
    assert percentile(waits(nine)) == plain
    assert percentile(nobodys(nine)) == plain
    assert percentile(waits([])).value is None


def test_four_waits_a_customer_leave_the_interval_of_as_many_customers() -> None:
    """Of 20 customers the 6th and 15th; of their 80 equal waits in fours the 21st and 60th."""
    found = percentile(waits(np.repeat(np.arange(1.0, 21), 4).tolist(), of_each=4))
    assert (found.n, found.value, found.low, found.high) == (80, 10.5, 6, 15)


def test_whole_minutes_with_many_equal_give_an_answer() -> None:
    """Two minutes or three, twelve of twenty against eight: no minute's place is taken for two."""
    before, after = waits([2.0] * 12 + [3.0] * 8), waits([2.0] * 8 + [3.0] * 12, first=50)
    change = median_change(before, after)
    assert (change.difference, change.low) == (1, pytest.approx(1 - 2**0.5))
    assert change.p == pytest.approx(0.21, abs=0.01), "z of 1.26 for 12 and 8 of twenty"


def test_twice_the_wait() -> None:
    before = waits([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10] * 3)
    change = median_change(before, waits([2.0, 4, 6, 8, 10, 12, 14, 16, 18, 20] * 3, first=50))
    assert change.difference == 5.5
    assert change.p is not None and change.p < 0.001
    assert change.low is not None and 0 < change.low < 5.5


def test_fourfold_waits_of_the_same_customers_prove_no_more() -> None:
    few, more = [1.0, 2, 3, 4, 5, 6, 7, 8], [3.0, 4, 5, 6, 7, 8, 9, 10]
    once = median_change(waits(few), waits(more, first=50))
    fourfold = median_change(
        waits(np.repeat(few, 4).tolist(), of_each=4),
        waits(np.repeat(more, 4).tolist(), first=50, of_each=4),
    )
    assert fourfold.p == pytest.approx(once.p, abs=0.02)


def test_equal_values_show_no_change() -> None:
    change = median_change(waits([5.0] * 10), waits([5.0] * 10, first=50))
    assert (change.difference, change.p) == (0, 1)
    assert median_change(waits([]), waits([5.0])).difference is None
