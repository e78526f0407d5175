"""Weighted answers: with equal weights nothing changes; with unequal ones less is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.stats.mean import Sums, mean
from regulars.kit.stats.nps import nps
from regulars.kit.stats.proportion import proportion
from regulars.kit.stats.weighted import (
    WeightedSums,
    weighted_mean,
    weighted_nps,
    weighted_share,
    weighted_share_change,
)


def weighted(pairs: list[tuple[float, float]]) -> WeightedSums:
    return WeightedSums(
        len(pairs),
        sum(w for w, _ in pairs),
        sum(w * w for w, _ in pairs),
        sum(w * x for w, x in pairs),
        sum(w * w * x for w, x in pairs),
        sum(w * w * x * x for w, x in pairs),
        sum(w * x * x for w, x in pairs),
    )


@given(st.lists(st.sampled_from([-1, 0, 1]), min_size=3, max_size=80), st.floats(0.1, 9))
def test_equal_weights_give_the_plain_nps(answers: list[int], weight: float) -> None:
    if len(set(answers)) == 1:
        return
    plain = nps(answers.count(1), answers.count(-1), len(answers))
    ours = weighted_nps(weighted([(weight, x) for x in answers]))
    assert ours.value == pytest.approx(plain.value, abs=1e-6)
    assert ours.low == pytest.approx(plain.low, abs=1e-6)


@given(st.lists(st.sampled_from([0, 1]), min_size=3, max_size=80))
def test_equal_weights_give_the_plain_share(answers: list[int]) -> None:
    plain = proportion(sum(answers), len(answers))
    ours = weighted_share(weighted([(2.0, x) for x in answers]))
    assert (ours.value, ours.low) == (
        pytest.approx(plain.value),
        pytest.approx(plain.low, abs=1e-6),
    )


def test_equal_weights_give_the_plain_mean() -> None:
    plain = mean(Sums(4, 16.0, 72.0))
    ours = weighted_mean(weighted([(3.0, x) for x in (2, 4, 4, 6)]))
    assert ours.low == pytest.approx(plain.low)


def test_one_heavy_answer_widens_the_interval() -> None:
    """Ten answers, half satisfied; where one of them weighs as much as nine, far less is known."""
    even = weighted_share(weighted([(1, x) for x in [1, 0] * 5]))
    heavy = weighted_share(weighted([(9, 1)] + [(1, 0)] * 5 + [(1, 1)] * 4))
    assert even.low is not None and even.high is not None
    assert heavy.low is not None and heavy.high is not None
    assert heavy.high - heavy.low > even.high - even.low
    assert heavy.value == pytest.approx(13 / 18)


def test_equal_answers_with_weights_stay_uncertain() -> None:
    found = weighted_mean(weighted([(1, 5.0), (2, 5.0), (3, 5.0)]), scale=(1, 5))
    assert found.value == 5 and found.low is not None and found.low < 4


def test_change_of_a_weighted_share() -> None:
    low, high = weighted([(1, 1)] * 20 + [(1, 0)] * 80), weighted([(1, 1)] * 50 + [(1, 0)] * 50)
    change = weighted_share_change(low, high)
    assert change.difference == pytest.approx(0.3)
    assert change.p is not None and change.p < 1e-4
