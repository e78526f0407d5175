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


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
