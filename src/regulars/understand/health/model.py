"""What the health index consists of, and how it is put together; pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime

from regulars.kit.stats.estimate import Estimate
from regulars.kit.stats.mean import constant_mean, t_quantile
from regulars.kit.text import Text
from regulars.understand.policy import MIN_SAMPLE

Ends = tuple[float | None, float | None]
TREND_MONTHS = 24
"""How far back the course of the usual twelve months is shown; of another period only that."""
MIN_A_MONTH = 5
"""In one month of a course fewer answers are enough: the interval says how little is known."""
MIN_BASKET = 0.5
"""A month has an index if its touchpoints carry this share of what the whole time measures."""

MEANING = Text(
    "The experience health index (0 to 100) is the weighted mean of the performance of every "
    "touchpoint of the journey. A touchpoint's performance is the mean of what customers answered "
    "about it, each answer placed between the worst (0) and the best (100) end of its own scale; "
    "where several questions are asked, each question counts the same. Surveys about the relation "
    "as a whole are left out. The weights are set in the catalog. A touchpoint with fewer than "
    f"{MIN_SAMPLE} answers takes no part. How many touchpoints and how much of the weight it rests "
    "on stands before it. "
    "The interval is the delta method with the answers of one person taken together. Beside the "
    "scores stands the process: waits, drop-off and complaints, each placed between a declared "
    "worst (0) and best (100) value; their mean is not added to the index.",
    "体验健康度指数（0 至 100）是旅程中各触点表现的加权平均。触点表现是客户对该触点评价的平均值："
    "每个回答按其量表换算到最差（0）与最好（100）之间；同一触点有多个问题时，各问题权重相同。"
    "针对整体关系的调研不计入。权重在触点管理中设定。"
    f"回答少于 {MIN_SAMPLE} 条的触点不参与，"
    "并首先列出指数所依据的触点数及其权重占比。"
    "区间采用 delta 方法，同一人的多个回答合并计算。"
    "评分之外另列流程表现：等待、流失与投诉各按声明的最差值（0）与最好值（100）换算，"
    "其平均不计入指数。",
)


@dataclass(frozen=True, slots=True)
class HealthQuestion:
    """The answers to one question (metric on one scale) at one touchpoint, as 0 to 100.

    `error` is the standard error of the mean with one person's answers taken together.
    """

    metric: str
    scale_min: float
    scale_max: float
    n: int
    mean: float
    error: float | None


@dataclass(frozen=True, slots=True)
class Performance:
    """A touchpoint's performance, 0 to 100, from `n` answers of `people`, 95 % interval.

    `error` is the standard error that the interval rests on; None from a single person.
    """

    touchpoint: str
    n: int
    people: int
    value: float
    low: float | None
    high: float | None
    error: float | None
    questions: list[HealthQuestion] = field(default_factory=list)

    @property
    def enough(self) -> bool:
        """Whether there are enough answers to rank it."""
        return self.n >= MIN_SAMPLE and self.error is not None


@dataclass(frozen=True, slots=True)
class Score:
    """How often one score was given to one question at a touchpoint."""

    metric: str
    scale_min: float
    scale_max: float
    score: float
    n: int


@dataclass(frozen=True, slots=True)
class IndexPart:
    """What one touchpoint adds to the index; `counted` is False for too few answers."""

    touchpoint: str
    weight: float
    n: int
    value: float | None
    low: float | None
    high: float | None
    counted: bool


@dataclass(frozen=True, slots=True)
class Month:
    """The index in one month of the reporting zone (`month` is YYYY-MM)."""

    month: str
    n: int
    people: int
    value: float | None
    low: float | None
    high: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class ProcessMeasure:
    """What of the process is looked at: a metric, and its values at 0 and at 100 points."""

    metric: str
    worst: float
    best: float


PROCESS = (
    ProcessMeasure("first_response_minutes_median", 1440.0, 0.0),
    ProcessMeasure("progress_query_share", 50.0, 0.0),
    ProcessMeasure("order_abandonment_share", 100.0, 0.0),
    ProcessMeasure("complaint_share", 10.0, 0.0),
)
"""The declared process measures: waits, asking where it stays, drop-off and complaints."""


@dataclass(frozen=True, slots=True)
class ProcessPart:
    """One process measure: what it came to in its `unit` (`raw`) and in points of 100.

    Where events of `missing` were never received it is not measured; `note` says what to send.
    """

    measure: ProcessMeasure
    unit: str
    raw: Estimate
    points: Estimate
    missing: list[str] = field(default_factory=list)
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """The mean points of the process measures that have data; no value without any."""

    n: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    parts: list[ProcessPart] = field(default_factory=list)

    @property
    def measured(self) -> int:
        """How many of the measures have data."""
        return sum(part.points.value is not None for part in self.parts)


@dataclass(frozen=True, slots=True)
class Health:
    """The index with its parts. `coverage` is the measured share of all weight.

    `n` counts the answers that take part; without enough of them value and interval are None.
    `change` is the last month's index minus the one before with its interval, when both exist.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    people: int
    coverage: float
    touchpoints: int
    counted: int
    parts: list[IndexPart]
    trend: list[Month]
    change: tuple[float, float, float] | None = None
    start: datetime | None = None
    end: datetime | None = None
    process: Process = field(default_factory=Process)

    @property
    def rests(self) -> Text:
        """What the numbers rest on, in words."""
        share, measured, all_ = f"{self.coverage:.0%}", self.process.measured, len(PROCESS)
        return Text(
            f"The index rests on {self.counted} of {self.touchpoints} touchpoints ({share} of the "
            f"weight), the process on {measured} of {all_} measures.",
            f"指数依据 {self.touchpoints} 个触点中的 {self.counted} 个（占权重 {share}），"
            f"流程表现依据 {all_} 项指标中的 {measured} 项。",
        )

    @property
    def direction(self) -> str | None:
        """Rising, falling or steady: what the last two months prove; None without both."""
        if self.change is None:
            return None
        _difference, low, high = self.change
        return "rising" if low > 0 else "falling" if high < 0 else "steady"


def bounded(value: float, error: float | None, n: int, people: int) -> Ends:
    """Return the 95 % interval around `value`, cut at 0 and 100; without an error None."""
    if error is None or people < 2:
        return None, None
    if error < 1e-9:
        same = constant_mean(n, value, (0.0, 100.0), size=people)
        return same.low, same.high
    reach = t_quantile(people - 1) * error
    return max(0.0, value - reach), min(100.0, value + reach)


def standard_error(squares: float, people: int) -> float | None:
    """Return the error from the sum of squared influences of `people` independent people."""
    return math.sqrt(squares * people / (people - 1)) if people > 1 else None
