"""From summed columns to estimates: the divisions, intervals and tests of each kind of metric.

A statistic is made of a slice's rows, and two of them are added: of 14 yes among 20 and of 2 among
10 comes 16 among 30, the same as of all rows at once. Shares come out in percent, NPS in points,
times in minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, ClassVar, Self

import numpy as np

from regulars.kit.stats import mean as means
from regulars.kit.stats import quantile, rate, survival, weighted
from regulars.kit.stats.estimate import NO_CHANGE_KNOWN, Change, Estimate
from regulars.kit.stats.nps import nps, nps_change
from regulars.kit.stats.proportion import proportion, proportion_change
from regulars.kit.stats.weighted import WeightedSums
from regulars.understand.metrics.model import Row, Scale, Statistic

PERCENT = 100.0
YEAR_DAYS = 365
MINUTE = 60.0
WEIGHTS = tuple(one.name for one in fields(WeightedSums) if one.name != "n")
Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Sums(Statistic):
    """Columns that add up, named as the fields; counts stay whole, no sum counts as nothing."""

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Add the rows of a slice up."""
        return cls(*(_total(rows, one.name) for one in fields(cls)))

    def __add__(self, other: Self) -> Self:
        """Return the statistic of both."""
        return type(self)(*(
            _joined(getattr(self, one.name), getattr(other, one.name)) for one in fields(self)
        ))  # fmt: skip

    def related(self) -> dict[str, Estimate]:
        """Nothing."""
        return {}


def _total(rows: Sequence[Row], name: str) -> Any:
    return sum(row[name] or 0 for row in rows)


def _joined(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return None
    return np.concatenate([one, other]) if isinstance(one, np.ndarray) else one + other


@dataclass(frozen=True, slots=True)
class Share(Sums):
    """Of n, how many are a `yes`; in percent."""

    has_rest: ClassVar[bool] = True
    yes: int

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Wilson."""
        return proportion(self.yes, self.n).scaled(PERCENT)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Newcombe, two-proportion test."""
        pairs = [(float(one.yes), float(one.n)) for one in (earlier, self)]
        return proportion_change(*pairs).scaled(PERCENT)


@dataclass(frozen=True, slots=True)
class Responses(Share):
    """Of n asked, how many answered, and how many dismissed the question."""

    dismissed: int

    def related(self) -> dict[str, Estimate]:
        """The dismissed as a share of the same n."""
        return {"dismissed": proportion(self.dismissed, self.n).scaled(PERCENT)}


@dataclass(frozen=True, slots=True)
class Answers(Sums):
    """n answers x, the sum of squares, and the sums with weights where these are asked for."""

    has_rest: ClassVar[bool] = True
    x: float
    xx: float
    weights: WeightedSums | None = None

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Add the rows up; Spark's literals are decimals, so that its sums may come as such."""
        n, x, xx = _total(rows, "n"), float(_total(rows, "x")), float(_total(rows, "xx"))
        if not rows or "w" not in rows[0]:
            return cls(n, x, xx)
        return cls(n, x, xx, WeightedSums(n, *(float(_total(rows, name)) for name in WEIGHTS)))


@dataclass(frozen=True, slots=True)
class Nps(Answers):
    """Answers x of 1 by promoters, 0 by passives and -1 by detractors."""

    @property
    def ends(self) -> tuple[float, float, float]:
        """How many promoters and detractors there are, and how many answers."""
        return (self.xx + self.x) / 2, (self.xx - self.x) / 2, self.n

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Adjusted Wald; its weighted kin where there are weights."""
        if self.weights is not None:
            return weighted.weighted_nps(self.weights)
        promoters, detractors, _n = self.ends
        return nps(promoters, detractors, self.n)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """NPS difference; its weighted kin where both have weights."""
        if self.weights is not None and earlier.weights is not None:
            return weighted.weighted_nps_change(earlier.weights, self.weights)
        return nps_change(earlier.ends, self.ends)

    def related(self) -> dict[str, Estimate]:
        """The shares of promoters and detractors, where there are no weights."""
        if self.weights is not None:
            return {}
        named = zip(("promoters", "detractors"), self.ends, strict=False)
        return {name: proportion(many, int(self.n)).scaled(PERCENT) for name, many in named}


@dataclass(frozen=True, slots=True)
class ShareOfAnswers(Answers):
    """Answers x of 1 or 0; in percent."""

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Wilson; with the effective sample size where there are weights."""
        if self.weights is not None:
            return weighted.weighted_share(self.weights).scaled(PERCENT)
        return proportion(self.x, self.n).scaled(PERCENT)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Newcombe; its weighted kin where both have weights."""
        if self.weights is not None and earlier.weights is not None:
            return weighted.weighted_share_change(earlier.weights, self.weights).scaled(PERCENT)
        pairs = [(one.x, float(one.n)) for one in (earlier, self)]
        return proportion_change(*pairs).scaled(PERCENT)


@dataclass(frozen=True, slots=True)
class MeanScore(Answers):
    """Answers x on a scale: their mean."""

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Student's t; its weighted kin where there are weights."""
        if self.weights is not None:
            return weighted.weighted_mean(self.weights, scale=scale)
        return means.mean(means.Sums(self.n, self.x, self.xx), scale=scale)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Welch; its weighted kin where both have weights."""
        if self.weights is not None and earlier.weights is not None:
            return weighted.weighted_mean_change(earlier.weights, self.weights)
        return means.welch(*(means.Sums(one.n, one.x, one.xx) for one in (earlier, self)))


@dataclass(frozen=True, slots=True)
class Count(Sums):
    """How many; nothing is 0 here when something was watched."""

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Garwood's exact Poisson interval."""
        return rate.poisson(self.n)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Two rates a day, told for the length of the later period."""
        if not all(days):
            return NO_CHANGE_KNOWN
        return rate.poisson_change((earlier.n, days[0] / days[1]), (self.n, 1.0))


@dataclass(frozen=True, slots=True)
class Amounts(Sums):
    """n amounts in one currency: their exact sum, and the sum of their squares."""

    x: Decimal
    xx: float

    @property
    def moments(self) -> means.Sums:
        """The same as fractions."""
        return means.Sums(self.n, float(self.x), float(self.xx))


@dataclass(frozen=True, slots=True)
class Total(Amounts):
    """A sum of amounts."""

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Compound Poisson."""
        return rate.compound(self.n, float(self.x), float(self.xx))

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Two sums a day, told for the length of the later period."""
        if not all(days):
            return NO_CHANGE_KNOWN
        return rate.compound_change(
            (float(earlier.x), float(earlier.xx), days[0] / days[1]),
            (float(self.x), float(self.xx), 1.0),
        )


@dataclass(frozen=True, slots=True)
class Average(Amounts):
    """The mean of amounts."""

    has_rest: ClassVar[bool] = True

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Student's t."""
        return means.mean(self.moments)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Welch."""
        return means.welch(earlier.moments, self.moments)


@dataclass(frozen=True, slots=True)
class Median(Sums):
    """The median of counted values, with the 90th percentile beside; n is their number."""

    values: Numbers
    counts: np.ndarray[Any, np.dtype[np.int64]]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Keep the distribution: columns amount and n."""
        counts = np.array([row["n"] for row in rows], dtype=np.int64)
        return cls(_total(rows, "n"), _column(rows, "amount"), counts)

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Order statistics."""
        return quantile.quantile(self.values, self.counts)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Price and Bonett."""
        return quantile.median_change(earlier.estimate(), self.estimate())

    def related(self) -> dict[str, Estimate]:
        """The 90th percentile."""
        return {"p90": quantile.quantile(self.values, self.counts, 0.9)}


@dataclass(frozen=True, slots=True)
class MedianWait(Sums):
    """The median wait in minutes of those it ended for and those still waiting."""

    times: Numbers
    happened: Numbers
    censored: Numbers

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Keep the distribution: columns seconds, happened, censored."""
        n = sum(row["happened"] + row["censored"] for row in rows)
        ends = (_column(rows, name) for name in ("happened", "censored"))
        return cls(n, _column(rows, "seconds") / MINUTE, *ends)

    @property
    def curve(self) -> survival.Curve:
        """Kaplan and Meier's."""
        return survival.kaplan_meier(self.times, self.happened, self.censored)

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Kaplan-Meier with the interval of Brookmeyer and Crowley."""
        return survival.time_until(self.curve)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """Price and Bonett, over both intervals."""
        return quantile.median_change(earlier.estimate(), self.estimate())

    def related(self) -> dict[str, Estimate]:
        """The 90th percentile of the same curve, and the share still open, in percent."""
        still = proportion(float(self.censored.sum()), int(self.n)).scaled(PERCENT)
        return {"p90": survival.time_until(self.curve, 0.9), "open": still}


@dataclass(frozen=True, slots=True)
class CameAgain(Share):
    """Of n due within a year, how many came again; and when any did, due or not."""

    has_rest: ClassVar[bool] = False
    times: Numbers
    happened: Numbers
    censored: Numbers

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Count the due ones, and keep the distribution of days: columns day, due, n, ended."""
        due = [row for row in rows if row["due"]]
        ended = _column(rows, "ended")
        lasting = (_column(rows, "day"), ended, _column(rows, "n") - ended)
        return cls(_total(due, "n"), _total(due, "ended"), *lasting)

    def related(self) -> dict[str, Estimate]:
        """Kaplan-Meier's share by the last day of the year, the not yet due ones included."""
        curve = survival.kaplan_meier(self.times, self.happened, self.censored)
        return {"kaplan_meier": survival.share_ended(curve, YEAR_DAYS - 1).scaled(PERCENT)}


def _column(rows: Sequence[Row], name: str) -> Numbers:
    return np.array([row[name] for row in rows], dtype=np.float64)


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
