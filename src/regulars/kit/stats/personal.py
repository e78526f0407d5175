"""Answers by customer: shares, NPS and scores whose customers answer more than once.

Where nobody has more than one row each number is that of `proportion`, `nps` and `mean`, to the
digit. Otherwise the interval is theirs at the effective size, a change takes off what the same
customers on both sides have in common, and its p is that of the score test by customer.
"""

from __future__ import annotations

import math

from regulars.kit.stats import nps as scores
from regulars.kit.stats import score as tests
from regulars.kit.stats.clustered import (
    Clusters,
    apart,
    correlation,
    design_effect,
    effective_size,
    spread,
)
from regulars.kit.stats.estimate import (
    NO_CHANGE_KNOWN,
    Change,
    Estimate,
    apart_by,
    between,
    empty,
    recovered,
)
from regulars.kit.stats.mean import Sums, constant_mean, mean, t_quantile, welch
from regulars.kit.stats.proportion import proportion, proportion_change

Rows = tuple[int, int]
Scale = tuple[float, float]


def share(clusters: Clusters, rows: int) -> Estimate:
    """Return the share of `rows` rows whose x is 1: Wilson at the effective size."""
    if not rows:
        return empty()
    size = effective_size(clusters, rows)
    return proportion(clusters.ratio * size, rows, size=size)


def share_change(earlier: Clusters, later: Clusters, rows: Rows) -> Change:
    """Return the change of a share: Newcombe's interval, of correlated shares where they are."""
    if not all(rows):
        return NO_CHANGE_KNOWN
    if apart(earlier, later):
        return proportion_change((earlier.total, rows[0]), (later.total, rows[1]))
    sides = (share(earlier, rows[0]), share(later, rows[1]))
    p = tests.ratio_p(earlier, later)
    return recovered(*sides, 1.0 if p is None else p, correlation(earlier, later))


def nps(clusters: Clusters, rows: int) -> Estimate:
    """Return the NPS of `rows` answers x of 1, 0 and -1: adjusted Wald at the effective size."""
    if not rows:
        return empty()
    promoters, detractors, size = _ends(clusters, rows)
    return scores.nps(promoters, detractors, rows, size=size)


def nps_change(earlier: Clusters, later: Clusters, rows: Rows) -> Change:
    """Return the change of an NPS, of correlated scores where the same customers answered."""
    if not all(rows):
        return NO_CHANGE_KNOWN
    ends = (_ends(earlier, rows[0]), _ends(later, rows[1]))
    if apart(earlier, later):
        return scores.nps_change(*ends)
    known = scores.nps_change(*ends, correlation(earlier, later))
    p = tests.ratio_p(earlier, later)
    return Change(known.difference, known.low, known.high, known.p if p is None else p)


def _ends(clusters: Clusters, rows: int) -> tuple[float, float, float]:
    """Return promoters, detractors and all, out of the effective size."""
    size = effective_size(clusters, rows)
    extreme, net = clusters.squares, clusters.total
    if size == rows == clusters.base:
        return (extreme + net) / 2, (extreme - net) / 2, size
    part = size / clusters.base / 2
    return (extreme + net) * part, (extreme - net) * part, size


def score(clusters: Clusters, rows: int, scale: Scale | None = None) -> Estimate:
    """Return the mean of `rows` answers on a scale: Student's t at the customers' spread."""
    if clusters.single or rows < 2:
        return mean(Sums(rows, clusters.total, clusters.squares), scale=scale)
    if clusters.pieces < 2:
        return Estimate(rows, clusters.ratio, None, None)
    error, freedom = _error(clusters, rows)
    if not error:
        return constant_mean(rows, clusters.ratio, scale, size=effective_size(clusters, rows))
    low, high = (clusters.ratio + sign * t_quantile(freedom) * error for sign in (-1, 1))
    if scale is not None:
        low, high = between(low, *scale), between(high, *scale)
    return Estimate(rows, clusters.ratio, low, high)


def _error(clusters: Clusters, rows: int) -> tuple[float, float]:
    """Return standard error and freedom of a mean; without a spread of answers an error of 0."""
    simple = clusters.squares / clusters.base - clusters.ratio**2
    if simple <= 1e-12 * max(1.0, clusters.ratio**2):
        return 0.0, 1.0
    freedom = rows - 1.0 if clusters.single else spread(clusters).freedom
    return math.sqrt(simple / (rows - 1) * design_effect(clusters, rows)), freedom


def score_change(earlier: Clusters, later: Clusters, rows: Rows) -> Change:
    """Return the change of a mean score: Welch's, of correlated means where they are.

    The test is by customer even where an interval needs more of them.
    """
    if not all(rows):
        return NO_CHANGE_KNOWN
    sides = (earlier, later)
    if apart(earlier, later):
        return welch(*(Sums(n, of.total, of.squares) for n, of in zip(rows, sides, strict=True)))
    difference, p = later.ratio - earlier.ratio, tests.ratio_p(earlier, later)
    if min(*rows, earlier.pieces, later.pieces) < 2:
        return Change(difference, None, None, p)
    (one, before), (two, after) = (_error(of, n) for n, of in zip(rows, sides, strict=True))
    error = apart_by(one, two, correlation(earlier, later))
    if not error:
        return Change(difference, None, None, p)
    freedom = (one**2 + two**2) ** 2 / (one**4 / before + two**4 / after)
    reach = t_quantile(freedom) * error
    return Change(difference, difference - reach, difference + reach, p)
