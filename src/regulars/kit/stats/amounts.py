"""Money and counts by customer: means, sums and their changes, with their skewness."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from regulars.kit.stats import score
from regulars.kit.stats.clustered import (
    GROUPS,
    Clusters,
    Floats,
    Spread,
    alike,
    apart,
    around,
    common,
    correlation,
    influence,
    spread,
)
from regulars.kit.stats.estimate import NO_CHANGE_KNOWN, Change, Estimate, Z, empty, recovered
from regulars.kit.stats.mean import t_quantile
from regulars.kit.stats.rate import poisson, poisson_change
from regulars.kit.stats.skewed import Largest, largest, skewed, skewed_mean


def ratio(clusters: Clusters, rows: int) -> Estimate:
    """Return the mean amount of `rows` rows, whose amounts are skewed, by customer."""
    if not rows:
        return empty()
    if clusters.single:
        return skewed_mean(rows, clusters.total, clusters.squares, clusters.cubes)
    if clusters.pieces < 2:
        return Estimate(rows, clusters.ratio, None, None)
    known = spread(clusters)
    return skewed(rows, clusters.ratio, known.error, known.skewness, known.freedom)


def ratio_change(earlier: Clusters, later: Clusters, rows: tuple[int, int]) -> Change:
    """Return the change of a mean amount: interval from both sides' own, p of the score test."""
    if not all(rows):
        return NO_CHANGE_KNOWN
    sides = (ratio(earlier, rows[0]), ratio(later, rows[1]))
    return recovered(*sides, score.ratio_p(earlier, later), correlation(earlier, later))


def total(clusters: Clusters, rows: int) -> Estimate:
    """Return a sum of amounts of customers who come and go by chance: compound Poisson.

    Its variance is the sum of squares of what each customer brings (Bowers et al., Actuarial
    Mathematics, section 12.4); its skewness that of the sum of cubes.
    """
    if not rows:
        return Estimate(0, None, None, None)
    known = sum_spread(clusters)
    return skewed(rows, clusters.total, known.error, known.skewness, known.freedom)


def sum_spread(clusters: Clusters) -> Spread:
    """Return how a sum varies between samples of customers; of groups, around their mean."""
    if clusters.single:
        return Spread(clusters.squares, clusters.cubes, max(clusters.base, 1.0))
    loose = clusters.loose
    if clusters.grouped:
        sums = around(clusters.keys, clusters.x)
        freedom = GROUPS - 1.0 + loose.rows
    else:
        sums, freedom = clusters.x, float(max(clusters.pieces, 1))
    squares, cubes = float((sums**2).sum()), float((sums**3).sum())
    return Spread(squares + loose.xx, cubes + loose.xxx, freedom)


def total_change(earlier: Clusters, later: Clusters, days: tuple[float, float]) -> Change:
    """Return the change of a sum per day, told for the length of the later period.

    `days` are the lengths of both; the p is that of the score test.
    """
    if not all(days):
        return NO_CHANGE_KNOWN
    longer = days[1] / days[0]
    sides = (total(earlier, 1).scaled(longer), total(later, 1))
    p = score.total_p(earlier, later, days[1] / sum(days))
    return recovered(*sides, p, _sums_together(earlier, later))


def count(clusters: Clusters) -> Estimate:
    """Return how many there are, x of each row being 1: Garwood's limits, widened by customer.

    A count of customers who each bring several spreads wider than Poisson's by the mean of what a
    customer brings, weighed by it: limits for as many fewer events, told in events.
    """
    events = round(clusters.total)
    if clusters.single or not events:
        return poisson(events)
    known = sum_spread(clusters)
    wider = max(known.variance / events, 1.0) * (t_quantile(known.freedom) / Z) ** 2
    return replace(poisson(events / wider).scaled(wider), n=events, value=float(events))


def count_change(earlier: Clusters, later: Clusters, days: tuple[float, float]) -> Change:
    """Return the change of a count per day, told for the length of the later period."""
    if not all(days):
        return NO_CHANGE_KNOWN
    longer = days[1] / days[0]
    if apart(earlier, later):
        pair = (round(earlier.total), 1 / longer), (round(later.total), 1.0)
        return poisson_change(*pair)
    p = score.total_p(earlier, later, days[1] / sum(days))
    sides = (count(earlier).scaled(longer), count(later))
    return recovered(*sides, p, _sums_together(earlier, later))


def _sums_together(earlier: Clusters, later: Clusters) -> float:
    """Return the correlation of two sums by the customers who are in both."""
    if apart(earlier, later):
        return 0.0
    earlier, later = alike(earlier, later)
    if earlier.grouped:
        products = around(earlier.keys, earlier.x) * around(later.keys, later.x)
    else:
        first, second = common(earlier, later)
        products = earlier.x[first] * later.x[second]
    scale = sum_spread(earlier).error * sum_spread(later).error
    return 0.0 if scale <= 0 else float(np.clip(products.sum() / scale, -0.99, 0.99))


def largest_of_ratio(clusters: Clusters) -> Largest | None:
    """Return the customers who make half of a mean's uncertainty; None where none can be told."""
    if clusters.pieces < 2:
        return None
    rest = clusters.loose.squares(clusters.ratio) / clusters.base**2
    return _largest(clusters, influence(clusters) ** 2, rest)


def largest_of_total(clusters: Clusters) -> Largest | None:
    """Return the customers who make half of a sum's uncertainty; None where none can be told."""
    if clusters.grouped:
        return _largest(clusters, around(clusters.keys, clusters.x) ** 2, clusters.loose.xx)
    return _largest(clusters, clusters.x**2, clusters.loose.xx)


def _largest(clusters: Clusters, parts: Floats, rest: float) -> Largest | None:
    amounts = None if clusters.grouped else clusters.x
    return largest(parts, amounts, rest, clusters.total)
