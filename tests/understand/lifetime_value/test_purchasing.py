"""BG/NBD and Gamma-Gamma against their formulas, planted truths and each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, special
from tests import sizes
from tests.understand.lifetime_value.made import customers

from regulars.understand.lifetime_value import forecasting, purchasing, spending
from regulars.understand.lifetime_value.model import (
    GammaGamma,
    Histories,
    Purchasing,
    grouped,
)

CDNOW = Purchasing(0.2426, 4.4135, 0.7929, 2.4258)  # weeks
ALBUMS = GammaGamma(6.25, 3.74, 15.44)


def one(repeats: float, last: float, age: float, spent: float = 0.0) -> Histories:
    return Histories(*(np.array([value]) for value in (repeats, last, age, spent)))


def test_the_paper_s_customer_who_came_twice_early() -> None:
    # Fader, Hardie & Lee's spreadsheet: x 2, t_x 30.43, T 38.86 (weeks), 39 weeks ahead: 1.226.
    ahead = purchasing.expected(CDNOW, one(2, 30.43, 38.86), 39.0)
    assert ahead[0] == pytest.approx(1.226, abs=0.001)


def test_whoever_bought_once_may_always_be_there() -> None:
    assert purchasing.alive(CDNOW, np.zeros(1), np.zeros(1), np.array([70.0]))[0] == 1.0


def test_long_silence_of_a_frequent_buyer_means_gone() -> None:
    # Ana and Bo both bought ten times in twenty weeks; Ana was here last week, Bo 18 weeks ago.
    ana = purchasing.alive(CDNOW, np.array([10.0]), np.array([37.0]), np.array([38.0]))[0]
    bo = purchasing.alive(CDNOW, np.array([10.0]), np.array([20.0]), np.array([38.0]))[0]
    assert ana > 0.8 and bo < 0.2


parameters = st.builds(
    Purchasing,
    st.floats(0.1, 4.0),
    st.floats(3.0, 200.0),
    st.floats(0.2, 3.0).filter(lambda a: abs(a - 1) > 0.02),
    st.floats(0.5, 6.0),
)


@settings(deadline=None, max_examples=60)
@given(parameters, st.integers(0, 40), st.floats(5.0, 700.0), st.floats(10.0, 365.0))
def test_expected_purchases_are_the_hypergeometric_and_the_sum_of_chances(
    model: Purchasing, repeats: int, age: float, horizon: float
) -> None:
    x, ages = np.array([float(repeats)]), np.array([age])
    ours = purchasing.if_alive(model, x, ages, horizon)[0]
    assume(ours < 100)  # beyond, two thousand chances are not the whole sum
    counts: Any = np.arange(1, 2_000)
    summed = purchasing.at_least(model, x, ages, horizon, counts).sum()
    assert ours == pytest.approx(summed, rel=1e-4)
    r, alpha, a, b = model.r + repeats, model.alpha + age, model.a, model.b + repeats
    assume(abs(a + b - 1) > 1e-6)  # where the paper's series has its pole
    series = special.hyp2f1(r, b, a + b - 1, horizon / (alpha + horizon))
    paper = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + horizon)) ** r * series)
    assert ours == pytest.approx(paper, rel=1e-3)


@settings(deadline=None, max_examples=sizes.of(10, 25))
@given(parameters, st.integers(0, 2**32 - 1))
def test_the_gradient_is_the_slope(model: Purchasing, seed: int) -> None:
    found = customers(300, model, ALBUMS, seed, days=400)
    data = purchasing._prepare(grouped(found), 100.0)
    theta = np.log([0.6, 0.4, 0.9, 2.2])
    slope = optimize.approx_fprime(theta, lambda at: purchasing._negative(at, data)[0], 1e-6)
    assert purchasing._negative(theta, data)[1] == pytest.approx(slope, abs=2e-4)
    paying = found.repeats > 0
    if paying.any():
        rest = (spending._prepare(found.repeats[paying], found.mean[paying] / 6.0),)
        at = np.log([2.0, 2.5, 3.0])
        slope = optimize.approx_fprime(at, lambda x: spending._negative(x, *rest)[0], 1e-6)
        assert spending._negative(at, *rest)[1] == pytest.approx(slope, abs=2e-4)


def test_planted_parameters_are_found_again() -> None:
    planted = Purchasing(0.8, 40.0, 0.9, 3.0)
    found = customers(200_000, planted, ALBUMS, seed=7)
    fit = purchasing.fit(grouped(found))
    assert fit.converged and fit.covariance is not None
    assert fit.model.r == pytest.approx(0.8, rel=0.04)
    assert fit.model.alpha == pytest.approx(40.0, rel=0.05)
    assert fit.model.a == pytest.approx(0.9, rel=0.08)
    assert fit.model.b == pytest.approx(3.0, rel=0.08)
    again = found.repeats > 0
    paid = spending.fit(found.repeats[again], found.mean[again])
    assert paid.model.p == pytest.approx(6.25, rel=0.03)
    assert paid.model.q == pytest.approx(3.74, rel=0.03)
    assert paid.model.gamma == pytest.approx(15.44, rel=0.05)


@settings(deadline=None, max_examples=sizes.of(15, 40))
@given(parameters, st.integers(0, 30), st.floats(0.0, 1.0), st.floats(5.0, 700.0))
def test_chances_are_chances_and_a_longer_horizon_holds_more(
    model: Purchasing, repeats: int, share: float, age: float
) -> None:
    found = one(repeats, share * age if repeats else 0.0, age, 30.0 * repeats)
    near = forecasting.forecast(model, ALBUMS, found, 90.0)
    far = forecasting.forecast(model, ALBUMS, found, 365.0)
    assert 0 <= near.alive[0] <= 1
    assert 0 <= purchasing.none_within(model, found, 90.0)[0] <= 1
    assert near.value[0] <= far.value[0] + 1e-12
    assert far.low[0] <= far.high[0]


@pytest.mark.parametrize(("a", "b"), [(1e-4, 1e-4), (1e-4, 1e5), (200.0, 300.0), (1e5, 3.0)])
def test_laws_of_leaving_at_the_edge_give_numbers_too(a: float, b: float) -> None:
    # Where all customers are alike a fit ends at such parameters; gamma functions overflow there.
    model, x, ages = Purchasing(0.8, 40.0, a, b), np.array([0.0, 3.0]), np.array([100.0, 200.0])
    with np.errstate(all="raise", under="ignore"):
        ours = purchasing.if_alive(model, x, ages, 365.0)
    counts = range(1, 400)
    summed = sum(purchasing.at_least(model, x, ages, 365.0, count) for count in counts)
    assert ours == pytest.approx(summed, rel=1e-6)


def test_almost_nobody_leaving_is_counted_as_exactly() -> None:
    # With hardly any dropout 2 purchases in 50 days of gamma(1, 50) rates lead to 3/100 a day.
    steady = Purchasing(1.0, 50.0, 0.5, 50_000.0)
    for model in (steady, Purchasing(1.0, 50.0, 0.5, 800.0), Purchasing(1.0, 50.0, 2.0, 498.5)):
        ours = purchasing.if_alive(model, np.array([2.0]), np.array([50.0]), 100.0)[0]
        summed = sum(
            purchasing.at_least(model, np.array([2.0]), np.array([50.0]), 100.0, count)[0]
            for count in range(1, 300)
        )
        assert ours == pytest.approx(summed, rel=1e-4)
    assert purchasing.if_alive(steady, np.array([2.0]), np.array([50.0]), 100.0)[0] == (
        pytest.approx(3.0, rel=1e-3)
    )
