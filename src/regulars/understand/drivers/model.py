"""What an analysis of drivers consists of; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from regulars.kit.text import Text
from regulars.understand.drivers.outcomes import Basis, StatedOutcome
from regulars.understand.policy import FALSE_ALARM_RATE
from regulars.understand.scope.model import EventFilter

MIN_WITH = 100
"""An attribute takes part when at least so many people with an outcome answered it."""
MIN_PAIR = 30
"""Two attributes that fewer people answered both do not stand in one analysis."""
MAX_PEOPLE = 50_000
"""Of more people a random sample of this size is analysed."""
REPLICATES = 200
FOLLOW_UP_DAYS = 91

MEANING = Text(
    "Importance is an attribute's share of what the attributes together explain of the differences "
    "in the outcome (R²), by the exact LMG method: the gain of R², averaged over all orders in "
    "which attributes can enter. The shares add up to R². These are associations; "
    "whether changing an attribute changes the outcome, only a pilot can prove.",
    "重要性是某项体验在所有体验共同解释的结果差异（R²）中所占的份额，采用精确的 LMG 方法："
    "对所有进入顺序下 R² 的增量取平均，各项之和等于 R²。"
    "它说明与结果的相关，至于改变它是否会改变结果，只有试点才能证明。",
)


class Missing(StrEnum):
    """What is done about questions that a person was not asked or did not answer."""

    PAIRWISE = "pairwise"
    COMPLETE = "complete"


RULES: Mapping[Missing, Text] = {
    Missing.PAIRWISE: Text(
        "Every two columns are compared on those who answered both; nothing is filled in.",
        "每两项在同时回答两者的客户中比较，不填补缺失。",
    ),
    Missing.COMPLETE: Text(
        "Only people who answered every attribute take part.",
        "只纳入回答了全部项目的客户。",
    ),
}
RULE_TITLES: Mapping[Missing, Text] = {
    Missing.PAIRWISE: Text("All who answered two", "两两比较"),
    Missing.COMPLETE: Text("Only complete answers", "仅完整回答"),
}

RETENTION, REPURCHASE = "retention", "repurchase"
BEHAVIOURS: Mapping[str, Text] = {
    RETENTION: Text("Acted again in the following 91 days", "之后 91 天内再次活跃"),
    REPURCHASE: Text("Ordered in the following 91 days", "之后 91 天内再次下单"),
}


@dataclass(frozen=True, slots=True)
class DriverParameters:
    """One question: which outcome, in which extent, by which rule for missing answers.

    `outcome` is `retention`, `repurchase` or what was said, as `outcomes.Said` writes it: a metric
    (`nps`), perhaps its kind of survey and scale (`nps:transactional`), perhaps a touchpoint
    (`csat@airport`). `items` are the attributes that people chose, by key; none: the most answered.
    """

    outcome: str
    look: EventFilter = field(default_factory=EventFilter)
    missing: Missing = Missing.PAIRWISE
    items: tuple[str, ...] = ()

    @property
    def behaviour(self) -> bool:
        """Whether the outcome is what people did afterwards, not what they said."""
        return self.outcome in BEHAVIOURS

    @property
    def said(self) -> StatedOutcome:
        """Which answers are the outcome, where it was said."""
        return StatedOutcome.of(self.outcome)

    def about(self, **more: object) -> dict[str, object]:
        """Return the slice under which the finding is stored."""
        if self.items:
            more["items"] = list(self.items)
        return self.look.about(outcome=self.outcome, missing=str(self.missing), **more)

    @classmethod
    def of(cls, about: Mapping[str, Any]) -> DriverParameters:
        """Read what `about` wrote."""
        items = tuple(about.get("items", ()))
        return cls(about["outcome"], EventFilter.of(about), Missing(about["missing"]), items)


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Driver:
    """One attribute's importance for the outcome.

    An attribute is a touchpoint, or where several questions are asked about it, one `question` of
    it; `key` names it. `importance` is the LMG share of all explained variance (0 to 1) and
    `explains` the same as part of R²; `johnson` is Johnson's weight as a share. `correlation` is
    with the outcome over `n` people; `q` its p-value adjusted for all attributes. `slope` is by how
    many points (0-100) the outcome is higher where this attribute is one point higher and the
    others are equal. `rank` counts from 1, with its interval. `trees` is the part in the non-linear
    check, `bent` whether the relation leaves a straight line. `performance` is the mean of the
    attribute, 0-100, and `outcome` that of the outcome among those who answered. `reach` is the
    share of active customers who met the touchpoint. Shares and ranks are None where attributes
    are not ranked.
    """

    key: str
    touchpoint: str
    question: str
    n: int
    importance: Interval | None
    explains: Interval
    johnson: Interval | None
    slope: Interval
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    correlation: float
    q: float
    performance: Interval
    outcome: float
    reach: float | None
    trees: float
    trees_rank: int | None
    bent: bool

    @property
    def sign(self) -> str:
        """Whether it goes with a higher (+) or lower (-) outcome; "" if that could be chance."""
        if self.q > FALSE_ALARM_RATE:
            return ""
        return "+" if self.correlation > 0 else "-"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An attribute that could not take part, why, and its own correlation with the outcome.

    `key` names it, as that of a driver, for whoever wants to choose it.
    """

    touchpoint: str
    question: str
    n: int
    why: Text
    correlation: float | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """Who is left: people with an outcome, those who take part, complete answers, their outcome."""

    with_outcome: int
    taking_part: int
    complete: int
    analysed: int
    outcome_all: float | None
    outcome_left: float | None


@dataclass(frozen=True, slots=True)
class Year:
    """The importance (share of what is explained) by attribute in one calendar year."""

    year: int
    n: int
    r_squared: float
    importance: dict[str, float]


@dataclass(frozen=True, slots=True)
class Drivers:
    """The finding. `drivers` stand by importance; without enough people the list is empty.

    `basis` are the answers that are the outcome, None for a behaviour. `why_not` says why there is
    no analysis or no ranking. `p` is how often chance alone explains as much. `agreement` is
    Spearman's rank correlation of LMG with the non-linear check, `steadiness` Kendall's W of the
    years' rankings over the attributes that all years have (1: always the same). `offered` are the
    other outcomes that could be asked about.
    """

    outcome: str
    missing: Missing
    left: Left
    r_squared: Interval | None
    basis: Basis | None = None
    why_not: Text | None = None
    p: float | None = None
    drivers: list[Driver] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    repaired: bool = False
    trees: float | None = None
    linear: float | None = None
    agreement: float | None = None
    years: list[Year] = field(default_factory=list)
    steadiness: float | None = None
    offered: list[str] = field(default_factory=list)
    start: datetime | None = None
    end: datetime | None = None

    @property
    def clear(self) -> bool:
        """Whether the attributes explain more than chance would."""
        return self.p is not None and self.p <= FALSE_ALARM_RATE

    @property
    def ranked(self) -> list[Driver]:
        """The attributes that have a share and a rank."""
        return [one for one in self.drivers if one.importance is not None]

    def by_touchpoint(self) -> dict[str, Interval]:
        """Return each ranked touchpoint's importance: that of its questions, added up.

        The ends are added, too: the interval of a sum is no wider.
        """
        intervals: dict[str, Interval] = {}
        for driver in self.drivers:
            if driver.importance is not None:
                before, more = (
                    intervals.get(driver.touchpoint, Interval(0.0, 0.0, 0.0)),
                    driver.importance,
                )
                intervals[driver.touchpoint] = Interval(
                    before.value + more.value,
                    before.low + more.low,
                    min(before.high + more.high, 1.0),
                )
        return intervals


@dataclass(frozen=True, slots=True)
class RaisingCost:
    """What it costs, in `currency`, to raise an attribute's performance by `points` (0-100).

    `touchpoint` is the attribute's key: the touchpoint, or one question of it.
    """

    touchpoint: str
    cost: float
    points: float
    currency: str


@dataclass(frozen=True, slots=True)
class Gain:
    """What goes with raising a touchpoint as its cost says: points of the outcome, per 1,000 spent.

    `points` are those of the cost, held to what is left up to 100.
    """

    touchpoint: str
    cost: RaisingCost
    points: float
    gain: Interval
    per_thousand: Interval


def gains(drivers: Drivers, costs: list[RaisingCost]) -> list[Gain]:
    """Return the ranking by gain for cost, the best first; none of what may be chance."""
    known = {driver.key: driver for driver in drivers.drivers if drivers.clear}
    ranked = []
    for cost in costs:
        driver = known.get(cost.touchpoint)
        if driver is None or cost.cost <= 0:
            continue
        points = min(cost.points, 100.0 - driver.performance.value)
        # Only those who meet the touchpoint can feel it better.
        met = driver.reach if driver.reach is not None else driver.n / drivers.left.with_outcome
        gain = times(driver.slope, points * min(1.0, met))
        ranked.append(Gain(cost.touchpoint, cost, points, gain, times(gain, 1000.0 / cost.cost)))
    return sorted(ranked, key=lambda one: -one.per_thousand.value)


def times(interval: Interval, factor: float) -> Interval:
    """Return the interval times a factor of 0 or more."""
    return Interval(interval.value * factor, interval.low * factor, interval.high * factor)
