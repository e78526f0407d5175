"""Histories of purchases, the two models' parameters, and what is told of a customer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from regulars.kit.stats.estimate import Estimate, Z
from regulars.kit.text import Text
from regulars.understand.findings.model import Learnt

Array = npt.NDArray[np.float64]
Parameters = TypeVar("Parameters")


@dataclass(frozen=True, slots=True)
class Histories:
    """Customers as the models see them, one entry each; times in days.

    `repeats` is the number of further days with a purchase after the first, `last` the time from
    the first to the last of them (0 without), `age` from the first to the end of watching.
    `spent` is the amount of the repeat purchases together.
    """

    repeats: Array
    last: Array
    age: Array
    spent: Array

    def __len__(self) -> int:
        return len(self.repeats)

    @property
    def mean(self) -> Array:
        """The mean amount of a repeat purchase, 0 without one."""
        return np.divide(self.spent, self.repeats, out=np.zeros(len(self)), where=self.repeats > 0)


@dataclass(frozen=True, slots=True)
class Grouped:
    """Histories in which equal ones are one entry that counts `count`."""

    repeats: Array
    last: Array
    age: Array
    count: Array


@dataclass(frozen=True, slots=True)
class Purchasing:
    """BG/NBD: purchase rates are gamma(r, alpha) over customers, dropout beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Gamma-Gamma: amounts are gamma(p, v), v over customers gamma(q, gamma)."""

    p: float
    q: float
    gamma: float


@dataclass(frozen=True, slots=True)
class Fit(Generic[Parameters]):
    """Parameters with their log likelihood, the n they rest on and whether the search ended well.

    `covariance` is that of the logarithms of the parameters.
    """

    model: Parameters
    log_likelihood: float
    n: int
    covariance: tuple[tuple[float, ...], ...] | None
    converged: bool


def grouped(found: Histories) -> Grouped:
    """Return the distinct (repeats, last, age) with how many customers have them; whole days."""
    repeats, last, age = (
        np.rint(values).astype(np.int64) for values in (found.repeats, found.last, found.age)
    )
    days = int(age.max(initial=0)) + 1
    key, count = np.unique((repeats * days + last) * days + age, return_counts=True)
    rest, ages = np.divmod(key, days)
    times, lasts = np.divmod(rest, days)
    return Grouped(*(part.astype(np.float64) for part in (times, lasts, ages, count)))


YEAR = 365
HORIZONS = (91, 182, YEAR, 2 * YEAR)
"""Days ahead that are told; the year is what the product calls lifetime value."""
MIN_REPEATERS = 50
"""With fewer customers who bought again, four parameters would rest on a handful of people."""
MIN_DAYS = 60
"""Days of watching below which nobody could have come back yet."""
LISTED = 200
"""Customers that a stored finding names."""
COVERED = 0.95

MEANING = Text(
    "What customers will buy in the next 12 months, before refunds and costs: the expected number "
    "of purchases (BG/NBD) times the expected amount of each (Gamma-Gamma). Purchases of one day "
    "count as one. Only orders in the main currency count. A customer's spending lies in the "
    "interval with 95% probability.",
    "客户未来 12 个月预计的购买金额（未扣退款与成本）：预计购买次数（BG/NBD 模型）乘以预计每次金额"
    "（Gamma-Gamma 模型）。同一天的购买算一次；仅计主要货币的订单。客户的区间表示其消费有 95% 的"
    "概率落在其中。",
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of each customer within `horizon` days; one entry each.

    `value` is purchases times amount; `low` and `high` bound what the customer will spend with 95 %
    probability (`high` is infinite where the amounts are too wild to say); `variance` is that of
    the spending.
    """

    horizon: float
    alive: Array
    purchases: Array
    value: Array
    low: Array
    high: Array
    variance: Array


def if_stays(value: Array, alive: Array) -> Array:
    """Return the expected amount of customers who have not left, NaN where all have.

    `value` counts everybody's chance of having left already.
    """
    found: Array = np.divide(value, alive, out=np.full(len(value), np.nan), where=alive > 0)
    return found


@dataclass(frozen=True, slots=True)
class Class:
    """Customers with the same number of repeat purchases, and what came of them afterwards.

    `expected` and `actual` are means over them; `low` and `high` the 95 % interval of `actual`.
    """

    repeats: int
    and_more: bool
    n: int
    expected: float
    actual: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class BackTest:
    """What the model, fitted to the days before `cut`, said of the `days` after it.

    Purchases and values are totals over `customers`. `miss` is the mean absolute error a customer
    in purchases, `plain_miss` that of "everybody goes on as before"; `covered` the share of
    customers whose spending lay within the interval (meant: 95 %).
    """

    cut: date
    days: int
    customers: int
    expected: float
    actual: float
    miss: float
    plain_miss: float
    correlation: float | None
    expected_value: float
    actual_value: float
    value_miss: float
    plain_value_miss: float
    covered: Estimate
    classes: list[Class] = field(default_factory=list)

    @property
    def error(self) -> float | None:
        """The total's error as a share of what happened."""
        return self.expected / self.actual - 1 if self.actual else None

    @property
    def value_error(self) -> float | None:
        """The total amount's error as a share of what happened."""
        return self.expected_value / self.actual_value - 1 if self.actual_value else None


@dataclass(frozen=True, slots=True)
class Spread:
    """How far what some customers will spend lies from what is expected, from sums alone.

    A customer's variance by chance is `linear` times the expected amount plus `square` times its
    square, as it is over all customers; `parameters` is the squared relative error that comes from
    estimating the models, which all customers have in common.
    """

    linear: float
    square: float
    parameters: float

    def variance(self, amounts: float, squares: float, whole: float) -> float:
        """Return the variance of a weighted sum of what customers spend.

        `amounts` and `squares` are the sums of expected amounts and of their squares, times the
        weights squared; `whole` is the weighted sum that is expected.
        """
        return self.linear * amounts + self.square * squares + self.parameters * whole * whole

    def mean(self, n: int, amounts: float, squares: float) -> Estimate:
        """Return the expected amount per customer of `n` customers, with its interval."""
        reach = Z * math.sqrt(self.variance(amounts, squares, amounts))
        low, high = max(amounts - reach, 0.0), amounts + reach
        return Estimate(n, amounts / n, low / n, high / n)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What all customers together are expected to buy within `days`; `mean` is per customer."""

    days: int
    purchases: float
    total: Estimate
    mean: Estimate
    spread: Spread


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the customers by expected value, the best first; of the next 12 months.

    `purchases` and `alive` are means over its customers, `mean` the expected amount of each,
    `share` its part of everybody's.
    """

    n: int
    purchases: float
    alive: float
    mean: Estimate
    share: float | None


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer's forecast for the next year; `purchases` so far, days as dates."""

    person: str
    bought: int
    first: date
    last: date
    alive: float
    purchases: float
    value: float
    low: float
    high: float | None

    @property
    def if_stays(self) -> float | None:
        """The expected amount if the customer has not left already."""
        return self.value / self.alive if self.alive > 0 else None


@dataclass(frozen=True, slots=True)
class LifetimeValue:
    """The whole finding; `why_not` says what is missing when there is no model.

    `money` says which currency it is in and what is left out, where that surprises.
    """

    n: int
    currency: str | None
    watched_to: date | None
    left_out: int = 0
    why_not: Text | None = None
    purchasing: Fit[Purchasing] | None = None
    spending: Fit[GammaGamma] | None = None
    repeaters: int = 0
    amount_correlation: float | None = None
    ahead: list[Ahead] = field(default_factory=list)
    top_tenth: float | None = None
    tenths: list[Tenth] = field(default_factory=list)
    back_test: BackTest | None = None
    customers: list[Customer] = field(default_factory=list)
    learnt: Learnt | None = None
    money: Text | None = None

    @property
    def spread(self) -> Spread | None:
        """How sure the expected amounts of the next year are."""
        return next((one.spread for one in self.ahead if one.days == YEAR), None)
