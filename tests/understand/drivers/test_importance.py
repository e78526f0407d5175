"""Importance by hand, by brute force, and on published data."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from regulars.understand.drivers import importance, ranking
from regulars.understand.drivers.model import Missing
from regulars.understand.drivers.moments import Sample, possible

Floats = NDArray[np.float64]


def matrix(attributes: int, seed: int) -> Floats:
    """A possible correlation matrix, outcome last."""
    rng = np.random.default_rng(seed)
    loadings = rng.normal(size=(attributes + 1, attributes + 2))
    spread = loadings @ loadings.T
    scale = 1 / np.sqrt(np.diag(spread))
    return spread * np.outer(scale, scale)


def by_all_orders(correlations: Floats) -> Floats:
    """LMG as its definition says: the mean gain of R² over every order of entry."""
    count = len(correlations) - 1

    def r_squared(chosen: tuple[int, ...]) -> float:
        some = list(chosen)
        if not some:
            return 0.0
        among, outcome = correlations[np.ix_(some, some)], correlations[some, -1]
        return float(outcome @ np.linalg.solve(among, outcome))

    total = np.zeros(count)
    orders = list(itertools.permutations(range(count)))
    for order in orders:
        for place, attribute in enumerate(order):
            total[attribute] += r_squared(order[: place + 1]) - r_squared(order[:place])
    return total / len(orders)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(0, 10_000))
def test_lmg_is_the_mean_over_all_orders_and_adds_up_to_r_squared(count: int, seed: int) -> None:
    correlations = matrix(count, seed)
    whole = 1 - 1 / np.linalg.inv(correlations)[-1, -1]
    shares = importance.lmg(correlations)
    assert shares == pytest.approx(by_all_orders(correlations), abs=1e-8)
    assert shares.sum() == pytest.approx(whole, abs=1e-8)
    assert importance.johnson(correlations).sum() == pytest.approx(whole, abs=1e-8)


def test_independent_attributes_share_by_their_squared_correlation() -> None:
    """Ann's waiting time .6 and price .2, unrelated: .36 and .04."""
    correlations = np.array([[1, 0, 0.6], [0, 1, 0.2], [0.6, 0.2, 1]])
    assert importance.lmg(correlations) == pytest.approx([0.36, 0.04])
    assert importance.johnson(correlations) == pytest.approx([0.36, 0.04])


def test_a_question_asked_twice_shares_its_importance() -> None:
    twice = np.array([[1, 1, 0.6], [1, 1, 0.6], [0.6, 0.6, 1.0]])
    assert importance.lmg(twice) == pytest.approx([0.18, 0.18])
    assert importance.johnson(twice) == pytest.approx([0.18, 0.18])


def test_many_matrices_at_once_give_what_each_gives() -> None:
    stack = np.stack([matrix(5, seed) for seed in range(3)])
    assert importance.lmg(stack) == pytest.approx(np.stack([importance.lmg(m) for m in stack]))


def test_complete_answers_give_the_ordinary_correlations() -> None:
    values = np.random.default_rng(0).normal(50, 10, (200, 4))
    moments = Sample(values).moments()
    assert moments.correlations == pytest.approx(np.corrcoef(values.T))
    assert moments.means == pytest.approx(values.mean(axis=0))
    assert moments.spreads == pytest.approx(values.std(axis=0, ddof=1))


def test_each_pair_rests_on_those_who_answered_both() -> None:
    values = np.random.default_rng(1).normal(50, 10, (300, 3))
    values[:100, 0] = np.nan
    values[250:, 1] = np.nan
    both = values[100:250]
    moments = Sample(values).moments()
    assert moments.n[0, 1] == 150
    assert moments.correlations[0, 1] == pytest.approx(np.corrcoef(both[:, 0], both[:, 1])[0, 1])


def test_a_person_counted_twice_weighs_twice() -> None:
    values = np.random.default_rng(2).normal(50, 10, (50, 3))
    weights = np.array([2.0] * 10 + [1.0] * 40)
    doubled = Sample(np.vstack([values[:10], values])).moments()
    assert Sample(values).moments(weights).correlations == pytest.approx(doubled.correlations)


def test_contradicting_pairs_are_mended() -> None:
    impossible = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1.0]])
    mended, was_mended = possible(impossible)
    assert was_mended
    assert np.linalg.eigvalsh(mended).min() > 0
    assert np.diag(mended) == pytest.approx(np.ones(3))
    assert possible(np.eye(3)) == (pytest.approx(np.eye(3)), False)


def test_attributes_that_few_answered_together_are_parted() -> None:
    values = np.full((400, 4), np.nan)
    values[:, 3] = np.arange(400) % 7
    values[:200, 0] = np.arange(200) % 5
    values[180:, 1] = np.arange(220) % 5
    values[:, 2] = np.arange(400) % 3
    kept, dropped = ranking.together(values, ["hotline", "store", "delivery"])
    assert (kept, dropped) == ([1, 2], {"hotline": "store"})  # 20 answered both, fewer than 30


def test_who_is_left_follows_the_rule() -> None:
    values = np.array([[1, 2, 3], [1, np.nan, 3], [np.nan, np.nan, 3], [1, 2, np.nan]])
    assert len(ranking.leave(values, Missing.PAIRWISE)) == 2
    assert len(ranking.leave(values, Missing.COMPLETE)) == 1


def test_the_mobile_phone_survey_ranks_as_published(real_data: Path) -> None:
    """Image .447, value .316, expectation .172 lead to satisfaction there, R² .591."""
    with (real_data / "ecsi-mobi" / "mobi.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def construct(prefix: str) -> list[float]:
        items = [name for name in rows[0] if name.startswith(prefix)]
        return [float(np.mean([float(row[name]) for name in items])) for row in rows]

    values = np.column_stack([construct(p) for p in ("IMAG", "CUEX", "PERV", "CUSA")])
    found = ranking.analyse(values, ["image", "expectation", "value"], {}, replicates=100)
    assert found is not None
    assert [one.touchpoint for one in found.drivers] == ["image", "value", "expectation"]
    assert all(one.sign == "+" for one in found.drivers)
    assert found.r_squared.value == pytest.approx(0.591, abs=0.06)
    assert found.r_squared.low < 0.591 < found.r_squared.high


def test_kendalls_w_is_one_for_agreement_and_nought_for_contradiction() -> None:
    assert ranking.steadiness([[1, 2, 3], [10, 20, 30]]) == pytest.approx(1.0)
    assert ranking.steadiness([[1, 2, 3], [3, 2, 1]]) == pytest.approx(0.0)
    assert ranking.steadiness([[1, 2, 3]]) is None
