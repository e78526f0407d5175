"""From both models to what each customer will spend, with an interval, and all together."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import scipy

from regulars.understand.lifetime_value import purchasing, spending
from regulars.understand.lifetime_value.model import (
    COVERED,
    Ahead,
    Fit,
    Forecast,
    GammaGamma,
    Histories,
    Purchasing,
    Spread,
    Tenth,
)

Array = npt.NDArray[np.float64]
NEGLIGIBLE = 1e-7
SAMPLE = 20_000
TENTHS = 10
STEP = 1e-3
Model = TypeVar("Model", Purchasing, GammaGamma)


def forecast(
    buying: Purchasing, paying: GammaGamma, histories: Histories, horizon: float
) -> Forecast:
    """Return the expected spending of each customer within `horizon` days.

    The number of purchases is as exact as the model; their amounts add to a sum whose mean,
    variance and chance of being nothing are exact, and whose positive part is taken as a gamma
    law. How often that interval holds is measured by the back-test.
    """
    there = purchasing.alive(buying, histories.repeats, histories.last, histories.age)
    some, first, second = (there * part for part in counts(buying, histories, horizon))
    mean = spending.expected(paying, histories.repeats, histories.mean)
    mean_square, around = spending.second_moment(paying, histories.repeats, histories.mean)
    value = first * mean
    with np.errstate(invalid="ignore"):
        variance = first * around + second * mean_square - value**2
    low, high = _ends(value, variance, some)
    return Forecast(horizon, there, first, value, low, high, variance)


def counts(buying: Purchasing, found: Histories, horizon: float) -> tuple[Array, Array, Array]:
    """Return P(Y >= 1), E[Y] and E[Y²] of the purchases of customers who have not left.

    They depend on repeats and age alone, so each pair is worked out once; sums over P(Y >= n).
    """
    (repeats, age), where = purchasing.pairs(found.repeats, found.age)
    some = purchasing.at_least(buying, repeats, age, horizon, 1)
    mean, square, tail = some.copy(), some.copy(), some
    left = np.arange(len(repeats))
    for count in range(2, purchasing.MAX_COUNT):
        left = left[tail > NEGLIGIBLE]
        if not len(left):
            break
        tail = purchasing.at_least(buying, repeats[left], age[left], horizon, count)
        mean[left] += tail
        square[left] += (2 * count - 1) * tail
    return some[where], mean[where], square[where]


def _ends(value: Array, variance: Array, some: Array) -> tuple[Array, Array]:
    """Return the 2.5 % and 97.5 % points of nothing with 1 - `some`, else a gamma law."""
    some = np.maximum(some, 1e-12)
    mean = value / some
    with np.errstate(invalid="ignore"):
        spread = (variance + value**2) / some - mean**2
    usable = np.isfinite(spread) & (spread > 0) & np.isfinite(mean) & (mean > 0)
    shape = np.where(usable, mean**2 / np.where(usable, spread, 1.0), 1.0)
    scale = np.where(usable, spread / np.where(usable, mean, 1.0), 0.0)
    ends = []
    for point in ((1 - COVERED) / 2, (1 + COVERED) / 2):
        inside = np.clip((point - (1 - some)) / some, 0.0, 1 - 1e-12)
        ends.append(np.where(inside > 0, scipy.special.gammaincinv(shape, inside) * scale, 0.0))
    return np.where(usable, ends[0], 0.0), np.where(usable, ends[1], np.inf)


def ahead(
    buying: Fit[Purchasing], paying: Fit[GammaGamma], histories: Histories, horizon: int
) -> tuple[Ahead, Forecast]:
    """Return what all customers together will spend, with an interval, and each one's forecast.

    The interval holds how customers vary by chance and how well both models' parameters are known
    (delta method over a systematic sample of customers). That the models are right is not in it:
    the back-test tells.
    """
    each = forecast(buying.model, paying.model, histories, float(horizon))
    n, total = len(histories), float(each.value.sum())
    spread = _spread(each, _of_parameters(buying, paying, histories, float(horizon)))
    mean = spread.mean(n, total, float((each.value**2).sum()))
    whole = Ahead(horizon, float(each.purchases.sum()), mean.scaled(n), mean, spread)
    return whole, each


def _spread(each: Forecast, by_parameters: float) -> Spread:
    """Return the spread whose chance is nearest to the forecasts', and in total the same.

    Least squares of the variances on the amounts and their squares, weighted by the amounts; what
    is too wild for a variance is left out. Where that turns negative, amounts alone.
    """
    known = np.isfinite(each.variance) & (each.value > 0)
    value, variance = each.value[known], each.variance[known]
    total = float(each.value.sum())
    if not len(value) or total <= 0:
        return Spread(0.0, 0.0, 0.0)
    moments = [float((value**power).sum()) for power in (1, 2, 3)]
    sums = [float(variance.sum()), float((variance * value).sum())]
    both = np.array([moments[:2], moments[1:]])
    linear, square = np.linalg.lstsq(both, np.array(sums), rcond=None)[0]
    if linear < 0 or square < 0:
        linear, square = sums[0] / moments[0], 0.0
    return Spread(float(linear), float(square), by_parameters / total**2)


def tenths(each: Forecast, spread: Spread) -> list[Tenth]:
    """Return tenths of the customers by expected value; empty with fewer than ten customers."""
    order = np.argsort(-each.value, kind="stable")
    total = float(each.value.sum())
    groups = []
    for part in np.array_split(order, TENTHS) if len(order) >= TENTHS else []:
        n, amounts = len(part), float(each.value[part].sum())
        groups.append(
            Tenth(
                n,
                float(each.purchases[part].mean()),
                float(each.alive[part].mean()),
                spread.mean(n, amounts, float((each.value[part] ** 2).sum())),
                amounts / total if total > 0 else None,
            )
        )
    return groups


def _of_parameters(
    buying: Fit[Purchasing], paying: Fit[GammaGamma], histories: Histories, horizon: float
) -> float:
    """Return the variance of the total that comes from estimating the parameters."""
    step = max(len(histories) // SAMPLE, 1)
    columns = (histories.repeats, histories.last, histories.age, histories.spent)
    part = Histories(*(values[::step] for values in columns))
    grown = len(histories) / max(len(part), 1)

    def total(bought: Purchasing, paid: GammaGamma) -> float:
        count = purchasing.expected(bought, part, horizon)
        return grown * float(count @ spending.expected(paid, part.repeats, part.mean))

    variance = 0.0
    if buying.covariance is not None:
        slope = np.array([
            (total(_moved(buying.model, name, STEP), paying.model)
             - total(_moved(buying.model, name, -STEP), paying.model)) / (2 * STEP)
            for name in ("r", "alpha", "a", "b")
        ])  # fmt: skip
        variance += float(slope @ np.array(buying.covariance) @ slope)
    if paying.covariance is not None:
        slope = np.array([
            (total(buying.model, _moved(paying.model, name, STEP))
             - total(buying.model, _moved(paying.model, name, -STEP))) / (2 * STEP)
            for name in ("p", "q", "gamma")
        ])  # fmt: skip
        variance += float(slope @ np.array(paying.covariance) @ slope)
    return variance


def _moved(model: Model, name: str, by: float) -> Model:
    return replace(model, **{name: getattr(model, name) * float(np.exp(by))})
