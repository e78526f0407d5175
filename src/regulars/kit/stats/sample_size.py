"""How many answers are needed, before anything is asked."""

from __future__ import annotations

import math

from regulars.kit.stats.estimate import Z
from regulars.kit.stats.tails import normal_quantile


def for_proportion(margin: float, share: float = 0.5) -> int:
    """Return n so that a share near `share` is known to ± `margin` (both 0 to 1), 95 %.

    z² p (1 - p) / margin² (Cochran, Sampling Techniques, section 4.4); 0.5 is the worst case.
    """
    return math.ceil(Z * Z * share * (1 - share) / margin**2 - 1e-9)


def for_nps(margin: float, promoters: float = 0.5, detractors: float = 0.5) -> int:
    """Return n so that NPS is known to ± `margin` points, 95 %; the default is the worst case.

    The variance of one answer is p + d - (p - d)²; the 3 pseudo-answers of the interval are taken
    off.
    """
    spread = promoters + detractors - (promoters - detractors) ** 2
    return max(math.ceil(Z * Z * spread * 10_000 / margin**2 - 3 - 1e-9), 1)


def for_mean(margin: float, deviation: float) -> int:
    """Return n so that a mean of values with that standard `deviation` is known to ± `margin`."""
    return math.ceil((Z * deviation / margin) ** 2 - 1e-9)


def for_two_proportions(
    first: float, second: float, *, power: float = 0.8, level: float = 0.05
) -> int:
    """Return n in each of two groups to tell shares `first` and `second` apart.

    Two-sided z test with pooled variance under equality; Fleiss, Levin & Paik, Statistical
    Methods for Rates and Proportions (2003), formula 4.14, without continuity correction.
    """
    middle = (first + second) / 2
    miss, hit = normal_quantile(1 - level / 2), normal_quantile(power)
    apart = math.sqrt(first * (1 - first) + second * (1 - second))
    root = miss * math.sqrt(2 * middle * (1 - middle)) + hit * apart
    return math.ceil((root / (first - second)) ** 2 - 1e-9)


def for_two_means(
    difference: float, deviation: float, *, power: float = 0.8, level: float = 0.05
) -> int:
    """Return n in each of two groups to see a `difference` of means; normal approximation."""
    miss, hit = normal_quantile(1 - level / 2), normal_quantile(power)
    return math.ceil(2 * ((miss + hit) * deviation / difference) ** 2 - 1e-9)
