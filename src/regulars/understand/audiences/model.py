"""Conditions over the customer table, audiences and what is told of them; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

from regulars.kit.stats.estimate import Change, Estimate
from regulars.kit.text import Text

Value: TypeAlias = float | str | bool | date
OPERATORS = ("=", "<>", "<", "<=", ">", ">=")
MAX_AUDIENCES = 60
"""So many audiences may be in force: each is a bit of one number."""
ANSWER_MONTHS = 12
ENTERED, EXITED = "entered", "exited"


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against a value; nobody without a value of the field fits."""

    field: str
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field has one of the values."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """The field lies between two values, both included."""

    field: str
    low: Value
    high: Value


@dataclass(frozen=True, slots=True)
class Like:
    """The text fits a pattern of SQL (% any signs, _ one), minding case or not."""

    field: str
    pattern: str
    case: bool = True


@dataclass(frozen=True, slots=True)
class Empty:
    """The customer has no value of the field."""

    field: str


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; where it cannot be told, neither does this."""

    part: Condition


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; of no parts: everybody."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds; of no parts: nobody."""

    parts: tuple[Condition, ...]


Leaf: TypeAlias = Compare | OneOf | Between | Like | Empty
Condition: TypeAlias = Leaf | Not | All | Some
EVERYBODY = All(())


@dataclass(frozen=True, slots=True)
class Audience:
    """An audience as its newest version has it; `where` is the condition in canonical SQL."""

    key: str
    name: str
    where: str
    number: int
    made_at: datetime
    made_by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants an audience to be; `where` is SQL."""

    name: str
    where: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """Who was in an audience when it was last written down; `members` counts them."""

    key: str
    number: int
    as_of: datetime
    members: int


@dataclass(frozen=True, slots=True)
class Outline:
    """How many fit, of how many; value and scores with n and 95 % interval; None under five.

    `spend` and `lifetime_value` are means a customer; `csat` is the mean of the customers' means;
    `nps` counts answers as the metric does. `nps_rest` is the difference to all the others.
    """

    n: int
    of: int
    spend: Estimate | None = None
    spend_total: float | None = None
    lifetime_value: Estimate | None = None
    nps: Estimate | None = None
    csat: Estimate | None = None
    nps_rest: Change | None = None
    csat_rest: Change | None = None


@dataclass(frozen=True, slots=True)
class ComparedAudiences:
    """How an audience answers about one product or service against all the others.

    Means of customers' mean answers, 0 to 100; `q` is p after Benjamini and Hochberg over all
    comparisons of all audiences; `verdict` is "better", "worse" or None when it may be chance.
    """

    audience: str
    kind: str
    subject: str
    metric: str
    members: Estimate
    rest: Estimate
    change: Change
    q: float | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class AudienceOverview:
    """All audiences in force, and what they answer about products and services."""

    as_of: datetime | None
    currency: str
    customers: int
    csat_scale: tuple[float, float] | None
    outlines: dict[str, Outline] = field(default_factory=dict)
    compared: list[ComparedAudiences] = field(default_factory=list)
    tested: int = 0
    money: Text | None = None


@dataclass(frozen=True, slots=True)
class CustomerTable:
    """The customer table as it was last made: when, of how many, and on which scales.

    `as_of` is the moment of the last event, None without events. `nps_kind` and `csat_kind` are
    the kinds of survey counted (None: the answers name none). `pains` are the touchpoints that
    were pain points since Monday, each with whether it is one because customers left there.
    """

    as_of: datetime | None
    customers: int
    currency: str
    nps_kind: str | None = None
    csat_kind: str | None = None
    csat_scale: tuple[float, float] | None = None
    pains: dict[str, bool] = field(default_factory=dict)


KINDS = {
    "service": Text("Touchpoint", "触点"),
    "category": Text("Product category", "商品类别"),
    "product": Text("Product", "商品"),
}
SUGGESTIONS: tuple[tuple[Text, str], ...] = (
    (
        Text("Valuable and silent", "高价值且沉默"),
        "segment = 'at_risk' AND value_group = 'core'",
    ),
    (Text("Would recommend us", "愿意推荐者"), "nps >= 9"),
    (Text("Complained and stayed", "投诉后仍留存"), "complaints >= 1 AND days_since_order <= 90"),
    (Text("Valuable and let down", "高价值且失望"), "value_group = 'core' AND to_rescue = TRUE"),
    (Text("Delighted: may recommend us", "惊喜且可能推荐"), "screams = TRUE"),
    (Text("Mentioned long waits", "反映等待过长"), "problem_type = 'wait'"),
    (Text("New this quarter", "本季新客"), "orders = 1 AND days_since_order <= 90"),
)
"""Where to begin on an empty page."""
