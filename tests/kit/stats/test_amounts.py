"""Money and counts by customer."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.kit.stats import amounts
from regulars.kit.stats.clustered import Clusters, Loose, folded
from regulars.kit.stats.rate import poisson, poisson_change


def orders(of_each: list[list[float]], first: int = 0) -> Clusters:
    """Return customers with the amounts of their orders."""
    every = np.array([amount for one in of_each for amount in one])
    return Clusters.of(
        np.arange(first, first + len(of_each)),
        [len(one) for one in of_each],
        [sum(one) for one in of_each],
        (every**2).sum(),
        (every**3).sum(),
        single=all(len(one) == 1 for one in of_each),
    )


def counted(of_each: list[int], first: int = 0) -> Clusters:
    return orders([[1.0] * n for n in of_each], first)


HALF = [[100.0]] * 10 + [[200.0]] * 10


def test_order_value_by_customer() -> None:
    """Two equal orders a customer say no more than one."""
    once, twice = orders(HALF), orders([one * 2 for one in HALF])
    assert amounts.ratio(twice, 40).value == 150
    assert amounts.ratio(twice, 40).high == pytest.approx(amounts.ratio(once, 20).high)
    assert amounts.ratio(orders([[1.0, 2.0]]), 2).low is None, "one customer, no interval"
    assert amounts.ratio(orders([]), 0).value is None


def test_revenue_leans_as_its_customers_do() -> None:
    """3,000 of twenty: errors of √500,000 = 707; t on 20, skewness 9e7 / 707³ = .25, raised."""
    found = amounts.total(orders(HALF), 20)
    assert (found.value, found.low, found.high) == pytest.approx((3_000, 1_802, 5_160), abs=1)
    nobody = Clusters.of([], [], [], 500_000.0, 9e7, loose=Loose.plain(20, 3_000.0, 5e5, 9e7))
    assert amounts.total(nobody, 20).high == pytest.approx(5_160, abs=1)


def test_orders_of_customers_who_each_bring_five() -> None:
    """A hundred orders of twenty customers spread as twenty of five: 58.9 to 158.7."""
    assert amounts.count(counted([1] * 100)) == poisson(100)
    found = amounts.count(counted([5] * 20))
    assert (found.n, found.value) == (100, 100)
    assert (found.low, found.high) == pytest.approx((58.9, 158.7), abs=0.1)


def test_change_of_orders() -> None:
    before, after = counted([1] * 30), counted([1] * 60, first=100)
    assert amounts.count_change(before, after, (30, 30)) == poisson_change((30, 1.0), (60, 1.0))
    heavy = amounts.count_change(counted([5] * 6), counted([5] * 12, first=100), (30, 30))
    assert heavy.difference == 30
    assert heavy.p == pytest.approx(0.157, abs=0.01), "12 customers against 6: 6/√18 errors"
    assert heavy.low is not None and heavy.low < 0


def test_the_same_customers_a_month_later() -> None:
    """Fifty customers spend a tenth more each: certain of them, not of fifty strangers."""
    before = orders([[100.0 + 10 * i] for i in range(50)])
    after = [[110.0 + 11 * i + (-1) ** i] for i in range(50)]
    same = amounts.ratio_change(before, orders(after), (50, 50))
    others = amounts.ratio_change(before, orders(after, first=100), (50, 50))
    assert same.difference == others.difference == pytest.approx(34.5)
    assert same.low is not None and same.low > 0
    assert others.low is not None and others.low < 0
    sums = amounts.total_change(before, orders(after), (28, 31))
    assert sums.difference == pytest.approx(18_975 - 17_250 * 31 / 28)


def test_a_few_customers_decide_a_sum() -> None:
    many = amounts.largest_of_total(orders([[100.0]] * 40))
    few = amounts.largest_of_total(orders([[10.0]] * 99 + [[1_000.0]]))
    assert many is not None and (many.customers, many.decide) == (20, False)
    assert few is not None and (few.customers, few.decide) == (1, True)
    assert few.share == pytest.approx(1_000 / 1_990)
    assert amounts.largest_of_ratio(orders([[10.0]])) is None


def test_groups_tell_of_few_without_naming_a_share() -> None:
    rng = np.random.default_rng(3)
    calm = folded(orders([[float(x)] for x in rng.normal(100, 30, 5_000)]))
    found = amounts.largest_of_total(calm)
    assert found is not None and (found.share, found.decide) == (None, False)
