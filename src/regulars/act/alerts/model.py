"""What a rule watches and what an alert is; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from regulars.kit.text import Text

WEEKS_A_MONTH = 365.25 / 12 / 7


class AlertKind(StrEnum):
    """What sort of thing a rule watches."""

    METRIC = "metric"
    LEVEL = "level"
    TOPIC = "topic"


class Grain(StrEnum):
    """How long one looked-at period is."""

    WEEK = "week"
    MONTH = "month"


def kind_of(metric: str) -> AlertKind:
    """Return what sort of thing is watched under that key."""
    return {NEGATIVE_SHARE: AlertKind.LEVEL, TOPIC_SHARE: AlertKind.TOPIC}.get(
        metric, AlertKind.METRIC
    )


class Way(StrEnum):
    """Which changes raise an alert."""

    WORSE = "worse"
    BETTER = "better"
    ANY = "any"


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    MUTED = "muted"


STATE_TITLES: Mapping[AlertState, Text] = {
    AlertState.OPEN: Text("open", "待处理"),
    AlertState.ACKNOWLEDGED: Text("acknowledged", "已确认"),
    AlertState.SNOOZED: Text("snoozed", "已暂缓"),
    AlertState.MUTED: Text("muted", "已忽略"),
}
WAY_TITLES: Mapping[Way, Text] = {
    Way.WORSE: Text("when it gets worse", "变差时"),
    Way.BETTER: Text("when it gets better", "变好时"),
    Way.ANY: Text("when it changes", "变化时"),
}
GRAIN_TITLES: Mapping[Grain, Text] = {
    Grain.WEEK: Text("each week", "每周"),
    Grain.MONTH: Text("each month", "每月"),
}
DIMENSIONS = ("touchpoint", "channel", "place")
"""What a rule may look at slice by slice."""
NEGATIVE_SHARE = "negative_level_share"
NEGATIVE_TITLE = Text("Share of negative experiences (L1)", "消极体验占比（L1）")
TOPIC_SHARE = "topic_share"
TOPIC_TITLE = Text("Topic mention rate", "话题提及率")
OWN_TITLES: Mapping[str, Text] = {NEGATIVE_SHARE: NEGATIVE_TITLE, TOPIC_SHARE: TOPIC_TITLE}
"""What is watched that is no metric of the registry."""

BUDGET: Mapping[Grain, float] = {Grain.WEEK: 0.25, Grain.MONTH: 0.1}
"""False alerts of metrics that are accepted in a month, by grain; with the levels' and the topics'
0.05 a month each the company's whole is 0.45."""
TOPIC_BUDGET = 0.05
"""False alerts of topics that are accepted in a month."""
MAX_P = 0.01
"""However few tests share the budget, nothing less unusual than this raises an alert."""
AGAIN_DAYS = 60
"""A change in the same slice and direction joins an alert that was last seen so lately."""
SNOOZE_DAYS = 7

MEANING = Text(
    "Once a week or month each rule compares the last whole period with the periods before it. A "
    "value raises an alert only if it lies beyond their usual variation so far that, over all "
    "groups of all rules, at most 0.45 false alerts a month are expected. Each period is tested "
    "once, so checking more often raises no more alerts. Where a month holds too few answers to "
    "tell, as in a single store, the last three or six months are compared with the year before.",
    "每条规则每周或每月将最近一个完整周期与此前各周期比较。只有超出通常波动、且使全部规则的全部分组"
    "每月预期误报不超过 0.45 条时才会发出异动提醒。每个周期只检验一次，因此多次查看不会增加误报。"
    "单月数据过少时（如单个门店），以最近三或六个月与此前一年比较。",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What is watched: a metric of the registry (or a level share), filtered, slice by slice.

    `by` is "" for the whole or one of DIMENSIONS. `owner` is a member of staff's id; without one
    the touchpoint's owner of the catalog gets the alert. `preset` names a rule that ships.
    """

    id: str
    kind: AlertKind
    metric: str
    by: str
    grain: Grain
    way: Way
    filters: dict[str, str] = field(default_factory=dict)
    owner: str | None = None
    active: bool = True
    preset: str | None = None
    made_by: str = ""


@dataclass(frozen=True, slots=True)
class AlertChange:
    """A change that deserves a person, not yet kept.

    `usual` with its ends is what the period would usually have shown. `worse` tells the way.
    """

    rule: Rule
    slice: dict[str, str]
    start: datetime
    end: datetime
    n: int
    value: float
    low: float | None
    high: float | None
    unit: str
    usual: float
    usual_low: float
    usual_high: float
    p: float
    worse: bool


@dataclass(frozen=True, slots=True)
class Alert:
    """A kept alert. `again` counts later periods of the same change.

    `owner` is a staff id, or "" where nobody was found; `owner_name` is what the owner is called.
    """

    id: str
    rule: str
    metric: str
    grain: Grain
    slice: dict[str, str]
    start: datetime
    end: datetime
    n: int
    value: float
    low: float | None
    high: float | None
    unit: str
    usual: float
    usual_low: float
    usual_high: float
    p: float
    worse: bool
    owner: str
    owner_name: str
    state: AlertState
    raised_at: datetime
    seen_at: datetime
    again: int = 0
    snoozed_until: datetime | None = None
    changed_by: str = ""

    def stands(self, now: datetime) -> AlertState:
        """Return its state now: a snooze that is over is open again."""
        over = self.snoozed_until is not None and self.snoozed_until <= now
        return AlertState.OPEN if self.state is AlertState.SNOOZED and over else self.state


@dataclass(frozen=True, slots=True)
class Listed:
    """An alert as it is told: its present state, what it is about and where, as one sentence."""

    alert: Alert
    state: AlertState
    metric: Text
    where: Text
    told: Text

    @property
    def title(self) -> Text:
        """What its state is called."""
        return STATE_TITLES[self.state]

    @property
    def unit(self) -> str:
        """The unit of its numbers."""
        return self.alert.unit


@dataclass(frozen=True, slots=True)
class Inbox:
    """Alerts, the newest first; which rules could not be checked, and which mails wait."""

    alerts: list[Listed]
    broken: list[Text]
    unsent: int = 0
    mail_error: Text | None = None
