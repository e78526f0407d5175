"""Means and ratios of means from n, sums, sums of squares and cross products."""

from __future__ import annotations

import math
from dataclasses import dataclass

from regulars.kit.stats.estimate import LEVEL, NO_CHANGE_KNOWN, Change, Estimate, between, empty
from regulars.kit.stats.proportion import wilson
from regulars.kit.stats.tails import student_above, student_quantile


@dataclass(frozen=True, slots=True)
class Sums:
    """n observations of x: their sum and sum of squares."""

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """The arithmetic mean; n must be positive."""
        return self.total / self.n

    @property
    def variance(self) -> float:
        """The sample variance over n - 1; n must be 2 or more. Rounding never makes it negative."""
        return max(self.squares - self.total * self.total / self.n, 0.0) / (self.n - 1)


def t_quantile(freedom: float) -> float:
    """Return Student's t that leaves 2.5 % above it."""
    return student_quantile(0.5 + LEVEL / 2, freedom)


def mean(sums: Sums, *, scale: tuple[float, float] | None = None) -> Estimate:
    """Return the mean with Student's t interval, cut at the ends of a bounded `scale`.

    One observation has no interval; for equal observations see `constant_mean`.
    """
    if sums.n == 0:
        return empty()
    value = sums.mean
    if sums.n == 1:
        return Estimate(1, value, None, None)
    if is_constant(sums):
        return constant_mean(sums.n, value, scale, size=sums.n)
    reach = t_quantile(sums.n - 1) * math.sqrt(sums.variance / sums.n)
    low, high = value - reach, value + reach
    if scale is not None:
        low, high = between(low, *scale), between(high, *scale)
    return Estimate(sums.n, value, low, high)


def is_constant(sums: Sums) -> bool:
    """Tell whether the spread is nothing but rounding."""
    return sums.variance <= 1e-12 * max(1.0, sums.mean * sums.mean)


def constant_mean(
    n: int, value: float, scale: tuple[float, float] | None, *, size: float
) -> Estimate:
    """Return the mean of `n` equal observations, which say nothing about their spread.

    On a bounded scale the share of other answers may still be as high as Wilson's upper limit for
    none of `size`, and all of these could lie at one end of the scale: that is the interval.
    Without a scale it is left open.
    """
    if scale is None:
        return Estimate(n, value, None, None)
    _none, others = wilson(0, size)
    return Estimate(
        n, value, value - others * (value - scale[0]), value + others * (scale[1] - value)
    )


def welch(earlier: Sums, later: Sums) -> Change:
    """Return the change of the mean by Welch's t test, from sums alone.

    Welch, Biometrika 34 (1947) 28-35; degrees of freedom by Satterthwaite. Needs two
    observations and some spread on either side; otherwise only the difference is known.
    """
    if not earlier.n or not later.n:
        return NO_CHANGE_KNOWN
    difference = later.mean - earlier.mean
    if earlier.n < 2 or later.n < 2:
        return Change(difference, None, None, None)
    one, two = earlier.variance / earlier.n, later.variance / later.n
    if is_constant(earlier) and is_constant(later):
        return Change(difference, None, None, None)
    freedom = (one + two) ** 2 / (one**2 / (earlier.n - 1) + two**2 / (later.n - 1))
    error = math.sqrt(one + two)
    reach = t_quantile(freedom) * error
    p = 2 * student_above(abs(difference) / error, freedom)
    return Change(difference, difference - reach, difference + reach, p)
