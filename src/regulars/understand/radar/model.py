"""What a radar consists of: declared dimensions, what they measure, how points are made; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from regulars.kit.stats.estimate import Estimate, empty
from regulars.kit.text import Text

RADAR, EXPERIENCE = "radar", "experience"
KINDS = (RADAR, EXPERIENCE)
"""The ten dimensions of the radar, and the five experience dimensions of survey questions."""
TARGET, BENCHMARK = "target", "benchmark"
"""What the dimensions may be held against that needs no measuring."""

MEANING = Text(
    "Each dimension is a declared mixture of metrics and survey questions. Every part is placed "
    "between its worst (0) and best (100) value; a dimension is the weighted mean of the parts "
    "that have data, with the 95 % interval that follows from theirs. A dimension without data "
    "has no value, and neither has a share whose events never came from there. Two are compared by "
    "the parts that both have, where both rest on at least 30.",
    "每个维度由声明的指标和问卷题目组成。各组成部分按其最差值（0）与最好值（100）换算，"
    "维度取有数据部分的加权平均，并由各部分区间得出 95 % 区间。没有数据的维度没有数值；"
    "某处从未收到相关事件的占比也没有数值。两者对比时只取双方都有的部分，且双方样本量均不少于 30。",
)


@dataclass(frozen=True, slots=True)
class DimensionPart:
    """One metric that a dimension is made of, with its value at 0 and at 100 points.

    Without `worst` and `best` the metric's own scale counts. `filters` are the registry's.
    """

    metric: str
    worst: float | None = None
    best: float | None = None
    weight: float = 1.0
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dimension:
    """A declared dimension. `target` is in points; `ask` a question that would measure it."""

    key: str
    kind: str
    title: Text
    ask: Text
    parts: tuple[DimensionPart, ...]
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """All declared dimensions. `version` counts up from 1; 0 ships with the product."""

    dimensions: tuple[Dimension, ...]
    version: int = 0

    def of(self, kind: str) -> list[Dimension]:
        """Return the dimensions of one kind, in their order."""
        return [one for one in self.dimensions if one.kind == kind]

    def dimension(self, key: str) -> Dimension | None:
        """Return the dimension of that key."""
        return next((one for one in self.dimensions if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Measure:
    """What one part came to, in its own unit and in points.

    `state` is "measured", "no_data", "no_metric" (the registry does not know it yet) or
    "never": what it counts never came from there, which tells nothing of how often it happens.
    Events of `missing` were never received from anywhere, so it has no data.
    """

    metric: str
    filters: dict[str, list[str]]
    weight: float
    state: str
    unit: str
    raw: Estimate
    points: Estimate
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scored:
    """A dimension in points, 0 to 100, from `n` observations; no value without any."""

    key: str
    kind: str
    n: int
    value: float | None
    low: float | None
    high: float | None
    parts: list[Measure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Radar:
    """The finding: every declared dimension, in order."""

    version: int
    dimensions: list[Scored]
    start: datetime | None = None
    end: datetime | None = None

    def of(self, kind: str) -> list[Scored]:
        """Return the dimensions of one kind."""
        return [one for one in self.dimensions if one.kind == kind]


@dataclass(frozen=True, slots=True)
class Against:
    """What a dimension is held against, and what came of it.

    `gap` is ours minus theirs in points. `verdict` is "higher", "lower" or None where it may be
    chance; `q` is the p-value adjusted for all dimensions (None against a fixed value).
    """

    key: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    gap: float | None = None
    q: float | None = None
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Points by dimension from elsewhere, each with its n where that is known."""

    name: str
    made_at: datetime
    made_by: str
    values: dict[str, tuple[float, int | None]]


def points(raw: Estimate, worst: float, best: float) -> Estimate:
    """Return an estimate on the scale where `worst` is 0 and `best` is 100, kept within it.

    `worst` may be above `best`: minutes of waiting.
    """
    if raw.value is None or worst == best:
        return empty()

    def place(value: float | None) -> float | None:
        if value is None:
            return None
        return min(max(100.0 * (value - worst) / (best - worst), 0.0), 100.0)

    low, high = (raw.low, raw.high) if best > worst else (raw.high, raw.low)
    return Estimate(raw.n, place(raw.value), place(low), place(high))


def together(parts: list[Measure]) -> tuple[int, float | None, float | None, float | None]:
    """Return n, value and interval of the weighted mean of the parts that have data.

    The parts are taken as independent: half-widths add as squares, each side for itself.
    """
    scored = [part for part in parts if part.points.value is not None]
    weight = sum(part.weight for part in scored)
    if weight <= 0:
        return 0, None, None, None
    n = sum(part.points.n for part in scored)
    value = sum(part.weight * (part.points.value or 0.0) for part in scored) / weight
    if any(part.points.low is None or part.points.high is None for part in scored):
        return n, value, None, None

    def reach(side: str) -> float:
        squares = (
            (part.weight * (getattr(part.points, side) - (part.points.value or 0.0))) ** 2
            for part in scored
        )
        return math.sqrt(sum(squares)) / weight

    return n, value, value - reach("low"), value + reach("high")
