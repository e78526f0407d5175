"""Intervals for skewed amounts, and whether a few customers decide them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.kit.stats.estimate import Estimate, between
from regulars.kit.stats.mean import t_quantile

Floats = npt.NDArray[np.float64]

UNSEEN = 1.3
"""A sample's skewness falls short of the truth's: by so much it is raised (docs/algorithms)."""
FARTHEST = 4.0
"""No end lies farther from the value, in standard errors, than this or Student's t."""
SYMMETRIC = 1e-6
HALF = 0.5
FEW = 10
"""Where so many customers or fewer make half of the uncertainty, they decide the number."""
FEW_GROUPS = 5
"""The same of groups of customers: of 64 alike ones 7 to 9 make half of it."""


@dataclass(frozen=True, slots=True)
class Largest:
    """How many of the largest customers make half of a number's uncertainty, and their share.

    `share` is theirs of the sum (0 to 1), None of a sum that is not positive. With `grouped` these
    are groups of customers: that a few decide is known, not how many.
    """

    customers: int
    share: float | None
    grouped: bool = False

    @property
    def decide(self) -> bool:
        """Whether they are few."""
        return self.customers <= (FEW_GROUPS if self.grouped else FEW)


def skewed_mean(n: int, total: float, squares: float, cubes: float) -> Estimate:
    """Return the mean of `n` independent skewed amounts from their sums of powers.

    One amount has no interval, nor have equal ones.
    """
    value = total / n
    if n < 2:
        return Estimate(n, value, None, None)
    moment = squares / n - value**2
    if moment <= 1e-12 * max(1.0, value**2):
        return Estimate(n, value, None, None)
    third = cubes / n - 3 * value * squares / n + 2 * value**3
    skewness = between(third / moment**1.5 / math.sqrt(n), -1.0, 1.0)
    return skewed(n, value, math.sqrt(moment / (n - 1)), skewness, n - 1)


def skewed(n: int, value: float, error: float, skewness: float, freedom: float) -> Estimate:
    """Return the interval of a mean or sum whose standardised third moment is `skewness`.

    Hall's cubic transformation, JRSS B 54 (1992) 221-228, on Student's quantile: the end on the
    side of the long tail lies farther out than the other.
    """
    if error <= 0 or not math.isfinite(error):
        return Estimate(n, value, None, None)
    t = t_quantile(freedom)
    below, above = _reach(t, skewness), _reach(t, -skewness)
    return Estimate(n, value, value - below * error, value + above * error)


def _reach(t: float, skewness: float) -> float:
    """Return how many standard errors the truth may lie below; by the mirrored sample, above."""
    lean = UNSEEN * skewness
    if abs(lean) <= SYMMETRIC:
        return t
    reach = 3 / lean * (float(np.cbrt(1 + lean * (t - lean / 6))) - 1)
    return min(max(reach, 0.0), max(FARTHEST, t))


def largest(parts: Floats, amounts: Floats | None, rest: float, total: float) -> Largest | None:
    """Return whose `parts` of the uncertainty come first up to half of it; None without any.

    `parts` are squares that add up, with `rest`, to the whole; `amounts` are what each brings of
    `total`, None where the parts are of groups. What is in the rest counts as of many.
    """
    whole = float(parts.sum()) + rest
    if whole <= 0:
        return None
    order = np.argsort(parts)[::-1]
    reached = np.cumsum(parts[order]) / whole
    places = int(np.searchsorted(reached, HALF)) + 1
    if places > parts.size:
        return None
    share = None
    if amounts is not None and total > 0:
        share = float(amounts[order[:places]].sum()) / total
    return Largest(places, share, grouped=amounts is None)
