"""Fit to the past, forecast a later past, and compare with what happened."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import numpy.typing as npt

from regulars.kit.stats.estimate import Z
from regulars.kit.stats.proportion import proportion
from regulars.understand.lifetime_value import purchasing, spending
from regulars.understand.lifetime_value.forecasting import forecast
from regulars.understand.lifetime_value.model import (
    MIN_REPEATERS,
    BackTest,
    Class,
    Fit,
    GammaGamma,
    Histories,
    Purchasing,
    grouped,
)

Array = npt.NDArray[np.float64]
LAST_CLASS = 7


def fit_both(histories: Histories) -> tuple[Fit[Purchasing], Fit[GammaGamma]] | None:
    """Return both models, or None when too few bought again or their amounts have no mean."""
    paying = (histories.repeats > 0) & (histories.spent > 0)
    if paying.sum() < MIN_REPEATERS:
        return None
    paid = spending.fit(histories.repeats[paying], histories.mean[paying])
    if paid.model.q <= 1:
        return None
    return purchasing.fit(grouped(histories)), paid


def back_test(
    histories: Histories, bought_later: Array, spent_later: Array, cut: date, days: int
) -> BackTest | None:
    """Return how a forecast made at `cut` fared over the `days` after it.

    `histories` are histories up to the cut; `bought_later` and `spent_later` what each customer did
    within the days. None when the days before the cut do not carry a model.
    """
    models = fit_both(histories)
    if models is None:
        return None
    bought, paid = models
    said = forecast(bought.model, paid.model, histories, float(days))
    before = np.maximum(histories.age, 1.0)
    plain = histories.repeats / before * days
    plain_value = histories.spent / before * days
    inside = (spent_later >= said.low) & (spent_later <= said.high)
    return BackTest(
        cut,
        days,
        len(histories),
        float(said.purchases.sum()),
        float(bought_later.sum()),
        _miss(said.purchases, bought_later),
        _miss(plain, bought_later),
        _correlation(said.purchases, bought_later),
        float(said.value.sum()),
        float(spent_later.sum()),
        _miss(said.value, spent_later),
        _miss(plain_value, spent_later),
        proportion(float(inside.sum()), len(histories)),
        _classes(histories.repeats, said.purchases, bought_later),
    )


def _miss(said: Array, happened: Array) -> float:
    return float(np.abs(said - happened).mean())


def _correlation(one: Array, other: Array) -> float | None:
    if len(one) < 3 or not one.std() or not other.std():
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _classes(repeats: Array, said: Array, happened: Array) -> list[Class]:
    held = np.minimum(repeats, LAST_CLASS).astype(np.int64)
    n = np.bincount(held)
    sums = [np.bincount(held, values) for values in (said, happened, happened**2)]
    classes = []
    for group in np.flatnonzero(n):
        expected, actual, squares = (float(values[group]) / int(n[group]) for values in sums)
        spread = max(squares - actual**2, 0.0) / (int(n[group]) - 1) if n[group] > 1 else None
        reach = None if spread is None else Z * math.sqrt(spread)
        low, high = (None, None) if reach is None else (max(actual - reach, 0.0), actual + reach)
        classes.append(
            Class(int(group), int(group) == LAST_CLASS, int(n[group]), expected, actual, low, high)
        )
    return classes
