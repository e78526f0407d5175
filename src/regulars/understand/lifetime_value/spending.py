"""Gamma-Gamma: what a purchase of each customer comes to.

Amounts vary around a customer's own mean, and these means over customers, both by gamma laws;
means and number of purchases are taken as unrelated (the page shows their correlation). Fader &
Hardie, "The Gamma-Gamma Model of Monetary Value" (2013), brucehardie.com/notes/025.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from regulars.understand.lifetime_value.curvature import minimum
from regulars.understand.lifetime_value.model import Fit, GammaGamma
from regulars.understand.lifetime_value.purchasing import distinct

Array = npt.NDArray[np.float64]
SAMPLE = 20_000
"""Customers that a first search reads."""


def fit(purchases: Array, mean: Array) -> Fit[GammaGamma]:
    """Return the parameters of highest likelihood from customers with `purchases` > 0.

    `mean` is each customer's mean amount per purchase (> 0). Analytic gradient over logarithms.
    """
    scale = float(np.average(mean, weights=purchases)) or 1.0
    whole = _prepare(purchases, mean / scale)
    step = len(mean) // SAMPLE
    part = whole if step < 2 else _prepare(purchases[::step], mean[::step] / scale)
    start = np.log([2.0, 2.0, 2.0])
    best = minimum(lambda at: _negative(at, whole), lambda at: _negative(at, part), start,
                   len(mean))  # fmt: skip
    p, q, gamma = (float(value) for value in np.exp(best.at))
    likelihood = float(-(best.value + np.log(scale)) * len(mean))
    model = GammaGamma(p, q, gamma * scale)
    return Fit(model, likelihood, len(mean), best.covariance, best.converged)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Distinct numbers of purchases with the share of customers and their mean log amounts."""

    levels: Array
    weight: Array
    log_mean: Array
    level: npt.NDArray[np.int64]
    spent: Array


def _prepare(purchases: Array, mean: Array) -> _Prepared:
    levels, level = distinct(purchases)
    logs = np.bincount(level, np.log(mean), len(levels)) / len(mean)
    weight = np.bincount(level, minlength=len(levels)) / len(mean)
    return _Prepared(levels, weight, logs, level, purchases * mean)


def _negative(theta: Array, data: _Prepared) -> tuple[float, Array]:
    """Return minus the mean log likelihood and its gradient by the logarithms."""
    p, q, gamma = np.exp(theta)
    x, weight, n = data.levels, data.weight, len(data.spent)
    shape = p * x
    together = gamma + data.spent
    by_level = np.bincount(data.level, np.log(together), len(x)) / n
    inverse = np.bincount(data.level, 1 / together, len(x)) / n
    alone = (
        scipy.special.gammaln(shape + q) - scipy.special.gammaln(shape) - scipy.special.gammaln(q)
    )
    alone = alone + q * np.log(gamma) + shape * np.log(x)
    value = weight @ alone + (shape - 1) @ data.log_mean - (shape + q) @ by_level
    rise = scipy.special.digamma(shape + q)
    gradient = np.array(
        [
            weight @ (x * (rise - scipy.special.digamma(shape) + np.log(x)))
            + x @ data.log_mean - x @ by_level,
            weight @ (rise - scipy.special.digamma(q) + np.log(gamma)) - by_level.sum(),
            q / gamma - (shape + q) @ inverse,
        ]
    )  # fmt: skip
    return float(-value), -gradient * np.array([p, q, gamma])


def expected(model: GammaGamma, purchases: Array, mean: Array) -> Array:
    """Return the expected amount of a future purchase: the own mean, drawn towards everybody's.

    Customers without a purchase to learn from (`purchases` 0) get everybody's. Infinite when
    q <= 1: then the amounts are too wild for a mean, and the caller must not use them.
    """
    if model.q <= 1:
        return np.full(len(purchases), np.inf)
    spent = np.where(purchases > 0, purchases * mean, 0.0)
    result: Array = model.p * (model.gamma + spent) / (model.p * purchases + model.q - 1)
    return result


def second_moment(model: GammaGamma, purchases: Array, mean: Array) -> tuple[Array, Array]:
    """Return E[m²] of a customer's own mean m, and E[v], the variance of amounts around it.

    The rate's posterior is gamma(q + p x, gamma + x z); infinite where its shape is 2 or less.
    """
    spent = np.where(purchases > 0, purchases * mean, 0.0)
    shape = model.q + model.p * purchases
    with np.errstate(divide="ignore"):
        inverse_square = (model.gamma + spent) ** 2 / ((shape - 1) * (shape - 2))
    inverse_square = np.where(shape > 2, inverse_square, np.inf)
    return model.p**2 * inverse_square, model.p * inverse_square
