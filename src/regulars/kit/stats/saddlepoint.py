"""The tail of a sum of many small chances: near exact where the normal fails by skewness.

Lugannani & Rice, Advances in Applied Probability 12 (1980) 475-490; for sums over a random
allotment Robinson, JRSS B 44 (1982) 91-101; in Barndorff-Nielsen's form, Biometrika 73 (1986)
307-322.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from regulars.kit.stats.tails import normal_above

Floats = npt.NDArray[np.float64]
FLAT = 1e-9
"""Below this the skewness of the rest is none."""
NEAR = 0.02
"""Deviations of fewer standard errors stand where the formula has no digits: Edgeworth's there."""
ROUNDS = 60
LARGE = 0.1
"""A part that makes more of the variance than this is large; so many are taken one by one:"""
MOST = 4
SEEN = 256
"""So many of the largest parts are followed one by one; the others are known by their moments."""


@dataclass(frozen=True, slots=True)
class Chances:
    """A sum with mean 0: each part is `up` with `chance`, else `down`; and a rest by its moments.

    The rest has the gamma distribution of its variance and third moment (the normal without one).
    """

    up: Floats
    down: Floats
    chance: Floats
    variance: float = 0.0
    third: float = 0.0

    @property
    def parts(self) -> Floats:
        """The variance of each part."""
        each: Floats = self.chance * (1 - self.chance) * np.square(self.up - self.down)
        return each

    @property
    def thirds(self) -> Floats:
        """The third moment of each part."""
        each: Floats = self.parts * (1 - 2 * self.chance) * (self.up - self.down)
        return each

    @property
    def error(self) -> float:
        """The standard deviation of the sum."""
        return math.sqrt(float(self.parts.sum()) + self.variance)

    def chosen(self, places: npt.NDArray[np.intp]) -> Chances:
        """Return the sum of these parts alone."""
        return Chances(self.up[places], self.down[places], self.chance[places])

    def without(self, places: npt.NDArray[np.intp], seen: int) -> Chances:
        """Return the sum of these parts and the rest, to which all after the first `seen` go."""
        small = places[seen:]
        return replace(
            self.chosen(places[:seen]),
            variance=self.variance + float(self.parts[small].sum()),
            third=self.third + float(self.thirds[small].sum()),
        )

    def over(self, scale: float) -> Chances:
        """Return the sum divided by `scale`."""
        return Chances(
            self.up / scale,
            self.down / scale,
            self.chance,
            self.variance / scale**2,
            self.third / scale**3,
        )

    def mirrored(self) -> Chances:
        """Return the sum with its sign changed."""
        return Chances(-self.up, -self.down, self.chance, self.variance, -self.third)

    @property
    def skewness(self) -> float:
        """The third moment of a sum whose standard deviation is 1."""
        return float(self.thirds.sum()) + self.third

    @property
    def _step(self) -> float:
        """The gamma's scale: half its third moment over its variance."""
        if self.variance <= 0:
            return 0.0
        step = self.third / (2 * self.variance)
        return step if abs(step) > FLAT else 0.0

    @property
    def reach(self) -> float:
        """The largest value the sum can have."""
        return math.inf if self.variance > 0 else float(np.maximum(self.up, self.down).sum())

    @property
    def last(self) -> float:
        """The largest t at which the rest has an exponential moment."""
        return 1 / self._step if self._step > 0 else math.inf

    def cumulant(self, t: float) -> tuple[float, float, float]:
        """Return the logarithm of the mean of exp(t sum), with its first two slopes."""
        first = np.log(self.chance) + t * self.up
        second = np.log1p(-self.chance) + t * self.down
        both = np.logaddexp(first, second)
        weight = np.exp(first - both)
        gap = self.up - self.down
        k0, k1, k2 = self._rest(t)
        return (
            k0 + float(both.sum()),
            k1 + float((self.down + weight * gap).sum()),
            k2 + float((weight * (1 - weight) * gap * gap).sum()),
        )

    def _rest(self, t: float) -> tuple[float, float, float]:
        step = self._step
        if not step:
            return self.variance * t * t / 2, self.variance * t, self.variance
        shape, left = self.variance / step**2, 1 - step * t
        return (
            -shape * (math.log(left) + step * t),
            shape * step * (1 / left - 1),
            self.variance / left**2,
        )


def two_sided(chances: Chances, value: float) -> float:
    """Return twice the smaller tail at `value`: the chance to be as far out, on its own side."""
    if chances.error <= 0:
        return 1.0
    tail = _beyond_large(chances, value)
    return min(2 * min(tail, 1 - tail), 1.0)


def _beyond_large(chances: Chances, value: float) -> float:
    """Return how often the sum is `value` or more, over every outcome of its few large parts.

    These make the sum's distribution one of several humps, which no smooth formula follows.
    """
    shares = chances.parts
    order = np.argsort(shares)[::-1]
    first = order[:MOST][shares[order[:MOST]] > LARGE * chances.error**2]
    large, rest = chances.chosen(first), chances.without(order[first.size :], SEEN)
    tail = 0.0
    for sides in itertools.product((True, False), repeat=first.size):
        up = np.array(sides, dtype=bool)
        weight = float(np.where(up, large.chance, 1 - large.chance).prod())
        shift = float(np.where(up, large.up, large.down).sum())
        tail += weight * _tail(rest, value - shift)
    return min(tail, 1.0)


def _tail(chances: Chances, value: float) -> float:
    """Return how often the sum is `value` or more."""
    error = chances.error
    if error <= 0:
        return 1.0 if value <= 0 else 0.0
    if value < 0:
        return 1 - above(chances.mirrored().over(error), -value / error)
    return above(chances.over(error), value / error)


def above(chances: Chances, z: float) -> float:
    """Return how often the sum, of standard deviation 1, is `z` ≥ 0 or more.

    A rest known by its moments has no short tail of its own: the gamma's would end too soon.
    """
    if chances.third < 0:
        chances = replace(chances, third=0.0)
    if z < NEAR:
        density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        return normal_above(z) + density * chances.skewness * (z * z - 1) / 6
    if z >= chances.reach * (1 - 1e-6):
        most = np.where(chances.up > chances.down, chances.chance, 1 - chances.chance)
        return float(np.exp(np.log(most).sum())) if z <= chances.reach * (1 + 1e-6) else 0.0
    t = _solved(chances, z)
    k0, _k1, k2 = chances.cumulant(t)
    depth = math.sqrt(max(2 * (t * z - k0), 0.0))
    steep = t * math.sqrt(k2)
    if min(depth, steep) <= NEAR / 10:
        return normal_above(z)
    return normal_above(depth + math.log(steep / depth) / depth)


def _solved(chances: Chances, z: float) -> float:
    """Return the t whose tilted mean is `z`: Newton's steps, held within what is bracketed."""
    low, high, t = 0.0, chances.last, min(z, chances.last / 2)
    for _round in range(ROUNDS):
        _k0, mean, variance = chances.cumulant(t)
        if abs(mean - z) <= 1e-9 * z:
            break
        low, high = (t, high) if mean < z else (low, t)
        following = t + (z - mean) / variance if variance > 0 else math.inf
        if not low < following < high:
            following = (low + high) / 2 if math.isfinite(high) else 2 * t
        t = following
    return t
