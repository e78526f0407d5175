"""What a journey map and a funnel consist of; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.understand.analyses.options import Option
from regulars.understand.health.model import Performance
from regulars.understand.scope.model import EventScope

By = Literal["person", "order", "case", "session"]
Level = Literal["touchpoint", "event"]
Order = Literal["any_between", "strict", "any_order"]

ORDERS: tuple[Order, ...] = ("any_between", "strict", "any_order")

BY_TITLES: dict[By, Text] = {
    "person": Text("person", "客户"),
    "order": Text("order", "订单"),
    "case": Text("case", "工单"),
    "session": Text("visit", "访问"),
}
BY = Option(
    "by",
    Text("Journeys by", "统计对象"),
    Text(
        "Whose journeys: person, order, case or session.",
        "旅程的主体：person（客户）、order（订单）、case（工单）或 session（会话）。",
    ),
    default="person",
    choices=tuple(BY_TITLES.items()),
)
ORDER_TITLES: dict[Order, Text] = {
    "any_between": Text("in this order, anything may come between", "按顺序，中间可有其他步骤"),
    "strict": Text("directly one after another", "严格相邻"),
    "any_order": Text("in any order", "不限顺序"),
}
ALL_ACTORS: frozenset[str] = frozenset({"order", "case"})
"""What an order or a case goes through includes our own acts; a person's journey does not."""

OPEN_DAYS = 30
"""A journey whose last step is younger, counted from a Monday, may still go on: no drop-off."""


@dataclass(frozen=True, slots=True)
class Journeys:
    """What is asked: whose journeys, of which steps, within which extent.

    Journeys of a person hold the person's own acts (actor customer) only; those of an order or a
    case hold everybody's. `level` is the catalog's touchpoint (an event without one is called by
    its name) or always the event's name. `feedback` takes survey events in as steps.
    """

    extent: EventScope = field(default_factory=EventScope)
    by: By = "person"
    level: Level = "touchpoint"
    feedback: bool = False


@dataclass(frozen=True, slots=True)
class MapOptions:
    """How a map is asked for beside its extent; with `as_of`, only what was known by then."""

    by: By = "person"
    level: Level = "touchpoint"
    feedback: bool = False
    as_of: str | None = None


PERSONS = MapOptions()


@dataclass(frozen=True, slots=True)
class JourneyCounts:
    """Step 1 of R22: a touchpoint that the events have, whether or not the catalog knows it.

    `names` are the commonest event names in it.
    """

    step: str
    events: int
    known: bool
    stage: str | None
    names: list[str]


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds of waiting, from `n` transitions: mean, median with its interval, 90th percentile.

    Waits are kept in bins one percent wide, so medians and percentiles are exact to half a
    percent; the intervals are by order statistics, of the mean Student's.
    """

    n: int
    mean: Estimate
    median: Estimate
    p90: Estimate


@dataclass(frozen=True, slots=True)
class Node:
    """A step of the map. `cases` reached it; `starts` and `ends` count journeys.

    Of `ordered` arrivals, `backward` came after a step that the catalog expects later; None where
    it expects none in particular. `wait` is the time since the step before. A touchpoint that
    customers only rate has no events. `floor` is the performance below which it hurts in itself.
    """

    step: str
    title: Text
    stage: str | None
    known: bool
    events: int = 0
    cases: int = 0
    starts: int = 0
    ends: int = 0
    backward: int | None = None
    ordered: int = 0
    wait: Wait | None = None
    performance: Performance | None = None
    floor: float | None = None
    passed: Passed | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """How journeys through a step were rated, 0 to 100, against journeys that missed it.

    This goes with the step; it need not come from it.
    """

    n: int
    value: float
    low: float | None
    high: float | None
    others_n: int
    others: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Edge:
    """How often `target` directly followed `source` within one journey, and after which wait.

    `backward`: the catalog expects `target` before `source`; None where it has no order of both.
    """

    source: str
    target: str
    n: int
    backward: bool | None
    wait: Wait | None


@dataclass(frozen=True, slots=True)
class StageFlow:
    """Journeys that reached a stage; of those that ended there, how many may still go on.

    `dropped` reached no later stage and ended more than 30 to 36 days before the end of the data;
    its share is out of those that are decided (reached − open), None where no later stage was
    ever seen.
    """

    key: str
    title: Text
    reached: int
    continued: int
    open: int
    dropped: int
    share: Estimate


@dataclass(frozen=True, slots=True)
class Variant:
    """One sequence of steps, and how many journeys took exactly it."""

    steps: list[str]
    n: int


@dataclass(frozen=True, slots=True)
class Durations:
    """Seconds from the first to the last step of a journey."""

    n: int
    mean: Estimate
    median: Estimate


class MarkKind(StrEnum):
    """What a mark says about a touchpoint."""

    PAIN = "pain"
    OPPORTUNITY = "opportunity"


BELOW_FLOOR = "below_floor"
"""The kind of evidence that a touchpoint hurts in itself, however bad the others are."""


@dataclass(frozen=True, slots=True)
class MarkEvidence:
    """One tested reason: `kind` such as `low_score`, what was compared, and the q-value.

    `value` and `against` are in the unit of the kind (points 0-100, seconds, shares 0-1); `q` is
    the Benjamini-Hochberg adjusted p-value over all tests of the map, of `below_floor` p itself.
    """

    kind: str
    value: float
    low: float | None
    high: float | None
    against: float
    n: int
    p: float
    q: float
    text: Text


@dataclass(frozen=True, slots=True)
class Advice:
    """Step 5 of R22: what to do, at which layer (R16), within which horizon (R29), and why."""

    layer: str
    horizon: str
    text: Text
    because: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A touchpoint that is a pain point or an opportunity, with evidence and advice."""

    step: str
    title: Text
    kind: MarkKind
    stage: str | None
    area: str | None
    reached: int
    evidence: list[MarkEvidence]
    advice: list[Advice]

    @property
    def below_floor(self) -> MarkEvidence | None:
        """That it hurts in itself; None where it is only worse than others."""
        return next((one for one in self.evidence if one.kind == BELOW_FLOOR), None)


@dataclass(frozen=True, slots=True)
class JourneyMap:
    """The five steps of R22 in one answer: touchpoints, stages, marks, scores, advice."""

    by: By
    level: Level
    start: datetime | None
    end: datetime | None
    as_of: datetime
    events: int
    cases: int
    found: list[JourneyCounts]
    stages: list[StageFlow]
    nodes: list[Node]
    edges: list[Edge]
    variants: list[Variant]
    variants_total: int
    durations: Durations
    marks: list[Mark]
    tested: int
    asleep: list[str]


@dataclass(frozen=True, slots=True)
class Funnel:
    """Steps to go through, within `window_seconds` of the first, by whom and in which order."""

    steps: tuple[str, ...]
    window_seconds: int
    by: By = "person"
    order: Order = "any_between"
    slice_by: str | None = None


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """How many reached a step; the share of the first step, and of the step before.

    `wait` is seconds since the step before, of those who came from it. From a step on of which
    no event was ever received, nothing is measured.
    """

    step: str
    n: int | None
    of_first: Estimate
    of_before: Estimate
    wait: Wait | None


@dataclass(frozen=True, slots=True)
class FunnelSlice:
    """One slice of a funnel; `value` is None for all."""

    value: str | None
    steps: list[FunnelStep]


@dataclass(frozen=True, slots=True)
class MarkWords:
    """What somebody wrote; `person` is their id."""

    text: str
    score: float | None
    scale_max: float | None
    at: datetime
    person: str | None
    identities: list[str]
    channel: str | None
    place: str | None
