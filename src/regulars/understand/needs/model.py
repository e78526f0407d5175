"""What is asked of predicted needs, what a model knows, and what is told; pure rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
AHEAD = 91
"""Days within which the next purchase has to come to count in the back-test."""
TOLD = 3
"""Things that are told of each customer; a hit is when the next purchase holds one of them."""
MAX_ITEMS = 200
"""Things that can be told; rarer ones count as misses."""
MIN_DAYS = 60
MIN_BUYERS = 100
"""Customers who have bought before and buy again, at each cut; fewer would show chance."""
LISTED = 200
BINS = 10
ONE_SIDED = 1.645

POPULAR, HABIT, TOGETHER, BOTH = "popular", "habit", "together", "both"
CANDIDATES = {
    POPULAR: Text("Bestsellers", "热销榜"),
    HABIT: Text("Own purchase history", "本人购买习惯"),
    TOGETHER: Text("What others bought next", "其他客户的后续购买"),
    BOTH: Text("Own history and others", "本人习惯结合其他客户"),
}
"""From the simplest to the least simple."""
LEVELS = {
    "category": Text("categories", "品类"),
    "product": Text("products", "商品"),
}

MEANING = Text(
    "What a customer's next purchase will include, if there is one within 91 days: the three most "
    "likely categories (products, where orders name no categories). A hit is when the next day "
    "with a purchase includes one of them. Trained and tested in time order; the simplest model "
    "that is as good as the best is selected, with bestsellers for comparison. The probability is "
    "the hit rate of equally strong predictions in the back-test.",
    "若客户在 91 天内再次购买，其下次购买会包含什么：最可能的三个品类（订单没有品类时为商品）。"
    "下一个购买日包含其中之一即为命中。训练与检验均按时间先后进行；在效果相当的方法中采用最简单的一个，"
    "并以热销榜作对照。概率为回测中同等强度预测的命中比例。",
)


@dataclass(frozen=True, slots=True)
class Bought:
    """What customers had bought by a cut, one entry a customer and thing, ordered by customer.

    `person` and `item` are places in `ids` and among the known things (as many as there are stands
    for every rarer one); `days` the days on which it was bought, `later` the days from the cut to
    the customer's next such purchase (NaN: none in time). `bought` is each customer's days with
    a purchase, `next` each customer's next purchase of anything.
    """

    cut: date
    ids: Any
    person: Places
    item: Places
    days: Array
    later: Array
    bought: Array
    next: Array

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the candidates know: how often each thing is in a next purchase, and after which.

    `popular` has one share a thing; `after` one row a thing bought before, of the shares of next
    purchases that hold each thing. `weight` says for how many own purchases everybody's taste
    counts in choosing what to tell, `sober` in saying how strong that is. `after` is empty where
    the model in use does not need it.
    """

    popular: list[float]
    weight: float
    sober: float
    after: list[list[float]]


@dataclass(frozen=True, slots=True)
class Need:
    """One thing: its name, share of next purchases, for how many it is first, and its hits.

    `first` customers are told it as the likeliest; `hits` is how often the back-test's next
    purchase held it where it was told first.
    """

    name: str
    share: Estimate
    first: int
    hits: Estimate


@dataclass(frozen=True, slots=True)
class MethodCandidate:
    """One way of telling in the back-test: hits within three and with the first alone.

    `worse` is its hits within three below the best's, as a share; `as_good` when that may be
    chance (paired, one-sided 5 %).
    """

    key: str
    hits: Estimate
    first: Estimate
    worse: float
    as_good: bool


@dataclass(frozen=True, slots=True)
class PredictionBin:
    """Predictions of like strength, and the share of them that came true."""

    least: float
    hits: Estimate


@dataclass(frozen=True, slots=True)
class NeedsBackTest:
    """What was told at `cut`, learnt at `learnt_from`, of the next purchases after it.

    `customers` had bought before the cut and bought again within the days after it; `known` is
    the share of their next purchases that held any of the things that can be told.
    """

    cut: date
    learnt_from: date
    customers: int
    known: Estimate
    candidates: list[MethodCandidate]
    bins: list[PredictionBin]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that a customer will likely want, with how often such predictions came true."""

    item: str
    chance: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class CustomerNeeds:
    """One customer of the list with the likeliest things, the first first."""

    person: str
    bought: int
    wants: list[Wanted]


@dataclass(frozen=True, slots=True)
class Needs:
    """The whole finding; `why_not` says what is missing when nothing can be told."""

    n: int
    level: str | None
    watched_to: date | None
    why_not: Text | None = None
    used: str | None = None
    names: list[str] = field(default_factory=list)
    knowledge: Knowledge | None = None
    back_test: NeedsBackTest | None = None
    items: list[Need] = field(default_factory=list)
    customers: list[CustomerNeeds] = field(default_factory=list)


def wants_of(row: dict[str, Any]) -> list[Wanted]:
    """Return what a row of the list of customers tells."""
    return [
        Wanted(row[f"want_{at}"], *(row[f"{name}_{at}"] for name in ("chance", "low", "high", "n")))
        for at in range(1, TOLD + 1)
        if row[f"want_{at}"] is not None
    ]
