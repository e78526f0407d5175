"""Net promoter score: 100 (promoters - detractors) / answered, in points from -100 to 100."""

from __future__ import annotations

import math
from dataclasses import dataclass

from regulars.kit.stats.estimate import (
    NO_CHANGE_KNOWN,
    Change,
    Estimate,
    Z,
    apart_by,
    between,
    empty,
    normal_p,
)

PSEUDO_END = 0.75
"""Pseudo-answers added to promoters and to detractors each; with 1.5 passives they make 3."""
PSEUDO_ALL = 3.0


@dataclass(frozen=True, slots=True)
class _Adjusted:
    """Centre and standard error, in shares, after the pseudo-answers."""

    centre: float
    error: float


def _adjusted(promoters: float, detractors: float, size: float) -> _Adjusted:
    up = (promoters + PSEUDO_END) / (size + PSEUDO_ALL)
    down = (detractors + PSEUDO_END) / (size + PSEUDO_ALL)
    centre = up - down
    return _Adjusted(centre, math.sqrt((up + down - centre**2) / (size + PSEUDO_ALL)))


def nps(promoters: float, detractors: float, n: int, *, size: float | None = None) -> Estimate:
    """Return the score of `n` answers with its adjusted Wald interval.

    Three pseudo-answers (3/4 promoter, 3/4 detractor, 1 1/2 passive) are added for the interval
    only; the variance is taken over n + 3, z is 1.96: Rocks, "Interval estimation for the Net
    Promoter Score", The American Statistician 70 (2016), method AW(3, T); the interval is cut at
    ±100. `size` is the effective sample size when `promoters` and `detractors` are weighted
    counts that add up to it.
    """
    if n == 0:
        return empty()
    size = n if size is None else size
    adjusted = _adjusted(promoters, detractors, size)
    reach = Z * adjusted.error
    return Estimate(
        n,
        100 * (promoters - detractors) / size,
        between(100 * (adjusted.centre - reach), -100, 100),
        between(100 * (adjusted.centre + reach), -100, 100),
    )


def nps_change(
    earlier: tuple[float, float, float],
    later: tuple[float, float, float],
    correlation: float = 0.0,
) -> Change:
    """Return the change between two sets of (promoters, detractors, size).

    Adjusted Wald on both sides (as in `nps`), variances added, less what a `correlation` of both
    scores takes off; p is two-sided normal on the same adjusted scale, so that interval and p
    agree.
    """
    if not earlier[2] or not later[2]:
        return NO_CHANGE_KNOWN
    before, after = _adjusted(*earlier), _adjusted(*later)
    error = apart_by(before.error, after.error, correlation)
    centre = after.centre - before.centre
    raw = (later[0] - later[1]) / later[2] - (earlier[0] - earlier[1]) / earlier[2]
    return Change(
        100 * raw,
        between(100 * (centre - Z * error), -200, 200),
        between(100 * (centre + Z * error), -200, 200),
        normal_p(centre / error),
    )
