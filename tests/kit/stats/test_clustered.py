"""Rows taken together by customer: twenty customers of five equal answers say as much as twenty."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.kit.stats.clustered import (
    GROUPS,
    Clusters,
    Loose,
    apart,
    correlation,
    design_effect,
    effective_size,
    folded,
    spread,
)


def five_each(yes: int, customers: int = 20, first: int = 0) -> Clusters:
    """Return customers of five answers each, of whom `yes` say yes five times, the others no."""
    keys = np.arange(first, first + customers)
    said = 5.0 * (np.arange(customers) < yes)
    return Clusters.of(keys, np.full(customers, 5.0), said, 5.0 * yes)


def once_each(yes: int, customers: int, first: int = 0) -> Clusters:
    said = (np.arange(customers) < yes).astype(float)
    keys = np.arange(first, first + customers)
    return Clusters.of(keys, np.ones(customers), said, float(yes), single=True)


def test_five_equal_answers_a_customer_are_one_piece_of_evidence() -> None:
    hundred = five_each(10)
    assert (hundred.base, hundred.total, hundred.ratio) == (100, 50, 0.5)
    assert design_effect(hundred, 100) == pytest.approx(5.2, abs=0.05)
    assert spread(hundred).freedom == 19
    assert effective_size(hundred, 100) == 20


def test_one_row_a_customer_is_a_row_like_any_other() -> None:
    assert design_effect(once_each(10, 20), 20) == 1
    assert effective_size(once_each(10, 20), 20) == 20


def test_rows_of_nobody_say_as_much_as_customers_of_one_row() -> None:
    half = Clusters.of([], [], [], 10.0, loose=Loose.plain(20, 10.0, 10.0))
    assert spread(half).variance == pytest.approx(spread(once_each(10, 20)).variance)
    assert design_effect(half, 20) == pytest.approx(1)


def test_answers_that_are_all_alike_count_once_a_customer() -> None:
    assert design_effect(five_each(20), 100) == 5


def test_order_of_rows_and_repeated_keys_do_not_matter() -> None:
    split = Clusters.of([7, 3, 7], [1, 2, 4], [1, 0, 3], 4.0)
    assert split.keys.tolist() == [3, 7]
    assert (split.n.tolist(), split.x.tolist()) == ([2, 5], [0, 4])


def test_two_slices_together_hold_whoever_is_in_both_once() -> None:
    both = once_each(1, 3) + once_each(1, 2, first=2)
    assert both.keys.tolist() == [0, 1, 2, 3]
    assert both.n.tolist() == [1, 1, 2, 1]
    assert not both.single
    assert (once_each(1, 3) + once_each(1, 2, first=3)).single


def test_the_group_is_the_key_modulo_64() -> None:
    few = folded(once_each(1, 2, first=GROUPS - 1))
    assert (few.keys.tolist(), few.grouped) == ([0, 63], True)
    together = few + once_each(0, 1, first=GROUPS)
    assert (together.keys.tolist(), together.n.tolist()) == ([0, 63], [2, 1])


def test_the_same_customers_in_both_periods_are_correlated() -> None:
    assert correlation(five_each(10), five_each(10)) == pytest.approx(0.99)
    assert correlation(five_each(10), five_each(10, first=100)) == 0
    assert apart(once_each(1, 5), once_each(1, 5, first=5))
    assert not apart(once_each(1, 5), once_each(1, 5, first=4))


def test_groups_of_other_customers_are_taken_to_be_apart() -> None:
    """Three thousand of one answer each in either month: others, or to a half the same."""
    rng = np.random.default_rng(4)
    keys = rng.integers(0, 10**9, 9_000)
    said = rng.integers(0, 2, 9_000).astype(float)

    def month(first: int) -> Clusters:
        who = slice(first, first + 3_000)
        answers = said[who]
        return folded(Clusters.of(keys[who], np.ones(3_000), answers, answers.sum(), single=True))

    assert apart(month(0), month(3_000))
    assert not apart(month(0), month(1_500))
