"""The intervals of forecasts: of a group, of what is not known of the models, in a made world."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.understand.lifetime_value.made import customers
from tests.understand.lifetime_value.test_purchasing import ALBUMS

from regulars.understand.lifetime_value import forecasting
from regulars.understand.lifetime_value.model import (
    Array,
    Fit,
    Histories,
    Purchasing,
    Spread,
)

PLANTED = Purchasing(0.8, 40.0, 0.9, 3.0)


def a_year_on(found: Histories, alive: Array, random: np.random.Generator) -> tuple[Array, Array]:
    """Return what customers of PLANTED and ALBUMS buy and spend within a year."""
    there = random.random(len(found)) < alive
    rate = random.gamma(PLANTED.r + found.repeats, 1 / (PLANTED.alpha + found.age))
    drop = random.beta(PLANTED.a, PLANTED.b + found.repeats)
    possible = random.poisson(rate * 365)
    until = random.geometric(drop)
    bought = np.where(there, np.minimum(possible, until), 0)
    rates = random.gamma(ALBUMS.q + ALBUMS.p * found.repeats, 1 / (ALBUMS.gamma + found.spent))
    spent = np.where(bought > 0, random.gamma(np.maximum(ALBUMS.p * bought, 1e-9), 1 / rates), 0.0)
    return bought.astype(np.float64), spent


def test_the_interval_of_a_group_holds_what_its_customers_spend() -> None:
    """300 customers: all, every third, the best fifth and who bought once, 200 years on."""
    found = customers(300, PLANTED, ALBUMS, seed=12)
    never: Fit[Any] = Fit(PLANTED, 0.0, 300, None, True)
    whole, said = forecasting.ahead(never, replace(never, model=ALBUMS), found, 365)
    random, value = np.random.default_rng(6), said.value
    years = [a_year_on(found, said.alive, random)[1] for _year in range(200)]
    groups = (value >= 0, np.arange(300) % 3 == 0, value >= np.quantile(value, 0.8),
              found.repeats == 0)  # fmt: skip
    for group in groups:
        n, sums = int(group.sum()), (float(value[group].sum()), float((value[group] ** 2).sum()))
        told = whole.spread.mean(n, *sums)
        assert told.low is not None and told.high is not None
        hits = sum(told.low <= spent[group].mean() <= told.high for spent in years)
        assert hits >= 0.95 * 200 - 3 * (0.05 * 0.95 * 200) ** 0.5
        assert (told.high - told.low) / 2 == pytest.approx(
            1.96 * np.sqrt(said.variance[group].sum()) / n, rel=0.25
        )
    assert whole.spread.mean(300, float(value.sum()), float((value**2).sum())) == whole.mean


def test_what_is_not_known_of_the_models_is_in_a_group_s_interval() -> None:
    """Of many customers chance evens out; what the models do not know stays the same share."""
    spread = Spread(linear=40.0, square=0.5, parameters=0.05**2)
    told = spread.mean(1_000_000, 1e8, 2e10)
    assert told.low is not None and told.high is not None
    assert (told.high - told.low) / 2 / 100 == pytest.approx(1.96 * 0.05, rel=0.01)


def test_the_interval_holds_in_a_world_made_by_the_models() -> None:
    random = np.random.default_rng(5)
    found = customers(20_000, PLANTED, ALBUMS, seed=11)
    said = forecasting.forecast(PLANTED, ALBUMS, found, 365.0)
    bought, spent = a_year_on(found, said.alive, random)
    inside = ((spent >= said.low) & (spent <= said.high)).mean()
    assert 0.94 <= inside <= 0.985
    assert said.value.sum() == pytest.approx(spent.sum(), rel=0.02)
    assert said.purchases.sum() == pytest.approx(bought.sum(), rel=0.02)
