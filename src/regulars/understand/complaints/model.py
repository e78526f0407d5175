"""What a complaint funnel consists of; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from regulars.kit.errors import Invalid
from regulars.kit.stats.estimate import LEVEL, Estimate, empty
from regulars.kit.text import Text
from regulars.timeline.vocabulary import COMPLAINTS, ORDER_RETURNED, REFUNDS
from regulars.understand.policy import FALSE_ALARM_RATE, MIN_SAMPLE
from regulars.understand.received import Requirement, to_send
from regulars.understand.scope.model import EventFilter

BEFORE_DAYS = 14
MAX_BEFORE_DAYS = 90
"""How many days before a problem are looked at, unless the question says otherwise."""
LOOKBACK_DAYS = 30
"""A problem that names no touchpoint counts to the last step of at most so many days before."""
MIN_CASES = 5
"""A step that came before fewer problems is not told."""
CONTROLS = 30_000
"""About so many ordinary passages are compared with; of more, a sample of people is taken."""
MARGIN = 1.25
"""How many times that of all others a place's rate must be to stand out."""
TIMES = 2.0
"""How many times as often as usual a step must lie before problems to stand out."""
EXCESS = 10.0
"""By how many problems per 1,000 passages a place must lie above all others to stand out: some
steps draw more complaints than others in every company, and that alone is no trouble."""
RECORDED = 0.5
"""Where fewer of the problems follow a passage of the same customer, passages are not recorded."""
TAIL = (1 - LEVEL) / 2

MEANING = Text(
    "A complaint counts to the touchpoint that it names; one that names only where it was "
    "received, and a return or refund, counts to the last step of the same order, else of the same "
    f"customer, within {LOOKBACK_DAYS} days before; an order's returns, or its refunds and "
    "cancellation, are one problem. A visit is a customer at a touchpoint on one "
    "day, however much happened there. Rates are problems per 1,000 visits.",
    "投诉计入其所指明的触点；若只记录了受理处，以及退货和退款，则计入此前"
    f" {LOOKBACK_DAYS} 天内同一订单（否则同一客户）的最后一步；"
    "同一订单的退货、或其取消与退款，只算一个问题。"
    "一次触达指一位客户某日在某触点的到访，当日多次只计一次。比率为每千次触达的问题数。",
)
BEFORE_MEANING = Text(
    "Each customer's first problem of the period is compared with ordinary visits: how often the "
    "step lay within the days before. Beside it, the same against visits of the very touchpoint "
    "where the problem arose. These are associations, not causes.",
    "以每位客户在时间段内的首个问题与普通触达比较：此前若干天内出现该步骤的频率；"
    "并与问题所在触点的普通触达比较。它说明与问题的相关，而非因果。",
)
NO_PROBLEMS = Text(
    "No such problems in this period. Choose a longer period, or import complaints: events named "
    "“Complaint Made”, with the touchpoint they are about.",
    "该时间段内没有此类问题。请选择更长的时间段，或导入投诉："
    "名为“Complaint Made”并注明所涉触点的事件。",
)


class Problem(StrEnum):
    """What counts as a problem."""

    COMPLAINT = "complaint"
    RETURN = "return"
    REFUND = "refund"

    @property
    def names(self) -> tuple[str, ...]:
        """The customers' events that are one; `complaint` as the complaint rate counts them."""
        return tuple(sorted(NAMES[self]))

    @property
    def told(self) -> bool:
        """Whether its touchpoint can say where it arose; goods come back wherever they may."""
        return self is Problem.COMPLAINT

    @property
    def apart(self) -> tuple[str, ...]:
        """Events that are no passage of anything: the problems themselves and their kind."""
        return self.names if self.told else tuple(sorted({ORDER_RETURNED} | REFUNDS))


NAMES: Mapping[Problem, frozenset[str]] = {
    Problem.COMPLAINT: COMPLAINTS,
    Problem.RETURN: frozenset({ORDER_RETURNED}),
    Problem.REFUND: REFUNDS,
}
PROBLEM_TITLES: Mapping[Problem, Text] = {
    Problem.COMPLAINT: Text("Complaints", "投诉"),
    Problem.RETURN: Text("Returns", "退货"),
    Problem.REFUND: Text("Refunds and cancellations", "退款与取消"),
}


@dataclass(frozen=True, slots=True)
class ProblemParameters:
    """One question: which problems, in which extent, and how many days before them count."""

    look: EventFilter = field(default_factory=EventFilter)
    problem: Problem = Problem.COMPLAINT
    days: int = BEFORE_DAYS

    def about(self, **more: object) -> dict[str, object]:
        """Return the slice under which the finding is stored."""
        return self.look.about(problem=str(self.problem), days=self.days, **more)

    @classmethod
    def of(cls, about: Mapping[str, Any]) -> ProblemParameters:
        """Read what `about` wrote."""
        return cls(EventFilter.of(about), Problem(about["problem"]), about["days"])

    def __post_init__(self) -> None:
        if not 1 <= self.days <= MAX_BEFORE_DAYS:
            raise Invalid(
                "complaints.days",
                Text("Choose from 1 to 90 days before.", "请选择此前 1 至 90 天。"),
                field="days",
            )


@dataclass(frozen=True, slots=True)
class Place:
    """Problems of a stage or touchpoint: `n` of `people`, over `passages`.

    `share` is of all problems that have a place (0 to 1); `rate` per 1,000 passages. `ratio` is
    the rate over that of all others, `q` the p that it lies above them by no more than EXCESS,
    adjusted for all places; `marked` where it surely does. Where passages are not `recorded` there
    is no rate.
    """

    key: str
    stage: str | None
    n: int
    people: int
    passages: int
    share: Estimate
    rate: Estimate
    ratio: float | None = None
    q: float | None = None
    marked: bool = False
    recorded: bool = True


@dataclass(frozen=True, slots=True)
class Ratio:
    """How often something was seen over how often it is usual, with interval and adjusted p."""

    seen: float
    usual: float
    value: float
    low: float
    high: float
    p: float
    q: float | None = None

    @property
    def marked(self) -> bool:
        """Whether it is more than usual, beyond chance and by a margin."""
        return self.q is not None and self.q <= FALSE_ALARM_RATE and self.value >= TIMES


@dataclass(frozen=True, slots=True)
class Before:
    """A step before problems: it lay before `n` of them.

    `ordinary` compares with all passages, `same` with passages of the touchpoint of the problem.
    """

    touchpoint: str
    n: int
    ordinary: Ratio
    same: Ratio | None

    @property
    def marked(self) -> bool:
        """Whether it stands out in both: what always comes first at a touchpoint tells nothing."""
        return self.ordinary.marked and self.same is not None and self.same.marked


@dataclass(frozen=True, slots=True)
class Complaints:
    """The finding. Of `total` problems `named` name their touchpoint, `stepped` follow a step.

    `share` is the registry's complaint rate (in percent), for complaints only. `cases` are the
    first problems that `before` looks back from. Where such events were never received nothing is
    counted, and `missing` names them.
    """

    problem: Problem
    days: int
    total: int | None = None
    people: int | None = None
    named: int | None = None
    stepped: int | None = None
    share: Estimate | None = None
    stages: list[Place] = field(default_factory=list)
    touchpoints: list[Place] = field(default_factory=list)
    cases: int | None = None
    before: list[Before] = field(default_factory=list)
    start: datetime | None = None
    end: datetime | None = None
    missing: list[str] = field(default_factory=list)

    @property
    def why_not(self) -> Text | None:
        """What is said where there are no problems, or nobody could have told of any."""
        if self.missing:
            return to_send([Requirement(frozenset(self.missing))])
        return None if self.total else NO_PROBLEMS

    @property
    def unplaced(self) -> int | None:
        """Problems of which nobody knows where they arose."""
        if self.total is None:
            return None
        return self.total - (self.named or 0) - (self.stepped or 0)


@dataclass(frozen=True, slots=True)
class Said:
    """One problem in the customer's words."""

    text: str
    at: datetime
    channel: str | None
    place: str | None
    person: str | None


@dataclass(frozen=True, slots=True)
class Had:
    """One person's problem. `named` when it names its touchpoint; else the last step's is told."""

    problem: Problem
    at: datetime
    touchpoint: str | None
    named: bool
    text: str | None
    channel: str | None
    place: str | None


def per_thousand(n: int, squares: float, passages: int) -> Estimate:
    """Return problems per 1,000 passages with a 95 % interval; None below 30 passages.

    `squares` is the sum over people of their squared number of problems: people who complain
    again and again make the interval wider. Garwood's exact interval (Biometrika 28 (1936)
    437-442) on the effective count n²/squares.
    """
    if passages < MIN_SAMPLE or n > passages:
        return replace(empty(), n=passages)
    from scipy import stats

    again = squares / n if n else 1.0
    count = n / again
    low = float(stats.chi2.ppf(TAIL, 2 * count)) / 2 if count else 0.0
    high = float(stats.chi2.ppf(1 - TAIL, 2 * count + 2)) / 2
    factor = 1000.0 * again / passages
    return Estimate(passages, 1000.0 * n / passages, low * factor, high * factor)
