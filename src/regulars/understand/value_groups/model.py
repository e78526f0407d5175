"""Groups of customers by value: scores, exact quotas, cuts and reasons; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from regulars.kit.text import Text

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]
People = Sequence[str] | NDArray[np.object_]


class Group(StrEnum):
    """The value groups, the most valuable first."""

    CORE = "core"
    POTENTIAL = "potential"
    BASE = "base"


GROUPS = tuple(Group)
QUOTAS: Mapping[Group, int] = {Group.CORE: 20, Group.POTENTIAL: 50, Group.BASE: 30}
"""Percent of all customers, exact at each assignment (R38)."""
GROUP_TITLES: Mapping[Group, Text] = {
    Group.CORE: Text("Core", "核心客户"),
    Group.POTENTIAL: Text("Potential", "潜力客户"),
    Group.BASE: Text("Base", "基础客户"),
}


class Segment(StrEnum):
    """The second cut (R39): what to do about whom."""

    HIGH_VALUE = "high_value"
    POTENTIAL = "potential"
    AT_RISK = "at_risk"
    REST = "rest"


SEGMENTS = tuple(Segment)
SEGMENT_TITLES: Mapping[Segment, Text] = {
    Segment.HIGH_VALUE: Text("High value", "高价值客户"),
    Segment.POTENTIAL: Text("Potential", "潜力客户"),
    Segment.AT_RISK: Text("Churn risk", "流失风险客户"),
    Segment.REST: Text("Other customers", "其他客户"),
}
STRATEGIES: Mapping[Segment, Text] = {
    Segment.HIGH_VALUE: Text(
        "Keep: a personal contact, early access, benefits of choice; ask what would delight them.",
        "维系：专属顾问、优先体验、定制权益；主动了解怎样才能带来惊喜。",
    ),
    Segment.POTENTIAL: Text(
        "Raise: threshold coupons and multiplied points at the touchpoints they already use.",
        "提升：在其常用触点提供满减券与积分加倍。",
    ),
    Segment.AT_RISK: Text(
        "Win back: find the last bad experience, answer it personally, then invite them again.",
        "挽回：找到最近一次不佳体验，由专人回应，再邀请其回来。",
    ),
    Segment.REST: Text(
        "Welcome: a gift for new customers or a first-order discount, and fewer steps.",
        "引导：新客礼或首单优惠，减少操作步骤。",
    ),
}
SILENCE = 3.0
"""At risk is who is silent for longer than this times the own usual interval between actions…"""
MIN_SILENCE = 45
"""…but not before this many days; with a single active day this counts from LONE_SILENCE on."""
LONE_SILENCE = 91

DIMENSIONS = ("spend", "frequency", "depth")
DIMENSION_TITLES: Mapping[str, Text] = {
    "spend": Text("Spend", "消费金额"),
    "frequency": Text("Orders", "购买频次"),
    "depth": Text("Interaction depth", "互动深度"),
}

MEANING = Text(
    "Customers are people who have ordered or signed up. They are ranked by spend (orders less "
    "refunds), number of orders, and interaction depth (days with own activity other than "
    "orders) of the window. The three ranks, as shares of all customers, are weighted and added "
    "to a score. The highest 20 % are core, the next 50 % potential, the last 30 % base, exact to "
    "one customer by largest remainder. Ties at a cut-off are split at random, always the same way "
    "for the same data.",
    "客户指下过单或注册过的人。按统计窗口内的消费金额（订单减退款）、订单数与互动深度（除下单外有自主行为的天数）"
    "对全部客户排序，三项名次占比加权求和为得分。得分最高的 20 % 为核心客户，其后 50 % 为潜力客户，"
    "最后 30 % 为基础客户，按最大余数法精确到一人。分界处同分者随机分配，"
    "同样的数据总得同样的结果。",
)

NOBODY = Text(
    "Nobody has ordered or signed up yet, so there is nobody to group. Import orders or sign-ups.",
    "还没有人下单或注册，无法分组。请先导入订单或注册记录。",
)
NONE_YET = Text(
    "No groups are assigned yet: import orders or sign-ups, then refresh.",
    "尚未分组：请先导入订单或注册记录，再执行刷新。",
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The declared weights and window; `number` counts the versions, 0 the product's own."""

    spend: float = 0.5
    frequency: float = 0.3
    depth: float = 0.2
    days: int = 365
    number: int = 0

    @property
    def weights(self) -> tuple[float, float, float]:
        """The weights as shares of 1, in the order of DIMENSIONS."""
        whole = self.spend + self.frequency + self.depth
        return self.spend / whole, self.frequency / whole, self.depth / whole


@dataclass(frozen=True, slots=True)
class Placed:
    """Scores (0 to 1) and group codes (position in GROUPS) of all customers, and the cuts.

    A cut is the lowest score of the group above it; None where a group is empty. `drawn` marks
    those whose group the keyed hash decided.
    """

    scores: Floats
    groups: Codes
    drawn: NDArray[np.bool_]
    cuts: dict[str, float | None]


def quotas(count: int) -> dict[Group, int]:
    """Return how many of `count` customers each group has: largest remainder, ties to the higher.

    Hamilton's method: floors of the exact shares, what is left to the largest fractions. Of 7
    customers 1.4, 3.5 and 2.1 are due to core, potential and base: 1, 4 and 2.
    """
    exact = {group: count * QUOTAS[group] for group in GROUPS}
    made = {group: exact[group] // 100 for group in GROUPS}
    rest = count - sum(made.values())
    order = sorted(GROUPS, key=lambda group: (-(exact[group] % 100), GROUPS.index(group)))
    for group in order[:rest]:
        made[group] += 1
    return made


def shares_below(values: Floats) -> Floats:
    """Return the share of the others that have less than each value (percent rank, 0 to 1)."""
    if len(values) < 2:
        return np.zeros(len(values))
    order = np.argsort(values)
    arranged = values[order]
    begins = np.flatnonzero(np.concatenate(([True], arranged[1:] != arranged[:-1])))
    lengths = np.diff(np.append(begins, len(values)))
    found = np.empty(len(values))
    found[order] = np.repeat(begins, lengths) / (len(values) - 1)
    return found


def place(values: Sequence[Floats], people: People, rules: Rules, key: bytes) -> Placed:
    """Return scores and groups of `people` from their spend, frequency and depth.

    Nothing depends on the order of rows: scores are sums of ranks in a fixed order, and equal
    scores at a cut are parted by BLAKE2b of the person under `key`, the lower hash going up.
    """
    count = len(people)
    scores = np.zeros(count)
    for weight, column in zip(rules.weights, values, strict=True):
        scores += weight * shares_below(np.asarray(column, dtype=np.float64))
    groups = np.full(count, len(GROUPS) - 1, dtype=np.int8)
    drawn = np.zeros(count, dtype=bool)
    cuts: dict[str, float | None] = {}
    for code, group in reversed(list(enumerate(GROUPS[:-1]))):
        above = sum(quotas(count)[one] for one in GROUPS[: code + 1])
        chosen, tied, cut = _top(scores, people, above, key)
        groups[chosen] = code
        drawn |= tied
        cuts[group] = cut
    return Placed(scores, groups, drawn, cuts)


def _top(
    scores: Floats, people: People, count: int, key: bytes
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], float | None]:
    """Return which are the `count` highest, who of them or below was drawn, and the lowest score.

    The first `count` of the higher groups are always the same: a cut above takes from these.
    """
    nobody = np.zeros(len(scores), dtype=bool)
    if count == 0:
        return nobody, nobody, None
    cut = float(np.partition(scores, len(scores) - count)[len(scores) - count])
    chosen, level = scores > cut, scores == cut
    room = count - int(chosen.sum())
    tied = np.flatnonzero(level)
    if room == len(tied):
        return chosen | level, nobody, cut
    chosen[tied[_drawn(np.asarray(people, dtype=object)[tied].tolist(), room, key)]] = True
    return chosen, level, cut


def _drawn(names: Sequence[str], room: int, key: bytes) -> NDArray[np.intp]:
    """Return the positions of the `room` people with the lowest BLAKE2b under `key`.

    Should two hashes be equal just there, the names decide.
    """
    begin = hashlib.blake2b(key=key[:64], digest_size=8).copy
    found = []
    for name in names:  # the hot loop where a third of the customers never bought
        one = begin()
        one.update(name.encode())
        found.append(one.digest())
    draws = np.frombuffer(b"".join(found), dtype=">u8").astype(np.uint64)
    last = np.partition(draws, room - 1)[room - 1] if room else np.uint64(0)
    surely = np.flatnonzero(draws < last) if room else np.empty(0, dtype=np.intp)
    level = sorted(np.flatnonzero(draws == last).tolist(), key=lambda at: names[at])
    rest = np.array(level[: room - len(surely)], dtype=np.intp)
    return np.concatenate((surely, rest))


def segments(groups: Codes, silent_days: Floats, active_days: Floats, span_days: Floats) -> Codes:
    """Return the second cut (position in SEGMENTS).

    `silent_days` since the last own action, `active_days` with one in the window, `span_days`
    from the first to the last of them. Core and potential customers who are silent for longer
    than three times their usual interval (and 45 days; 91 with a single active day) are at risk.
    """
    usual = np.where(active_days > 1, span_days / np.maximum(active_days - 1, 1), 0.0)
    patience = np.where(active_days > 1, np.maximum(SILENCE * usual, MIN_SILENCE), LONE_SILENCE)
    core, potential = GROUPS.index(Group.CORE), GROUPS.index(Group.POTENTIAL)
    made = np.full(len(groups), SEGMENTS.index(Segment.REST), dtype=np.int8)
    made[groups == potential] = SEGMENTS.index(Segment.POTENTIAL)
    made[groups == core] = SEGMENTS.index(Segment.HIGH_VALUE)
    valued = groups != GROUPS.index(Group.BASE)
    made[valued & (silent_days > patience)] = SEGMENTS.index(Segment.AT_RISK)
    return made


class MoveReason(StrEnum):
    """Why somebody's group changed; the first that applies."""

    SPEND_UP = "spend_up"
    SPEND_DOWN = "spend_down"
    FREQUENCY_UP = "frequency_up"
    FREQUENCY_DOWN = "frequency_down"
    DEPTH_UP = "depth_up"
    DEPTH_DOWN = "depth_down"
    RULES = "rules"
    DRAWN = "drawn"
    OTHERS = "others"


REASONS = tuple(MoveReason)
REASON_TITLES: Mapping[MoveReason, Text] = {
    MoveReason.SPEND_UP: Text("spends more", "消费增加"),
    MoveReason.SPEND_DOWN: Text("spends less", "消费减少"),
    MoveReason.FREQUENCY_UP: Text("orders more often", "购买更频繁"),
    MoveReason.FREQUENCY_DOWN: Text("orders less often", "购买减少"),
    MoveReason.DEPTH_UP: Text("interacts more", "互动增加"),
    MoveReason.DEPTH_DOWN: Text("interacts less", "互动减少"),
    MoveReason.RULES: Text("the rules changed", "规则已调整"),
    MoveReason.DRAWN: Text("tie at a cut-off, split at random", "同分随机分配"),
    MoveReason.OTHERS: Text("unchanged, others moved past", "自身不变，他人名次变化"),
}


def reasons(
    before: Sequence[Floats],
    after: Sequence[Floats],
    moved_up: NDArray[np.bool_],
    ranks: tuple[Sequence[Floats], Sequence[Floats]],
    weights: Sequence[float],
    *,
    drawn: NDArray[np.bool_],
    same_rules: bool,
) -> Codes:
    """Return why each of the changed moved (position in REASONS).

    Of the dimensions whose own value changed in the direction of the move, the one whose
    weighted rank moved farthest in it. Without such a one: the rules, the draw, or the others.
    """
    count = len(moved_up)
    sign = np.where(moved_up, 1.0, -1.0)
    best, most = np.full(count, -1), np.zeros(count)
    for number, weight in enumerate(weights):
        own = np.sign(after[number] - before[number]) == sign
        push = np.where(own, weight * (ranks[1][number] - ranks[0][number]) * sign, -1.0)
        better = push > most
        best, most = np.where(better, number, best), np.where(better, push, most)
    fallback = np.where(drawn, REASONS.index(MoveReason.DRAWN), REASONS.index(MoveReason.OTHERS))
    if not same_rules:
        fallback = np.full(count, REASONS.index(MoveReason.RULES))
    own_reason = 2 * best + np.where(moved_up, 0, 1)
    found: Codes = np.where(best >= 0, own_reason, fallback).astype(np.int8)
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One group or segment: how many, their spend in all, the mean with its 95 % interval."""

    key: str
    n: int
    spend: float
    mean: float | None
    low: float | None
    high: float | None
    orders: float | None
    depth: float | None


@dataclass(frozen=True, slots=True)
class GroupShare:
    """A share with n and Wilson interval."""

    n: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Move:
    """How many went from one group to another, and why."""

    before: str
    after: str
    n: int
    reasons: dict[str, int]


def reached(values: Floats, count: int) -> tuple[float | None, int | None]:
    """Return the lowest value above 0 that at most `count` customers reach, and how many do.

    Where the cut falls among equal values, it is the next higher one. (None, None) without any.
    """
    steps, sizes = np.unique(values[values > 0], return_counts=True)
    above = np.cumsum(sizes[::-1])[::-1]
    fits = np.flatnonzero(above <= count)
    if not len(fits):
        return None, None
    return float(steps[fits[0]]), int(above[fits[0]])


@dataclass(frozen=True, slots=True)
class Threshold:
    """The tier that a group's cut proposes: `score` to reach, and what reaches it alone.

    `customers` are at or above the cut. `spend` and `orders` are what these many, or as many as can
    be told apart, reach by the one dimension; `spend_reached` and `orders_reached` count who does.
    """

    group: str
    customers: int
    score: float | None
    spend: float | None
    spend_reached: int | None
    orders: float | None
    orders_reached: int | None


@dataclass(frozen=True, slots=True)
class GroupOverview:
    """What the page shows of the last assignment; `money` says which currency, if it surprises.

    `drawn` customers had equal scores at a cut, so that a draw decided their group; `chance` is
    their share.
    """

    as_of: datetime
    rules: Rules
    currency: str
    customers: int
    groups: list[Row]
    segments: list[Row]
    moves: list[Move]
    stability: GroupShare
    accuracy: GroupShare
    thresholds: list[Threshold]
    before: datetime | None = None
    new: int = 0
    drawn: int = 0
    chance: GroupShare = field(default_factory=lambda: GroupShare(0, None, None, None))
    history: list[str] = field(default_factory=list)
    money: Text | None = None

    @property
    def why_not(self) -> Text | None:
        """Why there is nothing to show; None where there is."""
        return None if self.customers else NOBODY
