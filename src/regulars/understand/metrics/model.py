"""What a metric is, what may be asked of it, and what comes back; pure rules."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from regulars.company.rights.model import Scope
from regulars.kit.errors import Invalid
from regulars.kit.period import ALL_TIME, Period
from regulars.kit.stats.estimate import Change, Estimate
from regulars.kit.text import Text
from regulars.understand.received import Requirement

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.kit.stats.skewed import Largest
    from regulars.timeline.workspace import Workspace
    from regulars.understand.metrics.queries.scene import Scene
    from regulars.understand.metrics.windows import Daily

Row = Mapping[str, Any]
Scale = tuple[float, float]
Powers = tuple[str, str, str, str | None]
"""Names of the columns that sum up n, x, x² and, where it matters, x³."""


class Unit(StrEnum):
    """What a value counts in. Money's unit in an answer is the code of its currency."""

    POINTS = "points"
    PERCENT = "percent"
    SCORE = "score"
    MINUTES = "minutes"
    COUNT = "count"
    STEPS = "steps"
    MONEY = "money"


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"


class Verdict(StrEnum):
    """What the data say about a target."""

    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"
    NO_METRIC_YET = "no_metric_yet"


VERDICT_TITLES = {
    Verdict.MET: Text("met", "达成"),
    Verdict.NOT_MET: Text("not met", "未达成"),
    Verdict.UNDETERMINED: Text("undetermined", "样本不足，待判定"),
    Verdict.NO_METRIC_YET: Text("metric not available yet", "指标未接入"),
}
CHANGE_TITLES = {"better": Text("better", "变好"), "worse": Text("worse", "变差")}


class MetricGroup(StrEnum):
    """A heading of the glossary and the board."""

    FEEDBACK = "feedback"
    LOYALTY = "loyalty"
    ORDERING = "ordering"
    SERVICE = "service"
    TRADE = "trade"


GROUP_TITLES = {
    MetricGroup.FEEDBACK: Text("What customers say", "客户反馈"),
    MetricGroup.LOYALTY: Text("Loyalty", "忠诚度"),
    MetricGroup.ORDERING: Text("Ordering", "下单"),
    MetricGroup.SERVICE: Text("Service", "服务"),
    MetricGroup.TRADE: Text("Sales", "交易"),
}

GRAINS = ("day", "week", "month", "quarter", "year")
DIMENSIONS = (
    "touchpoint", "stage", "channel", "place", "source", "metric", "survey_kind", "value_group",
)  # fmt: skip
ANSWER_DIMENSIONS = frozenset({"metric", "survey_kind"})
DIMENSION_TITLES = {
    "touchpoint": Text("Touchpoint", "触点"),
    "stage": Text("Stage", "阶段"),
    "channel": Text("Channel", "渠道"),
    "place": Text("Place", "地点"),
    "source": Text("Source", "来源"),
    "metric": Text("Question", "题目"),
    "survey_kind": Text("Kind of survey", "问卷类型"),
    "value_group": Text("Value group", "价值分组"),
    "currency": Text("Currency", "货币"),
    "day": Text("Day", "日"),
    "week": Text("Week", "周"),
    "month": Text("Month", "月"),
    "quarter": Text("Quarter", "季"),
    "year": Text("Year", "年"),
}
FILTERS = (*DIMENSIONS, "currency")
NONE = "none"
"""As a filter value: events that carry nothing in that column."""


@dataclass(frozen=True, slots=True)
class Statistic(ABC):
    """What a slice's rows say, so that slices can be added: all that SQL must not divide.

    `has_rest` tells whether a slice is compared with all the others: an average is, a total is not.
    `by_person` names the columns that sum up what each row gives (n, x, x², x³), where the rows of
    a person are taken together; None where no row has an n and an x of its own. `to_the_digit`
    tells that where nobody has two rows the answer is that of independent rows, exactly. With
    `by_value` the rows of a person come by value instead, each as it is.
    """

    has_rest: ClassVar[bool] = False
    by_person: ClassVar[Powers | None] = None
    to_the_digit: ClassVar[bool] = False
    by_value: ClassVar[bool] = False
    n: int

    @classmethod
    @abstractmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Return what the rows of one slice say; none of them say nothing."""

    @abstractmethod
    def __add__(self, other: Self) -> Self:
        """Return what the rows of both say."""

    @abstractmethod
    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Return value, n and interval."""

    @abstractmethod
    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Return this one less an earlier one; `days` are the lengths of both periods."""

    @abstractmethod
    def related(self) -> dict[str, Estimate]:
        """Return further numbers that belong beside this one, by name."""

    def decided_by(self) -> Largest | None:
        """Return whose amounts decide the number, where some may."""
        return None

    @property
    def size(self) -> float:
        """How many rows, each of another person, would say as much."""
        return float(self.n)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """How a metric is computed: an Ibis expression, and what Python makes of its rows.

    `unit` is what each of n is: slices share no rows, but a person may be in several of them, which
    then have no rest. `base` names columns that keep bases apart: several of them in one number are
    refused (answers), or become slices (`currency`). `reads` are the event names it looks at (None:
    any); `weights` tells whether survey weights apply; `people` whether persons are needed;
    `surveys` whether its events carry question and kind of survey; `watched` whether it matters how
    long anybody was watched, so that the period must not reach beyond the last event. `counted`
    names columns, beside slices and base, by which the rows' sums are told apart. `daily` tells how
    a refresh keeps it by day, None that it does not.

    A number that another noun has worked out has `read` instead of `build`: it returns rows that
    hold at a moment, their column `at`, are sliced and filtered by `slices`, and follow `state`.
    """

    build: Callable[[Scene], ir.Table] | None
    statistic: type[Statistic]
    unit: Literal["row", "person"] = field(default="row", kw_only=True)
    reads: frozenset[str] | None = None
    base: tuple[str, ...] = ()
    weights: bool = False
    people: bool = True
    surveys: bool = False
    watched: bool = False
    counted: tuple[str, ...] = ()
    prepare: Callable[[list[Row], Scene], list[Row]] | None = None
    read: Callable[[Workspace, MetricQuestion], list[Row]] | None = None
    slices: frozenset[str] | None = None
    state: Callable[[Workspace], Hashable] | None = None
    daily: Daily | None = None

    @property
    def by_person(self) -> bool:
        """Whether a person may have several rows, which are taken together."""
        told = self.statistic.by_person is not None or self.statistic.by_value
        return self.unit == "row" and told


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: what happened, and what the metric then says."""

    story: Text
    result: str


@dataclass(frozen=True, slots=True)
class Definition:
    """One metric, as the glossary shows it.

    `of_customers` is True when only events with actor customer count; the others also read what
    we did (a survey shown, a first answer). `days` is the window where the period has no start.
    Where one of `needs` was never received, the number is not measured, rather than 0 or 100;
    `beside` names what the numbers beside it need.
    """

    key: str
    title: Text
    meaning: Text
    unit: Unit
    direction: Direction
    base: Text
    window: Text
    group: MetricGroup
    aggregate: Aggregate
    examples: tuple[Example, ...] = ()
    scale: Text | None = None
    days: int | None = None
    of_customers: bool = True
    needs: tuple[Requirement, ...] = ()
    beside: Mapping[str, Requirement] = field(default_factory=dict)


@dataclass(frozen=True)
class Filters:
    """Which events take part: column → the values allowed (None in a tuple: no value).

    Places include everything below them.
    """

    values: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, str | Sequence[str | None] | None] | None) -> Filters:
        """Build from words or lists of words; empty ones are dropped. Raises Invalid."""
        filters: dict[str, tuple[str | None, ...]] = {}
        for name, words in (given or {}).items():
            many = [words] if isinstance(words, str) else list(words or [])
            if not many:
                continue
            if name not in FILTERS:
                raise unknown_dimension(name, FILTERS)
            filters[name] = tuple(sorted({None if w == NONE else w for w in many}, key=str))
        return cls(filters)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.values.items(), key=lambda item: item[0])))


@dataclass(frozen=True)
class MetricQuestion:
    """What is asked of a metric. `grain` and `by` come from one list of the caller's."""

    period: Period = ALL_TIME
    by: tuple[str, ...] = ()
    grain: str | None = None
    filters: Filters = Filters()
    scope: Scope = None
    weighted: bool = False
    as_of: datetime | None = None

    @property
    def used(self) -> frozenset[str]:
        """The dimensions that are sliced or filtered by."""
        return frozenset((*self.by, *self.filters.values))


@dataclass(frozen=True)
class Compared:
    """A tested change: against an earlier period, or of a slice against all the others.

    `q` is p after Benjamini-Hochberg over all rows of the answer; `verdict` is "better", "worse"
    or None when it may be chance.
    """

    change: Change
    q: float | None = None
    verdict: str | None = None
    earlier: Estimate | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Measured:
    """One number with all that must stand beside it.

    `size` is how many observations, each of another customer, would say as much as these n; None
    where nobody asked. It is not measured where events of
    `missing` were never received; `note` says so.
    """

    metric: str
    slice: Mapping[str, str | None]
    start: datetime | None
    end: datetime | None
    n: int
    value: float | None
    low: float | None
    high: float | None
    unit: str
    verdict: Verdict | None = None
    change: Compared | None = None
    rest: Compared | None = None
    note: Text | None = None
    scale: Scale | None = None
    survey_kind: str | None = None
    beside: Mapping[str, Estimate] = field(default_factory=dict)
    size: float | None = None
    missing: tuple[str, ...] = ()

    @property
    def estimate(self) -> Estimate:
        """The number alone."""
        return Estimate(self.n, self.value, self.low, self.high)


@dataclass(frozen=True)
class Tile:
    """One metric on the board: one row, or one for each currency or kind of survey.

    `course` has a row a month, for the first of `rows`. `reason` says why there is no number.
    """

    key: str
    rows: tuple[Measured, ...]
    course: tuple[Measured, ...]
    reason: Text | None = None


@dataclass(frozen=True)
class Board:
    """All metrics over one period; `questions` are the mean scores of every question asked."""

    start: datetime | None
    end: datetime | None
    tiles: tuple[Tile, ...]
    questions: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """A target's value in the unit of its metric, and which way is better."""

    value: float
    direction: Direction


def judge(estimate: Estimate, goal: Goal) -> Verdict:
    """Return the verdict by the interval: met only when all of it is on the good side.

    A missing end of the interval can never prove anything on its side.
    """
    up = goal.direction is Direction.UP
    near, far = (estimate.low, estimate.high) if up else (estimate.high, estimate.low)
    if estimate.value is None:
        return Verdict.UNDETERMINED
    if near is not None and (near >= goal.value if up else near <= goal.value):
        return Verdict.MET
    if far is not None and (far < goal.value if up else far > goal.value):
        return Verdict.NOT_MET
    return Verdict.UNDETERMINED


def unknown_dimension(name: str, columns: Sequence[str]) -> Invalid:
    """Return the error for a column that numbers cannot be sliced by."""
    return Invalid(
        "metrics.dimension",
        Text(
            f"“{name}” is nothing to slice by; use {', '.join(columns)}.",
            f"不能按“{name}”拆分；可用：{'、'.join(columns)}。",
        ),
        field=name,
    )
