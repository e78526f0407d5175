"""Statistics that keep a distribution: medians, times of which some still run, coming again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from regulars.kit.stats import medians, survival, waiting
from regulars.kit.stats.estimate import Change, Estimate
from regulars.kit.stats.medians import NOBODY, Measured
from regulars.kit.stats.proportion import proportion
from regulars.understand.metrics.folding import GROUPED
from regulars.understand.metrics.model import Row, Scale
from regulars.understand.metrics.queries.clusters import CLUSTER
from regulars.understand.metrics.statistics import PERCENT, Share, Sums, total_of

YEAR_DAYS = 365
MINUTE = 60.0
Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Median(Sums):
    """The median of counted values, with the 90th percentile beside; n is their number.

    `keys` tell whose each value is: a person's or a group's number, NOBODY's.
    """

    by_value: ClassVar[bool] = True
    measured: Measured

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """Keep the distribution: columns amount and n, by person or group where these are told."""
        counts = np.array([row["n"] for row in rows], dtype=np.int64)
        told = [row.get(CLUSTER) for row in rows]
        keys = np.array([NOBODY if one is None else one for one in told], dtype=np.int64)
        grouped = bool(rows) and bool(rows[0].get(GROUPED))
        return cls(total_of(rows, "n"), _measured(keys, _column(rows, "amount"), counts, grouped))

    def __add__(self, other: Self) -> Self:
        """Return the values of both."""
        one, two = self.measured, other.measured
        keys, values, counts = (
            np.concatenate([getattr(one, name), getattr(two, name)])
            for name in ("keys", "values", "counts")
        )
        grouped = one.grouped or two.grouped
        return type(self)(self.n + other.n, _measured(keys, values, counts, grouped))

    def estimate(self, scale: Scale | None = None) -> Estimate:
        """Order statistics, by person."""
        return medians.percentile(self.measured)

    def change(self, earlier: Self, days: tuple[float, float]) -> Change:
        """The score test of places, by person."""
        return medians.median_change(earlier.measured, self.measured)

    def related(self) -> dict[str, Estimate]:
        """The 90th percentile."""
        return {"p90": medians.percentile(self.measured, 0.9)}


def _measured(keys: Any, values: Numbers, counts: Any, grouped: bool) -> Measured:
    owned = keys != NOBODY
    single = not grouped and bool((counts[owned] <= 1).all())
    single = single and np.unique(keys[owned]).size == int(owned.sum())
    return Measured(keys, values, counts, single, grouped)


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
        """The score test of places, open waits included."""
        return waiting.wait_change(*(
            waiting.Waits(one.times, one.happened, one.censored) for one in (earlier, self)
        ))  # fmt: skip

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
        return cls(total_of(due, "n"), total_of(due, "ended"), *lasting)

    def related(self) -> dict[str, Estimate]:
        """Kaplan-Meier's share by the last day of the year, the not yet due ones included."""
        curve = survival.kaplan_meier(self.times, self.happened, self.censored)
        return {"kaplan_meier": survival.share_ended(curve, YEAR_DAYS - 1).scaled(PERCENT)}


def _column(rows: Sequence[Row], name: str) -> Numbers:
    return np.array([row[name] for row in rows], dtype=np.float64)
