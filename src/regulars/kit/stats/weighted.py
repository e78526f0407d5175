"""Survey weights: NPS, shares and means of weighted answers.

The value is sum(w x) / sum(w). Its variance is linearised (Taylor series) for a sample drawn with
replacement: n/(n-1) sum(w²(x - mean)²) / sum(w)²; Särndal, Swensson & Wretman, Model Assisted
Survey Sampling (1992), section 5.7. Shares and NPS then use their usual interval with the
effective sample size n / design effect, as Korn & Graubard, Survey Methodology 24 (1998) 193-201.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from regulars.kit.stats.estimate import NO_CHANGE_KNOWN, Change, Estimate, between, empty, normal_p
from regulars.kit.stats.mean import constant_mean, t_quantile
from regulars.kit.stats.nps import nps, nps_change
from regulars.kit.stats.proportion import proportion, proportion_change


@dataclass(frozen=True, slots=True)
class WeightedSums:
    """n answers x with weights w: sums of w, w², wx, w²x, w²x² and wx²."""

    n: int
    w: float
    ww: float
    wx: float
    wwx: float
    wwxx: float
    wxx: float

    def __add__(self, other: WeightedSums) -> WeightedSums:
        """Return the sums of both sets of answers."""
        names = (one.name for one in fields(self))
        return WeightedSums(*(getattr(self, name) + getattr(other, name) for name in names))

    @property
    def mean(self) -> float:
        """The weighted mean; the weights must not be all 0."""
        return self.wx / self.w

    @property
    def error(self) -> float:
        """The linearised standard error of the weighted mean; n must be 2 or more."""
        spread = self.wwxx - 2 * self.mean * self.wwx + self.mean**2 * self.ww
        return math.sqrt(max(spread, 0.0) * self.n / (self.n - 1)) / self.w

    @property
    def size(self) -> float:
        """The effective sample size: n over the design effect of these very answers.

        Kish's (sum w)² / sum w² where the answers show no spread; never more than n.
        """
        kish = self.w**2 / self.ww
        simple = max(self.wxx / self.w - self.mean**2, 0.0)
        if self.n < 2 or simple <= 1e-12 or self.error <= 0:
            return min(kish, float(self.n))
        return min(simple / self.error**2 * self.n / (self.n - 1), float(self.n))


def weighted_mean(sums: WeightedSums, *, scale: tuple[float, float] | None = None) -> Estimate:
    """Return the weighted mean, linearised standard error, Student's t on n - 1."""
    if sums.n == 0 or sums.w <= 0:
        return empty()
    if sums.n == 1:
        return Estimate(1, sums.mean, None, None)
    if sums.error <= 1e-9 * max(1.0, abs(sums.mean)):
        return constant_mean(sums.n, sums.mean, scale, size=sums.size)
    reach = t_quantile(sums.n - 1) * sums.error
    low, high = sums.mean - reach, sums.mean + reach
    if scale is not None:
        low, high = between(low, *scale), between(high, *scale)
    return Estimate(sums.n, sums.mean, low, high)


def weighted_share(sums: WeightedSums) -> Estimate:
    """Return the weighted share (x is 0 or 1) with Wilson's interval at the effective size."""
    if sums.n == 0 or sums.w <= 0:
        return empty()
    return proportion(sums.mean * sums.size, sums.n, size=sums.size)


def weighted_share_change(earlier: WeightedSums, later: WeightedSums) -> Change:
    """Return the change of a weighted share; both sides at their effective sizes."""
    if not (earlier.n and later.n and earlier.w > 0 and later.w > 0):
        return NO_CHANGE_KNOWN
    return proportion_change(
        (earlier.mean * earlier.size, earlier.size), (later.mean * later.size, later.size)
    )


def _ends(sums: WeightedSums) -> tuple[float, float, float]:
    """Split x in {-1, 0, 1} into weighted promoters and detractors out of the effective size."""
    both = sums.wxx / sums.w
    return (both + sums.mean) / 2 * sums.size, (both - sums.mean) / 2 * sums.size, sums.size


def weighted_nps(sums: WeightedSums) -> Estimate:
    """Return the weighted NPS (x is 1 promoter, 0 passive, -1 detractor), in points."""
    if sums.n == 0 or sums.w <= 0:
        return empty()
    promoters, detractors, size = _ends(sums)
    return nps(promoters, detractors, sums.n, size=size)


def weighted_nps_change(earlier: WeightedSums, later: WeightedSums) -> Change:
    """Return the change of a weighted NPS; both sides at their effective sizes."""
    if not (earlier.n and later.n and earlier.w > 0 and later.w > 0):
        return NO_CHANGE_KNOWN
    return nps_change(_ends(earlier), _ends(later))


def weighted_mean_change(earlier: WeightedSums, later: WeightedSums) -> Change:
    """Return the change of a weighted mean, normal, with linearised standard errors."""
    if not (earlier.n and later.n and earlier.w > 0 and later.w > 0):
        return NO_CHANGE_KNOWN
    difference = later.mean - earlier.mean
    if earlier.n < 2 or later.n < 2:
        return Change(difference, None, None, None)
    error = math.hypot(earlier.error, later.error)
    if error <= 1e-12:
        return Change(difference, None, None, None)
    reach = t_quantile(min(earlier.n, later.n) - 1) * error
    return Change(difference, difference - reach, difference + reach, normal_p(difference / error))
