"""From summed columns to estimates: the divisions, intervals and tests of each kind of metric.

A statistic is made of a slice's rows, and two of them are added: of 14 yes among 20 and of 2 among
10 comes 16 among 30, the same as of all rows at once. A person's rows are one piece of evidence, so
they stay together. Shares come out in percent, NPS in points, times in minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, ClassVar, Self

import numpy as np

from regulars.kit.stats import amounts, personal, weighted
from regulars.kit.stats.clustered import Clusters, Loose, apart, effective_size
from regulars.kit.stats.estimate import NO_CHANGE_KNOWN, Change, Estimate
from regulars.kit.stats.proportion import proportion
from regulars.kit.stats.skewed import Largest
from regulars.kit.stats.weighted import WeightedSums
from regulars.understand.metrics.folding import together
from regulars.understand.metrics.model import Powers, Row, Scale, Statistic

PERCENT = 100.0
WEIGHTS = tuple(one.name for one in fields(WeightedSums) if one.name != "n")


@dataclass(frozen=True, slots=True)
class Sums(Statistic):
    """Columns that add up, named as the fields; counts stay whole, no sum counts as nothing.

    `people` is what each person's rows add up to; None where every row is another person's.
    """

    people: Clusters | None = field(default=None, kw_only=True)

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Add the rows of a slice up."""
        sums = (total_of(rows, one.name) for one in fields(cls) if not one.kw_only)
        return cls(*sums, people=together(rows))

    def __add__(self, other: Self) -> Self:
        """Return the statistic of both."""
        names = [one.name for one in fields(self) if not one.kw_only]
        sums = [_joined(getattr(self, name), getattr(other, name)) for name in names]
        nobody = self.people is None and other.people is None
        return type(self)(*sums, people=None if nobody else self.crowd + other.crowd)

    def related(self) -> dict[str, Estimate]:
        """Nothing."""
        return {}

    @property
    def crowd(self) -> Clusters:
        """What each person's rows add up to; without people each row stands for itself."""
        if self.people is not None:
            return self.people
        names = self.by_person or ("n", "n", "n", None)
        sums = [float(getattr(self, name)) for name in names[1:] if name is not None]
        loose = Loose.plain(self.n, *sums)
        return Clusters.of([], [], [], loose.xx, loose.xxx, loose=loose, single=True)

    @property
    def size(self) -> float:
        """How many rows, each of another person, would say as much."""
        return effective_size(self.crowd, self.n)


def total_of(rows: Sequence[Row], name: str) -> Any:
    """Return the sum of a column, no value counting as nothing."""
    return sum(row[name] or 0 for row in rows)


def _joined(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return None
    return np.concatenate([one, other]) if isinstance(one, np.ndarray) else one + other


@dataclass(frozen=True, slots=True)
class Share(Sums):
    """Of n, how many are a `yes`; in percent."""

    has_rest: ClassVar[bool] = True
    by_person: ClassVar[Powers] = ("n", "yes", "yes", None)
    to_the_digit: ClassVar[bool] = True
    yes: int

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Wilson, at the effective size where a person has several rows."""
        return personal.share(self.crowd, self.n).scaled(PERCENT)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Newcombe, two-proportion test; by person where one has several rows."""
        sides = (earlier.crowd, self.crowd)
        return personal.share_change(*sides, (earlier.n, self.n)).scaled(PERCENT)


@dataclass(frozen=True, slots=True)
class Responses(Share):
    """Of n asked, how many answered, and how many dismissed the question."""

    dismissed: int

    def related(self) -> dict[str, Estimate]:
        """The dismissed as a share of the same n."""
        return {"dismissed": part_of(self, self.dismissed)}


def part_of(statistic: Sums, many: float) -> Estimate:
    """Return a part of n as a share, in percent, at the effective size of the statistic itself."""
    n, size = statistic.n, statistic.size
    return proportion(many * size / max(n, 1), n, size=size).scaled(PERCENT)


@dataclass(frozen=True, slots=True)
class Answers(Sums):
    """n answers x, the sum of squares, and the sums with weights where these are asked for."""

    has_rest: ClassVar[bool] = True
    by_person: ClassVar[Powers] = ("n", "x", "xx", None)
    to_the_digit: ClassVar[bool] = True
    x: float
    xx: float
    weights: WeightedSums | None = None

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Add the rows up; Spark's literals are decimals, so that its sums may come as such."""
        n, x, xx = total_of(rows, "n"), float(total_of(rows, "x")), float(total_of(rows, "xx"))
        if not rows or "w" not in rows[0]:
            return cls(n, x, xx, people=together(rows))
        weights = WeightedSums(n, *(float(total_of(rows, name)) for name in WEIGHTS))
        return cls(n, x, xx, weights, people=together(rows))

    @property
    def apart(self) -> WeightedSums | None:
        """The sums with weights, where nobody has several answers."""
        return self.weights if self.people is None or self.people.single else None

    def both_apart(self, earlier: Self) -> tuple[WeightedSums, WeightedSums] | None:
        """Return the sums with weights of both, where nobody has several answers in them."""
        if earlier.weights is None or self.weights is None:
            return None
        people = (earlier.people, self.people)
        alone = people[0] is None or people[1] is None or apart(people[0], people[1])
        return (earlier.weights, self.weights) if alone else None

    def sides(self, earlier: Self) -> tuple[Clusters, Clusters, tuple[int, int]]:
        """Return both sides' people, and how many answers there are."""
        return earlier.crowd, self.crowd, (earlier.n, self.n)


@dataclass(frozen=True, slots=True)
class Nps(Answers):
    """Answers x of 1 by promoters, 0 by passives and -1 by detractors."""

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Adjusted Wald; its weighted kin where there are weights."""
        if self.apart is not None:
            return weighted.weighted_nps(self.apart)
        return personal.nps(self.crowd, self.n)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """NPS difference; its weighted kin where both have weights."""
        alone = self.both_apart(earlier)
        if alone is not None:
            return weighted.weighted_nps_change(*alone)
        return personal.nps_change(*self.sides(earlier))

    def related(self) -> dict[str, Estimate]:
        """The shares of promoters and detractors, where there are no weights."""
        if self.weights is not None:
            return {}
        ends = {"promoters": (self.xx + self.x) / 2, "detractors": (self.xx - self.x) / 2}
        return {name: part_of(self, many) for name, many in ends.items()}


@dataclass(frozen=True, slots=True)
class ShareOfAnswers(Answers):
    """Answers x of 1 or 0; in percent."""

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Wilson; with the effective sample size where there are weights."""
        if self.apart is not None:
            return weighted.weighted_share(self.apart).scaled(PERCENT)
        return personal.share(self.crowd, self.n).scaled(PERCENT)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Newcombe; its weighted kin where both have weights."""
        alone = self.both_apart(earlier)
        if alone is not None:
            return weighted.weighted_share_change(*alone).scaled(PERCENT)
        return personal.share_change(*self.sides(earlier)).scaled(PERCENT)


@dataclass(frozen=True, slots=True)
class MeanScore(Answers):
    """Answers x on a scale: their mean."""

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Student's t; its weighted kin where there are weights."""
        if self.apart is not None:
            return weighted.weighted_mean(self.apart, scale=scale)
        return personal.score(self.crowd, self.n, scale)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Welch; its weighted kin where both have weights."""
        alone = self.both_apart(earlier)
        if alone is not None:
            return weighted.weighted_mean_change(*alone)
        return personal.score_change(*self.sides(earlier))


@dataclass(frozen=True, slots=True)
class Count(Sums):
    """How many; nothing is 0 here when something was watched."""

    by_person: ClassVar[Powers] = ("n", "n", "n", None)

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Garwood's exact Poisson interval, widened by what a person brings."""
        return amounts.count(self.crowd)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Two rates a day, told for the length of the later period."""
        return amounts.count_change(earlier.crowd, self.crowd, days)


@dataclass(frozen=True, slots=True)
class Amounts(Sums):
    """n amounts in one currency: their exact sum, and the sums of their squares and cubes."""

    by_person: ClassVar[Powers] = ("n", "x", "xx", "xxx")
    x: Decimal
    xx: float
    xxx: float


@dataclass(frozen=True, slots=True)
class Total(Amounts):
    """A sum of amounts."""

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Compound Poisson, by person."""
        return amounts.total(self.crowd, self.n)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Two sums a day, told for the length of the later period."""
        return amounts.total_change(earlier.crowd, self.crowd, days)

    def decided_by(self) -> Largest | None:
        """The people who make half of the uncertainty."""
        return amounts.largest_of_total(self.crowd)


@dataclass(frozen=True, slots=True)
class Average(Amounts):
    """The mean of amounts."""

    has_rest: ClassVar[bool] = True

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Student's t with Hall's cubic for its skewness, by person."""
        return amounts.ratio(self.crowd, self.n)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """The score test, by person."""
        return amounts.ratio_change(earlier.crowd, self.crowd, (earlier.n, self.n))

    def decided_by(self) -> Largest | None:
        """The people who make half of the uncertainty."""
        return amounts.largest_of_ratio(self.crowd)


@dataclass(frozen=True, slots=True)
class Known(Sums):
    """One estimate that another noun has worked out: value, low, high."""

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Take the one row; nothing without any."""
        row = rows[0] if rows else {}
        return cls(row.get("n", 0), *(row.get(name) for name in ("value", "low", "high")))

    def __add__(self, other: Self) -> Self:
        """Refuse: two estimates without their sums make no third."""
        raise TypeError("what is known of two slices says nothing of both together")

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """The estimate as it is."""
        return Estimate(self.n, self.value, self.low, self.high)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """None is known: two of them rest on much the same customers."""
        return NO_CHANGE_KNOWN


@dataclass(frozen=True, slots=True)
class KnownGroups(Known):
    """How right the stored groups are, and beside it the share of customers placed by chance."""

    chance: Estimate

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Take the one row; nothing without any."""
        row = rows[0] if rows else {}
        names = ("value", "low", "high")
        value, low, high = (row.get(name) for name in names)
        chance = Estimate(row.get("chance_n", 0), *(row.get(f"chance_{name}") for name in names))
        return cls(row.get("n", 0), value, low, high, chance.scaled(100))

    def related(self) -> dict[str, Estimate]:
        """Return the share of customers whose group a draw among equal scores decided."""
        return {"chance": self.chance}
