"""What every method here returns: a value with its n and interval, or a change with its p."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.96
"""Normal quantile of a two-sided 95 % interval, rounded as REQUIREMENTS rule 2 states it."""
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """`value` from `n` observations with a 95 % interval from `low` to `high`.

    Without observations all three are None, never 0. A single missing end means that the data
    do not bound that side.
    """

    n: int
    value: float | None
    low: float | None
    high: float | None

    def scaled(self, factor: float) -> Estimate:
        """Return the estimate times a positive `factor` (shares to percent, say)."""
        return Estimate(
            self.n, _times(self.value, factor), _times(self.low, factor), _times(self.high, factor)
        )


@dataclass(frozen=True, slots=True)
class Change:
    """`difference` = later minus earlier (or one group minus the other), 95 % interval, p-value.

    All four are None when either side is empty or too small for the method.
    """

    difference: float | None
    low: float | None
    high: float | None
    p: float | None

    def scaled(self, factor: float) -> Change:
        """Return the change times a positive `factor`; p stays."""
        return Change(
            _times(self.difference, factor),
            _times(self.low, factor),
            _times(self.high, factor),
            self.p,
        )


NO_CHANGE_KNOWN = Change(None, None, None, None)


def empty() -> Estimate:
    """Return the estimate of nothing: n 0 and no value."""
    return Estimate(0, None, None, None)


def between(value: float, low: float, high: float) -> float:
    """Return `value` held within `low` and `high`."""
    return min(max(value, low), high)


def normal_p(z: float) -> float:
    """Return the two-sided p-value of a standard normal `z`."""
    return math.erfc(abs(z) / math.sqrt(2))


def recovered(
    earlier: Estimate, later: Estimate, p: float | None, correlation: float = 0.0
) -> Change:
    """Return the change whose interval is recovered from both sides' own, with the p of its test.

    Zou & Donner, Statistics in Medicine 27 (2008) 1693-1702; for correlated estimates Zou,
    Psychological Methods 12 (2007) 399-413. An open end leaves the change's open.
    """
    if earlier.value is None or later.value is None:
        return NO_CHANGE_KNOWN
    difference = later.value - earlier.value
    low: float | None = None
    high: float | None = None
    if later.low is not None and earlier.high is not None:
        reaches = (later.value - later.low, earlier.high - earlier.value)
        low = difference - apart_by(*reaches, correlation)
    if later.high is not None and earlier.low is not None:
        reaches = (later.high - later.value, earlier.value - earlier.low)
        high = difference + apart_by(*reaches, correlation)
    return Change(difference, low, high, p)


def apart_by(one: float, other: float, correlation: float = 0.0) -> float:
    """Return the reach of a difference of two numbers with these reaches."""
    if not correlation:
        return math.hypot(one, other)
    return math.sqrt(max(one * one + other * other - 2 * correlation * one * other, 0.0))


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
