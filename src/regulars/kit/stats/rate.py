"""Counts over a time or base, and sums of money that come with them."""

from __future__ import annotations

import math

from regulars.kit.stats.estimate import LEVEL, NO_CHANGE_KNOWN, Change, Estimate, Z, normal_p
from regulars.kit.stats.tails import gamma_quantile

TAIL = (1 - LEVEL) / 2


def poisson(count: float, exposure: float = 1.0) -> Estimate:
    """Return the rate `count` / `exposure` with Garwood's exact interval.

    Garwood, Biometrika 28 (1936) 437-442. A count of 0 is a value here: it says that nothing
    happened; the caller decides whether anything was watched.
    """
    low = 0.0 if count == 0 else gamma_quantile(TAIL, count)
    high = gamma_quantile(1 - TAIL, count + 1)
    return Estimate(round(count), count / exposure, low / exposure, high / exposure)


def compound(n: int, total: float, squares: float) -> Estimate:
    """Return a sum of `n` amounts whose number is itself by chance.

    The variance of a compound Poisson sum is estimated by the sum of squares; normal interval
    (Bowers et al., Actuarial Mathematics, section 12.4). `total` in the unit of the amounts.
    """
    if n == 0:
        return Estimate(0, None, None, None)
    reach = Z * math.sqrt(squares)
    return Estimate(n, total, total - reach, total + reach)


def poisson_change(earlier: tuple[int, float], later: tuple[int, float]) -> Change:
    """Return the change of a rate between two independent (count, exposure).

    Interval by recovering variance from both Garwood limits (MOVER; Zou & Donner, Statistics in
    Medicine 27 (2008) 1693-1702). p is exact and two-sided: given the sum, the later count is
    binomial (Przyborowski & Wilenski, Biometrika 31 (1940) 313-323).
    """
    if earlier[1] <= 0 or later[1] <= 0:
        return NO_CHANGE_KNOWN
    before, after = poisson(*earlier), poisson(*later)
    one, two = before.value or 0.0, after.value or 0.0
    difference = two - one
    below = math.hypot(two - (after.low or 0.0), (before.high or 0.0) - one)
    above = math.hypot((after.high or 0.0) - two, one - (before.low or 0.0))
    return Change(difference, difference - below, difference + above, two_rates(earlier, later))


def two_rates(first: tuple[int, float], second: tuple[int, float]) -> float:
    """Return the exact two-sided p-value that two (count, exposure) have one Poisson rate."""
    n = first[0] + second[0]
    if n == 0:
        return 1.0
    from scipy import stats

    return float(stats.binomtest(second[0], n, second[1] / (first[1] + second[1])).pvalue)


def compound_change(
    earlier: tuple[float, float, float], later: tuple[float, float, float]
) -> Change:
    """Return the change of money per exposure between two (total, squares, exposure); normal."""
    if earlier[2] <= 0 or later[2] <= 0:
        return NO_CHANGE_KNOWN
    difference = later[0] / later[2] - earlier[0] / earlier[2]
    error = math.hypot(math.sqrt(earlier[1]) / earlier[2], math.sqrt(later[1]) / later[2])
    if error == 0:
        return Change(difference, None, None, None)
    return Change(
        difference, difference - Z * error, difference + Z * error, normal_p(difference / error)
    )
