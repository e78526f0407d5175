"""Whether the last period lies beyond the usual variation of those before it; pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.kit.stats import tails
from regulars.kit.stats.estimate import Z
from regulars.understand.policy import MIN_SAMPLE

MIN_BEFORE = {"week": 8, "month": 5}
"""Periods before the last one that are needed."""
MAX_BEFORE = {"week": 16, "month": 11}
FEWER_N = 10
"""So many are enough for a window of a slice to tell, with others, how much windows vary."""
LOGARITHM = frozenset({"minutes", "count", "steps"})


@dataclass(frozen=True, slots=True)
class Reading:
    """A value of one period with its interval.

    `size` is how many observations of as many customers would say as much as these n, where
    customers have several (None: n).
    """

    start: datetime
    end: datetime
    n: int
    value: float | None
    low: float | None
    high: float | None
    size: float | None = None


@dataclass(frozen=True, slots=True)
class Surprise:
    """The last reading against what was usual; p two-sided."""

    last: Reading
    usual: float
    low: float
    high: float
    p: float


def surprise(readings: Sequence[Reading], unit: str, grain: str) -> Surprise | None:
    """Return how unusual the last of `readings` (in order of time) is; None with too few.

    On a scale with even variance, the spread between the earlier periods beyond that of sampling
    is estimated (DerSimonian & Laird, Controlled Clinical Trials 7 (1986) 177-188), and the last
    value compared with their weighted mean by Student's t for a new observation. This is a control
    chart for data whose usual variation is more than sampling (Laney, Quality Engineering 14
    (2002) 531-537).
    """
    if not readings:
        return None
    scale = _scale(unit)
    last, now = readings[-1], _point(readings[-1], scale)
    before = [point for one in readings[:-1][-MAX_BEFORE[grain] :] if (point := _point(one, scale))]
    if now is None or len(before) < MIN_BEFORE[grain]:
        return None
    mean, spread, error = _usual(before)
    reach = math.sqrt(now[1] + spread + error)
    if reach <= 0:
        return None
    freedom = len(before) - 1
    p = 2 * tails.student_above(abs(now[0] - mean) / reach, freedom)
    wide = tails.student_quantile(0.975, freedom) * reach
    back = scale.back
    return Surprise(last, back(mean), back(mean - wide), back(mean + wide), p)


@dataclass(frozen=True, slots=True)
class Variation:
    """How much windows vary beyond sampling: the variance, what it rests on, of how many each."""

    variance: float
    freedom: int
    windows: int


def variation(series: Iterable[Sequence[Reading]], unit: str) -> Variation:
    """Return how much windows of one slice vary beyond sampling, estimated over all slices.

    A slice too thin to tell its own variation borrows that of all: DerSimonian and Laird's moment
    estimate with the sums of all slices' windows.
    """
    apart = freedom = c = 0.0
    most, scale = 1, _scale(unit)
    for readings in series:
        points = [point for one in readings if (point := _point(one, scale, FEWER_N))]
        if len(points) > 1:
            found, weight = _spread(points)
            apart, c, freedom = apart + found, c + weight, freedom + len(points) - 1
            most = max(most, len(points))
    return Variation(max(0.0, (apart - freedom) / c) if c > 0 else 0.0, int(freedom), most)


def fallen(last: Reading, before: Reading, unit: str, usual: Variation) -> Surprise | None:
    """Return how unusual a window is against the longer time before it; None with too few.

    The variance between windows is added to that of sampling on both sides, and Student's t has
    the freedom of its estimate.
    """
    scale = _scale(unit)
    now, then = _point(last, scale), _point(before, scale)
    if now is None or then is None or usual.freedom < 1:
        return None
    spread = usual.variance * (1 + 1 / usual.windows)
    reach = math.sqrt(now[1] + then[1] + spread)
    p = 2 * tails.student_above(abs(now[0] - then[0]) / reach, usual.freedom)
    wide = tails.student_quantile(0.975, usual.freedom) * reach
    back = scale.back
    return Surprise(last, back(then[0]), back(then[0] - wide), back(then[0] + wide), p)


def _usual(points: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Return the weighted mean, the variance between periods, and the mean's variance."""
    apart, c = _spread(points)
    spread = max(0.0, (apart - (len(points) - 1)) / c) if c > 0 else 0.0
    weights = [1 / (variance + spread) for _value, variance in points]
    total = sum(weights)
    mean = sum(w * value for w, (value, _v) in zip(weights, points, strict=True)) / total
    return mean, spread, 1 / total


def _spread(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the weighted squares around the weighted mean, and what they grow by a variance."""
    weights = [1 / variance for _value, variance in points]
    total = sum(weights)
    mean = sum(w * value for w, (value, _v) in zip(weights, points, strict=True)) / total
    apart = sum(w * (value - mean) ** 2 for w, (value, _v) in zip(weights, points, strict=True))
    return apart, total - sum(w * w for w in weights) / total


def _point(one: Reading, scale: _Scale, least: int = MIN_SAMPLE) -> tuple[float, float] | None:
    return scale.of(one) if one.n >= least else None


@dataclass(frozen=True, slots=True)
class _Scale:
    """A way to an even variance and back: (value, variance) of a reading, and a value again."""

    of: Callable[[Reading], tuple[float, float] | None]
    back: Callable[[float], float]


def _scale(unit: str) -> _Scale:
    if unit == "percent":
        return _Scale(_share, lambda angle: 100 * math.sin(_within(angle)) ** 2)
    if unit in LOGARITHM or (len(unit) == 3 and unit.isupper()):
        return _Scale(_logarithm, math.exp)
    if unit == "points":
        return _Scale(_plain, lambda value: min(max(value, -100.0), 100.0))
    return _Scale(_plain, lambda value: value)


def _within(angle: float) -> float:
    return min(max(angle, 0.0), math.pi / 2)


def _share(one: Reading) -> tuple[float, float] | None:
    """Return a share's angle (Anscombe, Biometrika 35 (1948) 246-254) and its variance."""
    if one.value is None:
        return None
    size = one.n if one.size is None else one.size
    share = (one.value / 100 * size + 0.375) / (size + 0.75)
    return math.asin(math.sqrt(min(max(share, 0.0), 1.0))), 1 / (4 * size + 2)


def _logarithm(one: Reading) -> tuple[float, float] | None:
    if one.value is None or one.low is None or one.high is None:
        return None
    if one.low <= 0 or one.high <= one.low:
        return None
    return math.log(one.value), ((math.log(one.high) - math.log(one.low)) / (2 * Z)) ** 2


def _plain(one: Reading) -> tuple[float, float] | None:
    if one.value is None or one.low is None or one.high is None:
        return None
    if one.high <= one.low:
        return None
    return one.value, ((one.high - one.low) / (2 * Z)) ** 2
