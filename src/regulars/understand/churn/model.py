"""What is asked of early warning, what a model is, and what is told; pure rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.kit.stats.estimate import Estimate, Z
from regulars.kit.text import Text
from regulars.understand.findings.model import Learnt

Array = npt.NDArray[np.float64]
AHEAD = 91
"""Days ahead: three months, after which the source texts call a silent customer dormant (R44)."""
CUTS = (0, 30)
"""A model learns from as many cuts, so many days before the last one whose outcome is known."""
MIN_DAYS = 60
"""Days of watching before the first cut that is learnt from."""
MIN_LOST = 50
"""With fewer customers on either side a model would learn names by heart."""
LISTED = 200
BINS = 10
WARNED = 0.10
REASONS = 3

FEATURES = {
    "silence": Text("Days since last activity", "距上次行为的天数"),
    "days": Text("Active days", "有行为的天数"),
    "tenure": Text("Days since first activity", "距首次行为的天数"),
    "days_30": Text("Active days in the last 30", "近 30 天有行为的天数"),
    "days_91": Text("Active days in the last 91", "近 91 天有行为的天数"),
    "orders": Text("Orders", "订单数"),
    "spent": Text("Total order amount", "累计订单金额"),
    "complaints": Text("Complaints in the last 91 days", "近 91 天投诉次数"),
    "contacts": Text("Contacts in the last 91 days", "近 91 天联系次数"),
    "score": Text("Mean score in the last 182 days", "近 182 天平均评分"),
    "rhythm": Text(
        "Silence relative to the usual rhythm (BG/NBD)", "沉默时长与自身节奏之比（BG/NBD）"
    ),
}
"""What a model may look at; all counted from customers' own actions known by the cut."""
LOGARITHMIC = frozenset(FEATURES) - {"score", "rhythm"}

RECENCY, BGNBD, LINEAR, TREES = "recency", "bgnbd", "linear", "trees"
CANDIDATES = {
    RECENCY: Text("Recency only", "仅看最近一次行为"),
    BGNBD: Text("BG/NBD", "BG/NBD"),
    LINEAR: Text("Linear model with splines", "线性模型（样条）"),
    TREES: Text("Additive trees", "可加树模型"),
}
"""From the simplest to the least simple."""

MEANING = Text(
    "Probability that a customer does nothing at all in the next 91 days (or, where an event "
    "counts as churn, that it happens). Trained and tested in time order: nothing that became "
    "known after a cut-off is used at it. The simplest model that is as good as the best is "
    "selected. Beside each probability is the share of customers with this score who churned in "
    "the back-test.",
    "客户在未来 91 天内没有任何行为的概率（若选定了流失事件，则为该事件发生的概率）。训练与检验均按"
    "时间先后进行：截点之后才知道的信息一概不用。在效果相当的模型中采用最简单的一个。概率旁列出"
    "回测中同等评分客户的实际流失比例。",
)


def expit(log_odds: Any) -> Any:
    """Return the chances of log odds."""
    from scipy import special  # who only reads the declaration does not wait for it

    return special.expit(log_odds)


@dataclass(frozen=True, slots=True)
class Seen:
    """Customers at a cut: ids, feature columns (NaN: unknown), and what came of them later.

    `lost` is 1 for who was lost within `AHEAD` days after the cut; `lost_after` the days until a
    chosen event of leaving, NaN without.
    """

    cut: date
    ids: npt.NDArray[np.object_]
    columns: dict[str, Array]
    lost: Array
    lost_after: Array

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, chosen: npt.NDArray[np.intp]) -> Seen:
        """Return some of the customers."""
        columns = {name: values[chosen] for name, values in self.columns.items()}
        return Seen(self.cut, self.ids[chosen], columns, self.lost[chosen],
                    self.lost_after[chosen])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """What a feature adds to the log odds: straight lines between (`at`, `adds`), flat beyond.

    `at` is on the feature's working scale (`worked`). `unknown` is added where it is missing.
    Over the customers learnt from, what a shape adds is zero on average.
    """

    feature: str
    at: list[float]
    adds: list[float]
    unknown: float = 0.0


@dataclass(frozen=True, slots=True)
class Additive:
    """Log odds of being lost: an intercept plus one shape a feature, whatever was fitted."""

    intercept: float
    shapes: list[Shape]

    def parts(self, columns: dict[str, Array]) -> dict[str, Array]:
        """Return what each feature adds to each customer's log odds."""
        return {shape.feature: _added(shape, columns[shape.feature]) for shape in self.shapes}

    def centred_on(self, columns: dict[str, Array]) -> Additive:
        """Return the same model with what each feature adds measured from these customers' mean."""
        means = {name: float(added.mean()) for name, added in self.parts(columns).items()}
        shapes = [
            Shape(one.feature, one.at, [y - means[one.feature] for y in one.adds],
                  one.unknown - means[one.feature])
            for one in self.shapes
        ]  # fmt: skip
        return Additive(self.intercept + sum(means.values()), shapes)

    def chance(self, columns: dict[str, Array], n: int) -> Array:
        """Return each customer's chance of being lost."""
        total = np.full(n, self.intercept)
        for added in self.parts(columns).values():
            total += added
        result: Array = expit(total)
        return result


def _added(shape: Shape, values: Array) -> Array:
    scaled = worked(shape.feature, values)
    known = np.isfinite(scaled)
    inside = np.interp(np.where(known, scaled, 0.0), shape.at, shape.adds)
    return np.where(known, inside, shape.unknown)


def log_odds(chance: Array) -> Array:
    """Return log(chance / (1 - chance)), finite also where a model was certain."""
    held = np.clip(chance, 1e-9, 1 - 1e-9)
    result: Array = np.log(held) - np.log1p(-held)
    return result


def worked(feature: str, values: Array) -> Array:
    """Return the feature on the scale models work on: counts and times as log(1 + value)."""
    return np.log1p(np.maximum(values, 0.0)) if feature in LOGARITHMIC else values


@dataclass(frozen=True, slots=True)
class Bin:
    """Customers rated between two chances, and the share of them that was lost, with interval."""

    least: float
    most: float
    said: float
    lost: Estimate


@dataclass(frozen=True, slots=True)
class Calibration:
    """What became of the active customers of the back-test, as a line over the foretold log odds.

    `covariance` is that of intercept and slope; `n` the customers it rests on.
    """

    intercept: float
    slope: float
    covariance: tuple[tuple[float, float], tuple[float, float]]
    n: int

    def band(self, chance: Array) -> tuple[Array, Array]:
        """Return the ends of the 95 % interval of the share lost among customers rated so."""
        odds = log_odds(chance)
        (first, both), (_both, second) = self.covariance
        middle = self.intercept + self.slope * odds
        reach = Z * np.sqrt(np.maximum(first + 2 * both * odds + second * odds**2, 0.0))
        return expit(middle - reach), expit(middle + reach)


@dataclass(frozen=True, slots=True)
class ModelCandidate:
    """One model in the back-test.

    `auc` over all customers, `auc_again` over those with more than one day of actions; `loss` is
    the mean log loss; `slope` of the calibration line (1: neither too bold nor too shy).
    """

    key: str
    auc: Estimate
    auc_again: Estimate
    loss: float
    slope: float | None
    worse: float | None
    as_good: bool


@dataclass(frozen=True, slots=True)
class ChurnBackTest:
    """What models learnt before `cut` said of the days after it.

    `lift` is how many times more often the tenth of the active customers with the highest chance
    was lost than active customers at large; `caught` the share of those lost who stood in it;
    `lead` the median days between the warning and the loss.
    """

    cut: date
    learnt_from: list[date]
    customers: int
    base: Estimate
    active_base: Estimate
    candidates: list[ModelCandidate]
    bins: list[Bin]
    lift: Estimate
    caught: Estimate
    lead: Estimate
    calibration: Calibration | None = None


@dataclass(frozen=True, slots=True)
class ChurnReason:
    """Why a customer's chance is as it is: the feature, its value, what it adds to the log odds."""

    feature: str
    value: float | None
    adds: float


@dataclass(frozen=True, slots=True)
class Warned:
    """One customer of the list.

    `value` is expected in 12 months if the customer stays, `at_stake` chance times value.
    """

    person: str
    chance: float
    low: float | None
    high: float | None
    n: int
    silence: int
    value: float | None
    at_stake: float | None
    reasons: list[ChurnReason] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """The whole finding; `why_not` says what is missing when there is no model."""

    event: str | None
    n: int
    active: int
    watched_to: date | None
    why_not: Text | None = None
    used: str | None = None
    model: Additive | None = None
    rhythm: tuple[float, float, float, float] | None = None
    currency: str | None = None
    money: Text | None = None
    back_test: ChurnBackTest | None = None
    expected_lost: Estimate | None = None
    at_stake: float | None = None
    warned: list[Warned] = field(default_factory=list)
    learnt: Learnt | None = None


def reasons_of(row: dict[str, Any]) -> list[ChurnReason]:
    """Return a row's reasons: the features that raise the chance most."""
    return [
        ChurnReason(row[f"reason_{at}"], row[f"seen_{at}"], row[f"adds_{at}"])
        for at in range(1, REASONS + 1)
        if row[f"reason_{at}"] is not None
    ]
