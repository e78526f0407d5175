"""BG/NBD: how often customers buy again and whether they still do, from three numbers each.

A customer buys at a rate of their own (gamma over customers) and after each purchase leaves with a
probability of their own (beta over customers). Fader, Hardie & Lee, Marketing Science 24 (2005)
275-284. Customers with equal histories are one row with a count, and gamma functions are taken
once for each number of purchases, so that a fit reads each group with a few flops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from regulars.understand.lifetime_value.curvature import minimum
from regulars.understand.lifetime_value.model import Fit, Grouped, Histories, Purchasing

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
NODES = 48
SMALLEST = 1e-15
"""Chances of leaving below this are told as this: the mean over them has its limit there."""
SAMPLE = 20_000
"""Groups that a first search reads."""
DENSE = 20_000_000
"""Whole numbers up to this are told apart by a table instead of sorting."""
MAX_COUNT = 2_000
"""Purchases beyond this in one horizon are not told apart in an interval."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Groups with what a likelihood needs looked up once; weights add up to 1.

    `levels` are the distinct numbers of purchases with their `weight`; `ages` and `lasts` the
    distinct times, with the weight of `customers` and of their `purchases` by age. The rows of
    `count` are those who came back; of the others the likelihood is a power of their age alone.
    """

    levels: Array
    weight: Array
    ages: Array
    lasts: Array
    customers: Array
    purchases: Array
    count: Array
    repeats: Array
    level: Places
    age: Places
    last: Places


def fit(grouped: Grouped) -> Fit[Purchasing]:
    """Return the parameters of highest likelihood, times in the unit of `grouped`.

    The search goes over the logarithms of the parameters, with the analytic gradient; the
    covariance is theirs.
    """
    scale = float(np.average(grouped.age, weights=grouped.count)) or 1.0
    total = float(grouped.count.sum())
    whole = _prepare(grouped, scale)
    part = whole if len(grouped.count) < 2 * SAMPLE else _prepare(_sample(grouped), scale)
    start = np.log([0.5, 0.5, 0.8, 2.0])
    best = minimum(lambda at: _negative(at, whole), lambda at: _negative(at, part), start,
                   int(total))  # fmt: skip
    r, alpha, a, b = (float(value) for value in np.exp(best.at))
    shift = float((grouped.count * grouped.repeats).sum()) * np.log(scale)
    return Fit(
        Purchasing(r, alpha * scale, a, b),
        float(-best.value * total - shift),
        int(total),
        best.covariance,
        best.converged,
    )


def _sample(found: Grouped) -> Grouped:
    """Return every so-manieth group: they are in order of repeats, so each kind has its share."""
    step = len(found.count) // SAMPLE
    parts = (found.repeats, found.last, found.age, found.count)
    return Grouped(*(part[::step] for part in parts))


def _prepare(grouped: Grouped, scale: float) -> _Prepared:
    weight = grouped.count / grouped.count.sum()
    again = grouped.repeats > 0
    levels, level = distinct(grouped.repeats)
    ages, age = distinct(grouped.age)
    lasts, last = distinct(grouped.last[again])
    return _Prepared(
        levels,
        _summed(level, weight, len(levels)),
        ages / scale,
        lasts / scale,
        _summed(age, weight, len(ages)),
        _summed(age, weight * grouped.repeats, len(ages)),
        weight[again],
        grouped.repeats[again],
        level[again],
        age[again],
        last,
    )


def distinct(values: Array) -> tuple[Array, Places]:
    """Return the distinct values (0 or more), sorted, and where each one stands among them."""
    whole = values.astype(np.int64)
    if not np.array_equal(whole, values) or whole.max(initial=0) > DENSE:
        found, where = np.unique(values, return_inverse=True)
        return found, where
    seen = np.zeros(int(whole.max(initial=0)) + 1, dtype=bool)
    seen[whole] = True
    return np.flatnonzero(seen).astype(np.float64), (np.cumsum(seen) - 1)[whole]


def _summed(where: Places, weight: Array, size: int) -> Array:
    return np.bincount(where, weight, size).astype(np.float64)


def _negative(theta: Array, data: _Prepared) -> tuple[float, Array]:
    """Return minus the mean log likelihood and its gradient by the logarithms.

    Of the two ways to a history (still there, or left after the last purchase), `odds` is the log
    of the second over the first.
    """
    r, alpha, a, b = np.exp(theta)
    x, weight, size = data.levels, data.weight, len(data.levels)
    log_age, log_last = np.log(alpha + data.ages), np.log(alpha + data.lasts)
    before = np.where(x > 0, b + x - 1, 1.0)
    power = r + data.repeats
    longer = log_age[data.age] - log_last[data.last]
    odds = (np.log(a) - np.log(before))[data.level] + power * longer
    alone = (
        scipy.special.gammaln(r + x) - scipy.special.gammaln(r) + r * np.log(alpha)
        + scipy.special.gammaln(a + b) + scipy.special.gammaln(b + x)
        - scipy.special.gammaln(b) - scipy.special.gammaln(a + b + x)
    )  # fmt: skip
    small = np.exp(-np.abs(odds))
    either = np.maximum(odds, 0.0) + np.log(1.0 + small)
    gone = data.count * np.where(odds > 0, 1.0, small) / (1.0 + small)
    by_age = data.customers * r + data.purchases
    value = weight @ alone - by_age @ log_age + _dot(data.count, either)
    total = scipy.special.digamma(a + b) - scipy.special.digamma(a + b + x)
    weighted = gone * power
    inverse_age, inverse_last = 1 / (alpha + data.ages), 1 / (alpha + data.lasts)
    gradient = np.array(
        [
            weight @ (scipy.special.digamma(r + x) - scipy.special.digamma(r) + np.log(alpha))
            - data.customers @ log_age + _dot(gone, longer),
            r / alpha - by_age @ inverse_age
            + _dot(weighted, inverse_age[data.age] - inverse_last[data.last]),
            weight @ total + gone.sum() / a,
            weight @ (total + scipy.special.digamma(b + x) - scipy.special.digamma(b))
            - _summed(data.level, gone, size) @ (1 / before),
        ]
    )  # fmt: skip
    return float(-value), -gradient * np.array([r, alpha, a, b])


def _dot(one: Array, other: Array) -> float:
    """Multiply and add up in this thread: a search of many short products gains none by more."""
    return float(np.einsum("i,i->", one, other))


def alive(model: Purchasing, repeats: Array, last: Array, age: Array) -> Array:
    """Return the probability that each customer has not left by the end of watching."""
    x = repeats
    odds = np.log(model.a) - np.log(np.where(x > 0, model.b + x - 1, 1.0))
    odds = odds + (model.r + x) * (np.log(model.alpha + age) - np.log(model.alpha + last))
    return np.where(x > 0, scipy.special.expit(-odds), 1.0)


def if_alive(model: Purchasing, repeats: Array, age: Array, horizon: float) -> Array:
    """Return the expected purchases within `horizon` of customers who have not left.

    Mean over the beta posterior of the dropout p of (1 - (1 + p t/(alpha+T))^-(r+x)) / p, which is
    the hypergeometric form of the paper's equation (10) without its pole at a = 1; Gauss-Jacobi.
    """
    kinds, where = pairs(repeats, age)
    starts = np.flatnonzero(np.diff(kinds[0], prepend=-1.0))
    means = [
        _mean_at(model, float(kinds[0][start]), ages, horizon)
        for start, ages in zip(starts, np.split(kinds[1], starts[1:]), strict=True)
    ]
    result: Array = np.concatenate(means)[where]
    return result


def pairs(repeats: Array, age: Array) -> tuple[tuple[Array, Array], Places]:
    """Return the distinct (repeats, age), by repeats, and where each customer's stands."""
    levels, level = distinct(repeats)
    ages, at = distinct(age)
    keys, where = distinct((level * len(ages) + at).astype(np.float64))
    kind, old = np.divmod(keys.astype(np.int64), len(ages))
    return (levels[kind], ages[old]), where


def _mean_at(model: Purchasing, x: float, ages: Array, horizon: float) -> Array:
    p, weights = _dropouts(model.a, model.b + x)
    grown = np.log1p(np.outer(horizon / (model.alpha + ages), p))
    mean: Array = -np.expm1(-(model.r + x) * grown) / p @ weights
    return mean


def _dropouts(a: float, b: float) -> tuple[Array, Array]:
    """Return nodes and weights of beta(a, b), weights adding up to 1.

    Nodes are the eigenvalues of the Jacobi matrix of the law, weights the squared first entries of
    its eigenvectors (Golub & Welsch, Mathematics of Computation 23 (1969) 221-230). So they hold
    for any a and b, also where gamma functions overflow: a fit to customers who hardly ever leave,
    or who all do, ends there.
    """
    n = np.arange(1, NODES, dtype=np.float64)
    twice = 2 * n + a + b
    middle = 0.5 + 0.5 * (a - b) * (a + b - 2) / ((twice - 2) * twice)
    inner = n * (n + b - 1) * (n + a - 1) * (n + a + b - 2)
    inner[0] = 0.0  # the factors a + b - 1 above and below cancel in the first row
    beside = np.zeros(NODES - 1)
    beside[1:] = inner[1:] / ((twice[1:] - 2) ** 2 * (twice[1:] - 1) * (twice[1:] - 3))
    beside[0] = a * b / ((a + b) ** 2 * (a + b + 1))
    middle = np.concatenate([[a / (a + b)], middle])
    nodes, vectors = scipy.linalg.eigh_tridiagonal(middle, np.sqrt(beside))
    return np.clip(nodes, SMALLEST, 1.0), vectors[0] ** 2


def expected(model: Purchasing, found: Histories, horizon: float) -> Array:
    """Return the expected purchases of each customer within `horizon` from now."""
    there = alive(model, found.repeats, found.last, found.age)
    result: Array = there * if_alive(model, found.repeats, found.age, horizon)
    return result


def none_within(model: Purchasing, found: Histories, horizon: float) -> Array:
    """Return the probability of no purchase at all within `horizon`."""
    there = alive(model, found.repeats, found.last, found.age)
    still = np.log(model.alpha + found.age) - np.log(model.alpha + found.age + horizon)
    result: Array = 1 + there * np.expm1((model.r + found.repeats) * still)
    return result


def at_least(model: Purchasing, repeats: Array, age: Array, horizon: float, count: int) -> Array:
    """Return P(purchases within `horizon` >= `count`) of customers who have not left.

    Whoever has not left buys min(N, K) times: N Poisson at their rate (over customers negative
    binomial), K the purchase after which they leave. N and K are independent given the history, so
    the two survival functions multiply.
    """
    chance = (model.alpha + age) / (model.alpha + age + horizon)
    goes_on = scipy.special.betaln(model.a, model.b + repeats + count - 1) - scipy.special.betaln(
        model.a, model.b + repeats
    )
    result: Array = scipy.special.betainc(count, model.r + repeats, 1 - chance) * np.exp(goes_on)
    return result
