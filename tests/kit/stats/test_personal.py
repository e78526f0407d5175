"""Shares, NPS and scores of customers who answer more than once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.stats import personal
from regulars.kit.stats.clustered import Clusters, Loose
from regulars.kit.stats.mean import Sums, mean, welch
from regulars.kit.stats.nps import nps, nps_change
from regulars.kit.stats.proportion import proportion, proportion_change


def answers(of_each: list[list[int]], first: int = 0) -> Clusters:
    """Return customers with their answers."""
    every = np.array([x for one in of_each for x in one], dtype=float)
    return Clusters.of(
        np.arange(first, first + len(of_each)),
        [len(one) for one in of_each],
        [sum(one) for one in of_each],
        (every**2).sum(),
        single=all(len(one) == 1 for one in of_each),
    )


def nobodys(each: list[int]) -> Clusters:
    every = np.array(each, dtype=float)
    sums = every.sum(), (every**2).sum()
    loose = Loose.plain(every.size, *sums)
    return Clusters.of([], [], [], sums[1], loose=loose, single=True)


TWENTY = [[1]] * 14 + [[0]] * 4 + [[-1]] * 2


def test_fourteen_promoters_and_two_detractors_of_twenty() -> None:
    found = personal.nps(answers(TWENTY), 20)
    assert (found.value, found.low, found.high) == pytest.approx((60, 23.6, 80.7), abs=0.05)
    assert found == nps(14, 2, 20) == personal.nps(nobodys([x for (x,) in TWENTY]), 20)


ONCE = st.lists(st.sampled_from([0, 1]), min_size=1, max_size=40)


@given(ONCE, ONCE)
def test_one_row_a_customer_is_to_the_digit_what_rows_give(one: list[int], two: list[int]) -> None:
    sizes = (len(one), len(two))
    sides = (answers([[x] for x in one]), answers([[x] for x in two], first=100))
    yes = (sum(one), sum(two))
    pairs = [(float(y), float(n)) for y, n in zip(yes, sizes, strict=True)]
    sums = [Sums(n, y, y) for n, y in zip(sizes, yes, strict=True)]
    assert personal.share(sides[0], sizes[0]) == proportion(yes[0], sizes[0])
    assert personal.share_change(*sides, sizes) == proportion_change(*pairs)
    assert personal.nps_change(*sides, sizes) == nps_change(*((y, 0, n) for y, n in pairs))
    assert personal.score(sides[0], sizes[0], (0, 1)) == mean(sums[0], scale=(0, 1))
    assert personal.score_change(*sides, sizes) == welch(*sums)


def test_anna_answered_ten_times() -> None:
    """Ten promoters' answers of Anna's, five passives and five detractors once each.

    Ten answers of one of eleven customers count as 20² / (10² + 10) = 3.6 equal ones.
    """
    anna = answers([[1] * 10, *[[0]] * 5, *[[-1]] * 5])
    eleven = personal.nps(anna, 20)
    equal = nps(10 * 2 / 11, 5 * 2 / 11, 20, size=40 / 11)
    assert eleven.value == pytest.approx(25)
    assert (eleven.low, eleven.high) == pytest.approx((equal.low, equal.high))


def test_five_answers_a_customer_widen_every_interval() -> None:
    yes = [[1] * 5] * 10 + [[0] * 5] * 10
    clustered = personal.share(answers(yes), 100)
    assert clustered.value == 0.5
    assert clustered.low == pytest.approx(proportion(10, 20).low)
    mean_of = personal.score(answers(yes), 100, (0, 1))
    assert (mean_of.low, mean_of.high) == pytest.approx((0.26, 0.74), abs=0.005)


def test_the_same_customers_who_each_give_a_point_more() -> None:
    before = answers([[1 + i % 4] * 2 for i in range(40)])
    after = answers([[1 + i % 4 + (i % 8 > 0)] * 2 for i in range(40)])
    same = personal.score_change(before, after, (80, 80))
    assert same.difference == 0.875
    assert same.low == pytest.approx(0.79, abs=0.005)
    assert same.p is not None and same.p < 1e-6


def test_all_answers_alike_leave_the_interval_of_as_many_customers() -> None:
    found = personal.score(answers([[5, 5]] * 10), 20, (1, 5))
    assert found == mean(Sums(10, 50.0, 250.0), scale=(1, 5)).__class__(20, 5.0, found.low, 5.0)
    assert found.low == pytest.approx(mean(Sums(10, 50.0, 250.0), scale=(1, 5)).low)


def test_nothing_is_known_of_no_answers() -> None:
    none = answers([])
    assert personal.share(none, 0).value is None
    assert personal.nps_change(none, answers([[1, 1]]), (0, 2)).p is None
