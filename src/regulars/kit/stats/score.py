"""Score tests by customer: could the customers have fallen on the two sides by chance?

Under *no difference* both sides have one ratio, and each customer would, with all its rows, have
fallen on the later side with the share of all rows that stand there. What a customer has beyond
the common ratio is its residual; the sum of residuals on the later side is compared with how such
an allotment spreads. A customer on both sides stays on both: the difference of its two parts could
as well have had the other sign. Generalised score tests: Boos, The American Statistician 46 (1992)
327-333; pooling the spread is what keeps the level where a few customers hold most of the money.
"""

from __future__ import annotations

import math

import numpy as np

from regulars.kit.stats.clustered import (
    GROUPS,
    Clusters,
    Floats,
    Loose,
    alike,
    apart,
    around,
    common,
    summed,
)
from regulars.kit.stats.saddlepoint import Chances, two_sided

NOTHING = np.zeros(0)
TINY = 1e-9


def ratio_p(earlier: Clusters, later: Clusters) -> float | None:
    """Return the two-sided p of one ratio on both sides; None where nothing varies."""
    base = earlier.base + later.base
    pooled = (earlier.total + later.total) / base
    return _p(*alike(earlier, later), pooled, later.base / base)


def total_p(earlier: Clusters, later: Clusters, share: float) -> float | None:
    """Return the two-sided p that `share` of the sum of both sides is expected on the later."""
    return _p(*alike(earlier, later), None, share)


def _p(earlier: Clusters, later: Clusters, ratio: float | None, share: float) -> float | None:
    sides = [side.total - (ratio or 0.0) * side.base for side in (earlier, later)]
    value = (1 - share) * sides[1] - share * sides[0]
    if ratio is not None:
        value *= _known(earlier, later)
    build = _by_group if earlier.grouped else _by_customer
    chances = build(earlier, later, ratio, share)
    scale = math.sqrt(earlier.squares + later.squares)
    return None if chances.error <= TINY * scale else two_sided(chances, value)


def _known(earlier: Clusters, later: Clusters) -> float:
    """Return what a deviation is told short by: the ratio comes from the same customers."""
    pieces = earlier.pieces + later.pieces - common(earlier, later)[0].size
    return math.sqrt((pieces - 1) / pieces)


def _by_customer(earlier: Clusters, later: Clusters, ratio: float | None, share: float) -> Chances:
    ratio = ratio or 0.0
    before, after = (side.x - ratio * side.n for side in (earlier, later))
    first, second = common(earlier, later)
    both = (1 - share) * after[second] - share * before[first]
    once = np.concatenate([np.delete(before, first), np.delete(after, second)])
    spread = share * (1 - share)
    loose = earlier.loose + later.loose
    return Chances(
        np.concatenate([(1 - share) * once, both]),
        np.concatenate([-share * once, -both]),
        np.concatenate([np.full(once.size, share), np.full(both.size, 0.5)]),
        spread * loose.squares(ratio),
        spread * (1 - 2 * share) * loose.cubes(ratio),
    )


def _by_group(earlier: Clusters, later: Clusters, ratio: float | None, share: float) -> Chances:
    """Take the groups' sums for sums over customers: variances and third moments add up."""
    before, after = _of_groups(earlier, ratio), _of_groups(later, ratio)
    single = earlier.single and later.single
    rows = _rows(earlier) + _rows(later) if single else earlier.loose + later.loose
    squares, cubes = rows.squares(ratio or 0.0), rows.cubes(ratio or 0.0)
    if not single:
        squares += float((before**2).sum() + (after**2).sum())
        cubes += float((before**3).sum() + (after**3).sum())
    paired = 0.0 if apart(earlier, later) else 2 * float((before * after).sum())
    spread = share * (1 - share)
    variance = spread * max(squares - paired, TINY * squares)
    return Chances(NOTHING, NOTHING, NOTHING, variance, spread * (1 - 2 * share) * cubes)


def _rows(side: Clusters) -> Loose:
    """Return a side of one row each as plain rows."""
    return Loose.plain(round(side.base), side.total, side.squares, side.cubes)


def _of_groups(side: Clusters, ratio: float | None) -> Floats:
    """Return what each group has beyond the ratio; of sums, beyond what a group has on average."""
    if ratio is None:
        return around(side.keys, side.x)
    return summed(side.keys, side.x - ratio * side.n, GROUPS)
