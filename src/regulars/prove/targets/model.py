"""A target, its frozen baseline, and the judgement on it; pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import isfinite
from zoneinfo import ZoneInfo

from regulars.kit.errors import Invalid
from regulars.kit.period import Period, day_start
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.understand.metrics.model import Compared, Direction, Goal, Measured, Verdict, judge

MAX_WINDOW_DAYS = 3_660


class TargetKind(StrEnum):
    """What the value of a target means."""

    ABSOLUTE = "absolute"  # a value in the metric's unit: NPS 60
    RELATIVE = "relative"  # percent against the frozen baseline: complaints -40 %
    SAMPLE = "sample"  # so many answers or cases: n 1,000


KIND_TITLES = {
    TargetKind.ABSOLUTE: Text("A value", "绝对值"),
    TargetKind.RELATIVE: Text("Percent against the baseline", "相对基线的百分比"),
    TargetKind.SAMPLE: Text("A sample size", "样本量"),
}


class Horizon(StrEnum):
    """The three horizons of the programme."""

    SHORT = "short"
    MIDDLE = "middle"
    LONG = "long"


HORIZON_TITLES = {
    Horizon.SHORT: Text("Short term: years 1-2", "短期（1-2 年）"),
    Horizon.MIDDLE: Text("Middle term: years 3-4", "中期（3-4 年）"),
    Horizon.LONG: Text("Long term: years 5-6", "长期（5-6 年）"),
}


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the metric was before, measured once and kept as it was then."""

    value: float
    low: float | None
    high: float | None
    n: int
    start: datetime | None
    end: datetime | None
    frozen_at: datetime
    frozen_by: str


@dataclass(frozen=True, slots=True)
class Target:
    """A promise about a metric.

    `window_days` is how long the metric is watched: the days up to now, or up to `due`. `filters`
    narrow it as in `metrics.service.measure`. `audience` names a group of customers that the
    promise is about. `guardrails` are metrics that must not get worse on the way.
    """

    id: str
    metric: str
    title: Text
    kind: TargetKind
    value: float
    direction: Direction
    due: date | None = None
    horizon: Horizon | None = None
    window_days: int = 90
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    audience: str | None = None
    guardrails: tuple[str, ...] = ()
    preset: str | None = None
    note: str = ""
    created_at: datetime | None = None
    created_by: str = ""
    baseline: Baseline | None = None


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A metric beside a target: as it is, and its tested change against the window before."""

    metric: str
    measured: Measured | None
    worse: bool = False
    note: Text | None = None

    @property
    def change(self) -> Compared | None:
        """The change against the window before."""
        return self.measured.change if self.measured else None


@dataclass(frozen=True, slots=True)
class Judged:
    """A target with its verdict. `gap` is what is missing to the goal, in the metric's unit.

    `gap` is positive while the value lies on the wrong side of `goal`, negative beyond it.
    """

    target: Target
    verdict: Verdict
    measured: Measured | None = None
    goal: float | None = None
    gap: float | None = None
    note: Text | None = None
    guardrails: tuple[Guardrail, ...] = ()
    over: bool = False
    unit: str | None = None

    @property
    def goal_unit(self) -> str | None:
        """What goal and gap count in: a sample size is a number of answers."""
        return "count" if self.target.kind is TargetKind.SAMPLE else self.unit


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every target in force with its verdict."""

    targets: tuple[Judged, ...]


NO_METRIC = Text("This metric is not measured yet.", "该指标尚未计算。")
NO_AUDIENCE = Text(
    "The customer group of this target is not computed yet.",
    "该目标所针对的客户群尚未计算。",
)
NO_BASELINE = Text(
    "A relative target needs a frozen baseline: freeze one.",
    "相对目标需要冻结的基线：请先冻结基线。",
)
NO_DATA = Text("There are no data in this window.", "该时间窗内没有数据。")


def goal_of(target: Target) -> Goal | None:
    """Return the target's value in the metric's unit; None while a baseline is missing."""
    if target.kind is not TargetKind.RELATIVE:
        return Goal(target.value, target.direction)
    if target.baseline is None:
        return None
    return Goal(target.baseline.value * (1 + target.value / 100), target.direction)


def window(target: Target, today: date, zone: ZoneInfo) -> Period:
    """Return the window to judge on: whole local days up to the end of today, or of the due day."""
    last = min(today, target.due) if target.due else today
    end = last + timedelta(days=1)
    return Period(day_start(end - timedelta(days=target.window_days), zone), day_start(end, zone))


def verdict_of(target: Target, found: Estimate) -> Verdict:
    """Return the verdict by the interval; a sample size is counted, not estimated."""
    if target.kind is TargetKind.SAMPLE:
        return Verdict.MET if found.n >= target.value else Verdict.NOT_MET
    goal = goal_of(target)
    return Verdict.UNDETERMINED if goal is None else judge(found, goal)


def gap_of(target: Target, found: Estimate) -> float | None:
    """Return what is missing to the goal; negative when the value lies beyond it."""
    goal = goal_of(target)
    value = float(found.n) if target.kind is TargetKind.SAMPLE else found.value
    if goal is None or value is None:
        return None
    return goal.value - value if target.direction is Direction.UP else value - goal.value


def check(target: Target) -> Target:
    """Return the target; raises Invalid naming the field that cannot be."""
    if not target.metric.strip():
        raise _wrong("metric", "Choose a metric.", "请选择指标。")
    if not (target.title.en.strip() or target.title.zh.strip()):
        raise _wrong("title", "Give the target a title.", "请填写目标名称。")
    if not isfinite(target.value):
        raise _wrong("value", "The value must be a number.", "目标值必须是一个数值。")
    if not 1 <= target.window_days <= MAX_WINDOW_DAYS:
        raise _wrong(
            "window_days",
            f"The window is 1 to {MAX_WINDOW_DAYS} days.",
            f"时间窗为 1 至 {MAX_WINDOW_DAYS} 天。",
        )
    if target.kind is TargetKind.RELATIVE and not -100 <= target.value <= 10_000:
        raise _wrong(
            "value",
            "A relative target lies between -100 and 10,000 %.",
            "相对目标须在 -100% 至 10000% 之间。",
        )
    if target.kind is TargetKind.RELATIVE and (target.value > 0) != (
        target.direction is Direction.UP
    ):
        raise _wrong(
            "value",
            "Write a fall as a negative number, a rise as a positive one, as the direction says.",
            "下降请写负数，上升请写正数，须与方向一致。",
        )
    if target.kind is TargetKind.SAMPLE and target.value < 1:
        raise _wrong("value", "A sample size is at least 1.", "样本量至少为 1。")
    return target


def _wrong(name: str, en: str, zh: str) -> Invalid:
    return Invalid("targets.wrong", Text(en, zh), field=name)
