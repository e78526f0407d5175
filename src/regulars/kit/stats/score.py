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
import numpy.typing as npt

from regulars.kit.stats.clustered import (
    GROUPS,
    Clusters,
    Floats,
    alike,
    apart,
    around,
    common,
    summed,
)
from regulars.kit.stats.saddlepoint import Chances, two_sided

TINY = 1e-9
OUTSTANDING = 4.0
"""A group stands out whose sum is so many times the usual."""
USUAL = 1.4826
"""The normal's standard deviation over its median size."""
BEYOND = 2.0
"""Squared standard errors by which the sides' customers may differ in their rows by chance."""
Bools = npt.NDArray[np.bool_]


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
    testing_ratio, ratio = ratio is not None, ratio or 0.0
    before, after = (side.x - ratio * side.n for side in (earlier, later))
    first, second = common(earlier, later)
    both = (1 - share) * after[second] - share * before[first]
    once = np.concatenate([np.delete(before, first), np.delete(after, second)])
    loose = earlier.loose + later.loose
    if testing_ratio:
        once *= math.sqrt(_unlike(earlier, later, ratio, share))
    spread = share * (1 - share)
    squares, cubes = loose.squares(ratio), loose.cubes(ratio)
    return _allotted(once, both, share, spread * squares, spread * (1 - 2 * share) * cubes)


def _unlike(earlier: Clusters, later: Clusters, ratio: float, share: float) -> float:
    """Return by how much a variance differs where the sides' customers differ in their rows.

    A customer of n rows varies as n + n (n - 1) times what its rows have in common. Where those of
    one side have many rows and those of the other few, not everybody could as well have been on
    either. Held back where the sides differ no more than an allotment's would.
    """
    alike = _in_common(earlier, later, ratio)
    before, after = (side.n + alike * _pairs(side.n) for side in (earlier, later))
    sums = float(before.sum()), float(after.sum())
    allotted = share * (1 - share) * sum(sums)
    beyond = (1 - share) * sums[1] - share * sums[0]
    chance = share * (1 - share) * float((before**2).sum() + (after**2).sum())
    if allotted <= 0 or beyond * beyond <= BEYOND * chance:
        return 1.0
    factor = ((1 - share) ** 2 * sums[1] + share**2 * sums[0]) / allotted
    return 1 + (factor - 1) * (1 - BEYOND * chance / beyond**2)


def _in_common(earlier: Clusters, later: Clusters, ratio: float) -> float:
    """Return the correlation of a customer's rows (0 to 1)."""
    squares = sum(side.squares - side.loose.xx for side in (earlier, later))
    n, x = (np.concatenate([getattr(side, name) for side in (earlier, later)]) for name in "nx")
    rows = squares - 2 * ratio * float(x.sum()) + ratio**2 * float(n.sum())
    pairs = rows / max(float(n.sum()), 1.0) * float(_pairs(n).sum())
    excess = float(((x - ratio * n) ** 2).sum()) - rows
    return min(max(excess / pairs, 0.0), 1.0) if pairs > 0 else 0.0


def _pairs(n: Floats) -> Floats:
    """Return how many ordered pairs of rows each customer has."""
    return np.asarray(n * np.maximum(n - 1, 0.0), dtype=np.float64)


def _allotted(once: Floats, both: Floats, share: float, variance: float, third: float) -> Chances:
    """Return the chances of who is on one side, of who is on both, and of a rest."""
    return Chances(
        np.concatenate([(1 - share) * once, both]),
        np.concatenate([-share * once, -both]),
        np.concatenate([np.full(once.size, share), np.full(both.size, 0.5)]),
        variance,
        third,
    )


def _by_group(earlier: Clusters, later: Clusters, ratio: float | None, share: float) -> Chances:
    """Take the groups' sums for sums over customers: variances and third moments add up.

    A group's side that stands out from all of them holds a large customer: it is allotted as one.
    """
    before, after = _of_groups(earlier, ratio), _of_groups(later, ratio)
    out_before, out_after = _outstanding(before, after, share)
    rows = earlier.loose + later.loose
    squares = rows.squares(ratio or 0.0) + float((before**2).sum() + (after**2).sum())
    cubes = rows.cubes(ratio or 0.0) + float((before**3).sum() + (after**3).sum())
    once = np.concatenate([before[out_before & ~out_after], after[out_after & ~out_before]])
    both = ((1 - share) * after - share * before)[out_before & out_after]
    taken = np.concatenate([before[out_before], after[out_after]])
    lone = ~(out_before | out_after)
    paired = 0.0 if apart(earlier, later) else 2 * float((before * after)[lone].sum())
    spread = share * (1 - share)
    rest = max(squares - float((taken**2).sum()) - paired, TINY * squares)
    rest *= _wider(before[lone], after[lone], share) if ratio is not None else 1.0
    third = spread * (1 - 2 * share) * (cubes - float((taken**3).sum()))
    return _allotted(once, both, share, spread * rest, third)


def _wider(before: Floats, after: Floats, share: float) -> float:
    """Return by how much the sides' own spreads make the sum's wider than spreads like all's do."""
    one, two = float((before**2).sum()), float((after**2).sum())
    together = share * (1 - share) * (one + two)
    return max(((1 - share) ** 2 * two + share**2 * one) / together, 1.0) if together > 0 else 1.0


def _outstanding(before: Floats, after: Floats, share: float) -> tuple[Bools, Bools]:
    """Return which groups stand out on either side, by the usual size of all of them."""
    sizes = np.abs(np.concatenate([before / math.sqrt(1 - share), after / math.sqrt(share)]))
    usual = USUAL * float(np.median(sizes))
    far = sizes > OUTSTANDING * usual
    return far[: before.size], far[before.size :]


def _of_groups(side: Clusters, ratio: float | None) -> Floats:
    """Return what each group has beyond the ratio; of sums, beyond what a group has on average."""
    if ratio is None:
        return around(side.keys, side.x)
    return summed(side.keys, side.x - ratio * side.n, GROUPS)
