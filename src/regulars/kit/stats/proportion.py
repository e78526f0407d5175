"""Shares (0 to 1) of yes among n."""

from __future__ import annotations

import math

from regulars.kit.stats.estimate import (
    NO_CHANGE_KNOWN,
    Change,
    Estimate,
    Z,
    empty,
    normal_p,
    recovered,
)
from regulars.kit.stats.tails import normal_above

FEW = 5.0
"""Below this expected count in a cell the exact test takes the place of the normal one."""


def wilson(yes: float, size: float) -> tuple[float, float]:
    """Return Wilson's score interval of `yes` out of `size` > 0 at z 1.96.

    Wilson, JASA 22 (1927) 209-212; Brown, Cai & DasGupta, Statistical Science 16 (2001) 101-133.
    """
    share = min(max(yes / size, 0.0), 1.0)
    square = Z * Z
    centre = (share + square / (2 * size)) / (1 + square / size)
    reach = (
        Z / (1 + square / size) * math.sqrt(share * (1 - share) / size + square / (4 * size * size))
    )
    low = 0.0 if share == 0 else max(centre - reach, 0.0)
    high = 1.0 if share == 1 else min(centre + reach, 1.0)
    return low, high


def proportion(yes: float, n: int, *, size: float | None = None) -> Estimate:
    """Return the share of `yes` in `n` with Wilson's interval.

    `size` is the effective sample size when `yes` is a weighted count out of it.
    """
    if n == 0:
        return empty()
    size = n if size is None else size
    return Estimate(n, yes / size, *wilson(yes, size))


def proportion_change(earlier: tuple[float, float], later: tuple[float, float]) -> Change:
    """Return the change of a share between two independent sets of (yes, size).

    Interval: Newcombe's hybrid score method 10, Statistics in Medicine 17 (1998) 873-890.
    p: pooled two-proportion z; Fisher's exact test where an expected count is below 5 and the
    counts are whole.
    """
    if not earlier[1] or not later[1]:
        return NO_CHANGE_KNOWN
    before, after = (Estimate(0, yes / size, *wilson(yes, size)) for yes, size in (earlier, later))
    return recovered(before, after, two_proportions(earlier, later))


def two_proportions(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the two-sided p-value that two independent (yes, size) share one proportion."""
    yes, size = first[0] + second[0], first[1] + second[1]
    pooled = yes / size
    if pooled <= 0 or pooled >= 1:
        return 1.0
    smallest = min(first[1], second[1]) * min(pooled, 1 - pooled)
    whole = all(float(number).is_integer() for number in (*first, *second))
    if smallest < FEW and whole:
        from scipy import stats

        table = [[first[0], first[1] - first[0]], [second[0], second[1] - second[0]]]
        return float(stats.fisher_exact(table).pvalue)
    error = math.sqrt(pooled * (1 - pooled) * (1 / first[1] + 1 / second[1]))
    return normal_p((second[0] / second[1] - first[0] / first[1]) / error)


def exceeding(usual: tuple[float, float], own: tuple[float, float], margin: float) -> float:
    """Return the one-sided p-value that `own` (yes, size) exceeds `usual` by at most `margin`.

    One yes and one no are added to each (Agresti & Caffo, American Statistician 54 (2000)
    280-288), which keeps the normal test honest for small sizes.
    """
    shares = [(yes + 1) / (size + 2) for yes, size in (usual, own)]
    error = math.sqrt(
        sum(
            share * (1 - share) / (size + 2)
            for share, (_yes, size) in zip(shares, (usual, own), strict=True)
        )
    )
    return normal_above((shares[1] - shares[0] - margin) / error)
