"""What a pain point costs: a comparison of matched customers; pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.kit.stats.estimate import Z, normal_p
from regulars.kit.text import Text
from regulars.understand.policy import FALSE_ALARM_RATE, MIN_SAMPLE

Floats = NDArray[np.float64]
FOLLOW_UP_DAYS = 91
"""Revenue is counted in so many days after the touch."""
WINDOW_DAYS = 182
"""Touches are looked for in so many days before the follow-up."""
CLEAN_DAYS = 91
"""Who met the pain point in so many days before the window belongs to neither side."""
BEFORE_DAYS = 365
"""What was bought in so many days before the touch is what customers are matched on."""
MIN_WINDOW = 28

MEANING = Text(
    "Customers who met a pain point are compared with customers who did not, over the 91 days "
    "after: only with those who were alike in what was known before (orders and spend "
    "of the year before, days since the last order, how long they are with us, how active they "
    "were in the month before, by which channel they buy, whether they browsed, began or "
    "completed an order on the day itself, and the time of year; coarsened exact matching, "
    "remaining differences are adjusted for). Affected customers without a match are left out, "
    "and the share left is shown. The difference is an association; only a pilot can prove "
    "that the pain point is the reason. At risk is the difference times the customers affected "
    "in the period.",
    "把遇到痛点的客户与未遇到的客户在之后 91 天内进行比较，且只与遇到之前情况相近的客户比较："
    "此前一年的订单与消费、距上次下单的天数、成为客户的时间、此前一个月的活跃程度、"
    "购买渠道、当天是否浏览、开始或完成下单以及时节（粗化精确匹配，并校正剩余差异）。"
    "没有匹配对象的客户不参与比较，并列出保留的比例。"
    "差异表示与痛点相关；痛点是否就是原因，只有试点才能证明。"
    "受影响金额等于差异乘以该时段遇到痛点的客户数。",
)

COVARIATES: Mapping[str, Text] = {
    "orders": Text("Orders of the year before", "此前一年的订单数"),
    "spend": Text("Spend of the year before", "此前一年的消费"),
    "recency": Text("Days since the last order", "距上次下单天数"),
    "tenure": Text("Days with us", "成为客户的天数"),
    "active": Text("Active days of the month before", "此前一个月的活跃天数"),
}
OUTCOMES = ("revenue", "value")
NAMES = (*OUTCOMES, *COVARIATES)
PAIRS = tuple((one, other) for place, one in enumerate(NAMES) for other in NAMES[place:])
FEW = 5
"""A side with fewer customers in a stratum says too little about its own variance."""
Spread = Callable[[float, float, float], float]
"""The variance of what is expected of customers, from sums of weighted amounts and squares."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Touched minus matched, per customer, with its 95 % interval and p-value."""

    value: float
    low: float
    high: float
    p: float

    def lost_by(self, count: float) -> Difference:
        """Return what `count` customers together bought less; positive is a loss."""
        return Difference(-self.value * count, -self.high * count, -self.low * count, self.p)


@dataclass(frozen=True, slots=True)
class Balance:
    """How far apart both sides were in one thing before, in standard deviations.

    `before` of all who could be compared, `after` among the matched; 0.1 and less is good.
    """

    key: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class MatchedDifference:
    """One outcome of the touched and of their matches: mean per customer, and the difference."""

    touched: float
    others: float
    difference: Difference


@dataclass(frozen=True, slots=True)
class Cost:
    """One pain point. `met` customers met it in the period; money in the finding's currency.

    `matched` of `candidates` touched customers found a match among `others`. `revenue` is that of
    the 91 days after, `value` the expected one of the next 12 months. `at_risk` is the revenue of
    91 days that goes with it for all who met it (positive: less was bought), `value_at_risk` the
    same of the lifetime value. `q` is adjusted for all pain points.
    """

    step: str
    title: Text
    why: list[Text]
    met: int
    candidates: int
    matched: int
    others: int
    revenue: MatchedDifference | None = None
    value: MatchedDifference | None = None
    at_risk: Difference | None = None
    value_at_risk: Difference | None = None
    q: float | None = None
    balance: list[Balance] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """`less`, `more`, `chance` (could be), or `few` without enough matches."""
        if self.revenue is None:
            return "few"
        if self.q is None or self.q > FALSE_ALARM_RATE:
            return "chance"
        return "less" if self.revenue.difference.value < 0 else "more"


@dataclass(frozen=True, slots=True)
class Costs:
    """The finding: pain points by what is at risk, the most first.

    `window_start` and `window_end` are between which touches were looked for; None with `why_not`
    when the data are too short. `money` says which currency it is and what is left out, where
    that surprises.
    """

    start: datetime | None
    end: datetime | None
    window_start: datetime | None
    window_end: datetime | None
    currency: str
    points: list[Cost] = field(default_factory=list)
    why_not: Text | None = None
    money: Text | None = None


@dataclass(frozen=True, slots=True)
class Strata:
    """Both sides of one pain point by stratum: entry [side, stratum], side 1 the touched.

    `n` days of `people`; `total` of each of NAMES, `cross` of each pair of them: sums of products.
    `keys` are the numbers of the strata.
    """

    keys: list[int]
    n: Floats
    people: Floats
    total: Mapping[str, Floats]
    cross: Mapping[tuple[str, str], Floats]

    def only(self, chosen: NDArray[np.bool_]) -> Strata:
        """Return the chosen strata."""
        return Strata(
            [key for key, kept in zip(self.keys, chosen, strict=True) if kept],
            self.n[:, chosen],
            self.people[:, chosen],
            {key: part[:, chosen] for key, part in self.total.items()},
            {key: part[:, chosen] for key, part in self.cross.items()},
        )

    def within(self, one: str, other: str) -> Floats:
        """Return the sum of products of deviations from the stratum's own means."""
        product = self.cross.get((one, other), self.cross.get((other, one)))
        assert product is not None
        spread: Floats = product - self.total[one] * self.total[other] / np.maximum(self.n, 1.0)
        return spread


def strata_of(rows: Sequence[Mapping[str, Any]]) -> Strata:
    """Return the strata of the rows of `queries.compared` for one pain point."""
    keys = {key: place for place, key in enumerate(sorted({row["stratum"] for row in rows}))}

    def column(name: str) -> Floats:
        made = np.zeros((2, len(keys)))
        for row in rows:
            made[int(row["touched"]), keys[row["stratum"]]] = row[name] or 0.0
        return made

    return Strata(
        list(keys),
        column("n"),
        column("people"),
        {key: column(key) for key in NAMES},
        {(one, other): column(f"{one}_{other}") for one, other in PAIRS},
    )


def matched(found: Strata) -> NDArray[np.bool_]:
    """Return which strata hold customers of both sides."""
    both: NDArray[np.bool_] = (found.n[0] > 0) & (found.n[1] > 0)
    return both


@dataclass(frozen=True, slots=True)
class Repeated:
    """What one person's several days add, of one outcome: `queries.repeated` for one step.

    `growth` is by how much the variance grows over that of so many different people, 1 at least.
    """

    growth: float = 1.0
    amounts: float = 0.0
    squares: float = 0.0


def repeated_of(row: Mapping[str, Any] | None, outcome: str) -> Repeated:
    """Read a row of `queries.repeated`."""
    if row is None or not row[f"{outcome}_days"]:
        return Repeated()
    growth = row[f"{outcome}_people"] / row[f"{outcome}_days"]
    return Repeated(max(growth, 1.0), row["amounts"], row["squares"])


def compare(
    strata: Strata, outcome: str, again: Repeated = Repeated(), spread: Spread | None = None
) -> MatchedDifference | None:
    """Return the mean difference over the matched touched, from sums by stratum; None if few.

    Each stratum counts with its touched customers (Iacus, King & Porro, Political Analysis 20
    (2012) 1-24). What is left of differences inside strata is taken out by the slopes among the
    others (Abadie & Imbens, JBES 29 (2011) 1-11). The variance is that of a stratified difference
    of means; a side with fewer than five customers in a stratum takes the variance pooled over
    all strata. It grows with the days that people stand for more than once (`again`), and where
    the outcome is foretold, by how sure that is (`spread`).
    """
    part = strata.only(matched(strata))
    n = part.n
    if n.shape[1] == 0 or n[1].sum() < MIN_SAMPLE:
        return None
    weight, slopes = n[1] / n[1].sum(), _slopes(part, outcome)
    means = part.total[outcome] / n
    gap = _centres(part, outcome, slopes)
    variance = _variance(part, _left(part, outcome, slopes), weight) * again.growth
    value, touched = float((weight * (gap[1] - gap[0])).sum()), float((weight * means[1]).sum())
    if spread is not None:
        variance += spread(again.amounts, again.squares, value)
    error = math.sqrt(variance)
    p = normal_p(value / error) if error > 0 else 1.0
    gone = Difference(value, value - Z * error, value + Z * error, p)
    return MatchedDifference(touched, touched - value, gone)


def terms(strata: Strata, step: str) -> list[dict[str, Any]]:
    """Return what each matched stratum and side gives a day as its part in the differences.

    `weight` of each day's outcome in the difference; `scaled` is the same made larger for what a
    stratum's own mean takes from the spread of few people, nothing where there is only one.
    """
    part = strata.only(matched(strata))
    if not part.keys:
        return []
    share = part.n[1] / part.n[1].sum()
    parts = []
    slopes = {outcome: _slopes(part, outcome) for outcome in OUTCOMES}
    centres = {outcome: _centres(part, outcome, slopes[outcome]) for outcome in OUTCOMES}
    of_outcome = {
        f"{outcome}_{key}": slope for outcome in OUTCOMES for key, slope in slopes[outcome].items()
    }
    for side in (0, 1):
        weight = (share if side else -share) / part.n[side]
        people = part.people[side]
        scaled = weight * np.sqrt(np.where(people > 1, people / np.maximum(people - 1, 1), 0.0))
        for at, key in enumerate(part.keys):
            named = {f"{outcome}_centre": float(centres[outcome][side, at]) for outcome in OUTCOMES}
            of = {"of_step": step, "of_stratum": key, "of_touched": side}
            parts.append(of | {"weight": float(weight[at]), "scaled": float(scaled[at])} | named
                        | of_outcome)  # fmt: skip
    return parts


def _centres(part: Strata, outcome: str, slopes: Mapping[str, float]) -> Floats:
    """Return each side's mean in each stratum without what goes with the covariates."""
    middle: Floats = part.total[outcome] / part.n
    for key, slope in slopes.items():
        middle = middle - slope * part.total[key] / part.n
    return middle


def _left(part: Strata, outcome: str, slopes: Mapping[str, float]) -> Floats:
    """Return the sum of squares around these means."""
    spread = part.within(outcome, outcome)
    for key, slope in slopes.items():
        spread = spread - 2 * slope * part.within(key, outcome)
        for other, second in slopes.items():
            spread = spread + slope * second * part.within(key, other)
    return np.maximum(spread, 0.0)


def _slopes(part: Strata, outcome: str) -> dict[str, float]:
    """Return by how much the outcome rises with each covariate inside strata, among the others."""
    keys = tuple(COVARIATES)
    square = np.array([[part.within(a, b)[0].sum() for b in keys] for a in keys])
    along = np.array([part.within(key, outcome)[0].sum() for key in keys])
    scale = np.sqrt(np.maximum(np.diag(square), 0.0))
    scale[scale == 0] = 1.0
    found, *_rest = np.linalg.lstsq(square / np.outer(scale, scale), along / scale, rcond=1e-6)
    return dict(zip(keys, (found / scale).tolist(), strict=True))


def _variance(part: Strata, spread: Floats, weight: Floats) -> float:
    """Return the variance of the weighted difference of both sides' means, each day by itself.

    Around the mean of few people there is less spread than there is among people.
    """
    n, people = part.n, part.people
    whole = np.where(people > 1, spread * people / np.maximum(people - 1, 1), 0.0)
    known = np.where(people > 1, n, 0.0).sum(axis=1)
    pooled = whole.sum(axis=1) / np.maximum(known, 1.0)
    # Where nobody of a side shares a stratum, the other side tells.
    pooled = np.where(known > 0, pooled, pooled[::-1])
    variance = np.where(people < FEW, pooled[:, None], whole / n)
    return float((weight**2 * variance / n).sum())


def balance(strata: Strata) -> list[Balance]:
    """Return the standardised differences before and after matching."""
    part, balances = strata.only(matched(strata)), []
    weight = part.n[1] / max(part.n[1].sum(), 1.0)
    n = strata.n.sum(axis=1)
    if n.min() < 2:
        return []
    for key in COVARIATES:
        means = strata.total[key].sum(axis=1) / n
        variance = strata.cross[key, key].sum(axis=1) / n - means**2
        deviation = math.sqrt(float(np.maximum(variance, 0.0).mean())) or 1.0
        inside = part.total[key] / part.n
        after = float((weight * (inside[1] - inside[0])).sum())
        balances.append(Balance(key, float(means[1] - means[0]) / deviation, after / deviation))
    return balances
