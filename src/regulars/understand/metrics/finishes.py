"""From summed columns to estimates: the divisions, intervals and tests of each kind of metric.

Shares come out in percent, NPS in points, times in minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from regulars.kit.stats import mean as means
from regulars.kit.stats import quantile, rate, survival, weighted
from regulars.kit.stats.estimate import NO_CHANGE_KNOWN, Change, Estimate
from regulars.kit.stats.nps import nps, nps_change
from regulars.kit.stats.proportion import proportion, proportion_change
from regulars.understand.metrics.model import Row, Scale

Sums = Mapping[str, Any]
PERCENT = 100.0
YEAR_DAYS = 365
MINUTE = 60.0


def add(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Any]:
    """Add the named columns up; counts stay whole, empty sums count as nothing."""
    return {name: sum(row[name] or 0 for row in rows) for name in names}


@dataclass(frozen=True, slots=True)
class Share:
    """Columns n and yes; a share in percent."""

    extra: tuple[str, ...] = ()
    additive: bool = True

    def gather(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Add n, yes and the extra counts."""
        return add(rows, ("n", "yes", *self.extra))

    def estimate(self, sums: Sums, scale: Scale | None) -> Estimate:
        """Wilson."""
        return proportion(sums["yes"], sums["n"]).scaled(PERCENT)

    def change(self, earlier: Sums, later: Sums, days: tuple[float, float]) -> Change:
        """Newcombe, two-proportion test."""
        pairs = [(float(sums["yes"]), float(sums["n"])) for sums in (earlier, later)]
        return proportion_change(*pairs).scaled(PERCENT)

    def beside(self, sums: Sums) -> dict[str, Estimate]:
        """The extra counts as shares of the same n."""
        return {name: proportion(sums[name], sums["n"]).scaled(PERCENT) for name in self.extra}


PLAIN = ("n", "x", "xx")
WEIGHTED = ("w", "ww", "wx", "wwx", "wwxx", "wxx")


@dataclass(frozen=True, slots=True)
class Answers:
    """Columns n, x, xx and, when weights are asked for, w, ww, wx, wwx, wwxx, wxx."""

    kind: Literal["nps", "share", "mean"]
    additive: bool = True

    def gather(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Add the sums; Spark's literals are decimals, so that its sums may come as such."""
        names = PLAIN + (WEIGHTED if rows and "w" in rows[0] else ())
        found = add(rows, names)
        return {name: found[name] if name == "n" else float(found[name]) for name in names}

    def estimate(self, sums: Sums, scale: Scale | None) -> Estimate:
        """Adjusted Wald, Wilson or Student's t; their weighted kin where there are weights."""
        if "w" in sums:
            return self._weighted(_weights(sums), scale)
        n, x, xx = sums["n"], float(sums["x"]), float(sums["xx"])
        if self.kind == "nps":
            return nps((xx + x) / 2, (xx - x) / 2, n)
        if self.kind == "share":
            return proportion(x, n).scaled(PERCENT)
        return means.mean(means.Sums(n, x, xx), scale=scale)

    def _weighted(self, sums: weighted.WeightedSums, scale: Scale | None) -> Estimate:
        if self.kind == "nps":
            return weighted.weighted_nps(sums)
        if self.kind == "share":
            return weighted.weighted_share(sums).scaled(PERCENT)
        return weighted.weighted_mean(sums, scale=scale)

    def change(self, earlier: Sums, later: Sums, days: tuple[float, float]) -> Change:
        """NPS difference, Newcombe, or Welch; their weighted kin where there are weights."""
        if "w" in earlier and "w" in later:
            pair = (_weights(earlier), _weights(later))
            if self.kind == "nps":
                return weighted.weighted_nps_change(*pair)
            if self.kind == "share":
                return weighted.weighted_share_change(*pair).scaled(PERCENT)
            return weighted.weighted_mean_change(*pair)
        if self.kind == "nps":
            return nps_change(_ends(earlier), _ends(later))
        if self.kind == "share":
            shares = [(float(sums["x"]), float(sums["n"])) for sums in (earlier, later)]
            return proportion_change(*shares).scaled(PERCENT)
        return means.welch(_moments(earlier), _moments(later))

    def beside(self, sums: Sums) -> dict[str, Estimate]:
        """NPS: the shares of promoters and detractors."""
        if self.kind != "nps" or "w" in sums:
            return {}
        promoters, detractors, n = _ends(sums)
        return {
            "promoters": proportion(promoters, int(n)).scaled(PERCENT),
            "detractors": proportion(detractors, int(n)).scaled(PERCENT),
        }


def _ends(sums: Sums) -> tuple[float, float, float]:
    return (sums["xx"] + sums["x"]) / 2, (sums["xx"] - sums["x"]) / 2, sums["n"]


def _moments(sums: Sums) -> means.Sums:
    return means.Sums(sums["n"], float(sums["x"]), float(sums["xx"]))


def _weights(sums: Sums) -> weighted.WeightedSums:
    return weighted.WeightedSums(sums["n"], *(float(sums[name]) for name in WEIGHTED))


@dataclass(frozen=True, slots=True)
class Count:
    """Column n: how many; nothing is 0 here when something was watched."""

    additive: bool = False

    def gather(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Add n."""
        return add(rows, ("n",))

    def estimate(self, sums: Sums, scale: Scale | None) -> Estimate:
        """Garwood's exact Poisson interval."""
        return rate.poisson(sums["n"])

    def change(self, earlier: Sums, later: Sums, days: tuple[float, float]) -> Change:
        """Two rates a day, told for the length of the later period."""
        if not days[0] or not days[1]:
            return Change(None, None, None, None)
        return rate.poisson_change((earlier["n"], days[0] / days[1]), (later["n"], 1.0))

    def beside(self, sums: Sums) -> dict[str, Estimate]:
        """Nothing."""
        return {}


@dataclass(frozen=True, slots=True)
class Money:
    """Columns n, x (exact decimal) and xx: a sum of amounts in one currency."""

    additive: bool = False

    def gather(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Add the sums."""
        return add(rows, PLAIN)

    def estimate(self, sums: Sums, scale: Scale | None) -> Estimate:
        """Compound Poisson."""
        return rate.compound(sums["n"], float(sums["x"]), float(sums["xx"]))

    def change(self, earlier: Sums, later: Sums, days: tuple[float, float]) -> Change:
        """Two sums a day, told for the length of the later period."""
        if not days[0] or not days[1]:
            return Change(None, None, None, None)
        return rate.compound_change(
            (float(earlier["x"]), float(earlier["xx"]), days[0] / days[1]),
            (float(later["x"]), float(later["xx"]), 1.0),
        )

    def beside(self, sums: Sums) -> dict[str, Estimate]:
        """Nothing."""
        return {}


@dataclass(frozen=True, slots=True)
class Average:
    """Columns n, x (exact decimal) and xx: the mean of amounts."""

    additive: bool = True

    def gather(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Add the sums."""
        return add(rows, PLAIN)

    def estimate(self, sums: Sums, scale: Scale | None) -> Estimate:
        """Student's t."""
        return means.mean(_moments(sums))

    def change(self, earlier: Sums, later: Sums, days: tuple[float, float]) -> Change:
        """Welch."""
        return means.welch(_moments(earlier), _moments(later))

    def beside(self, sums: Sums) -> dict[str, Estimate]:
        """Nothing."""
        return {}


@dataclass(frozen=True, slots=True)
class Median:
    """Columns amount and n: the median of counted values, with the 90th percentile beside."""

    additive: bool = False

    def gather(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Keep the distribution; n is its size."""
        return {
            "n": sum(row["n"] for row in rows),
            "values": np.array([row["amount"] for row in rows], dtype=np.float64),
            "counts": np.array([row["n"] for row in rows], dtype=np.int64),
        }

    def estimate(self, sums: Sums, scale: Scale | None) -> Estimate:
        """Order statistics."""
        return quantile.quantile(sums["values"], sums["counts"])

    def change(self, earlier: Sums, later: Sums, days: tuple[float, float]) -> Change:
        """Price and Bonett."""
        return quantile.median_change(self.estimate(earlier, None), self.estimate(later, None))

    def beside(self, sums: Sums) -> dict[str, Estimate]:
        """The 90th percentile."""
        return {"p90": quantile.quantile(sums["values"], sums["counts"], 0.9)}


@dataclass(frozen=True, slots=True)
class MedianWait:
    """Columns seconds, happened, censored: the median wait in minutes, open cases included."""

    additive: bool = False

    def gather(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Keep the distribution; n is its size."""
        return {
            "n": sum(row["happened"] + row["censored"] for row in rows),
            "times": np.array([row["seconds"] for row in rows], dtype=np.float64) / MINUTE,
            "happened": np.array([row["happened"] for row in rows], dtype=np.float64),
            "censored": np.array([row["censored"] for row in rows], dtype=np.float64),
        }

    def estimate(self, sums: Sums, scale: Scale | None) -> Estimate:
        """Kaplan-Meier with the interval of Brookmeyer and Crowley."""
        return survival.time_until(_curve(sums))

    def change(self, earlier: Sums, later: Sums, days: tuple[float, float]) -> Change:
        """Price and Bonett, over both intervals."""
        return quantile.median_change(self.estimate(earlier, None), self.estimate(later, None))

    def beside(self, sums: Sums) -> dict[str, Estimate]:
        """The 90th percentile of the same curve, and the share still open, in percent."""
        still = proportion(float(sums["censored"].sum()), int(sums["n"])).scaled(PERCENT)
        return {"p90": survival.time_until(_curve(sums), 0.9), "open": still}


@dataclass(frozen=True, slots=True)
class Again:
    """Columns day, due, n, ended: the share that came again within a year, of those due."""

    additive: bool = False

    def gather(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Count the due ones, and keep the distribution of days."""
        due = [row for row in rows if row["due"]]
        ended = np.array([row["ended"] for row in rows], dtype=np.float64)
        return {
            "n": sum(row["n"] for row in due),
            "yes": sum(row["ended"] for row in due),
            "times": np.array([row["day"] for row in rows], dtype=np.float64),
            "happened": ended,
            "censored": np.array([row["n"] for row in rows], dtype=np.float64) - ended,
        }

    def estimate(self, sums: Sums, scale: Scale | None) -> Estimate:
        """Wilson over the due ones."""
        return proportion(sums["yes"], sums["n"]).scaled(PERCENT)

    def change(self, earlier: Sums, later: Sums, days: tuple[float, float]) -> Change:
        """Newcombe, two-proportion test."""
        pairs = [(float(sums["yes"]), float(sums["n"])) for sums in (earlier, later)]
        return proportion_change(*pairs).scaled(PERCENT)

    def beside(self, sums: Sums) -> dict[str, Estimate]:
        """Kaplan-Meier's share by the last day of the year, the not yet due ones included."""
        ended = survival.share_ended(_curve(sums), YEAR_DAYS - 1)
        return {"kaplan_meier": ended.scaled(PERCENT)}


@dataclass(frozen=True, slots=True)
class Known:
    """Columns n, value, low, high: one estimate that another noun has worked out."""

    additive: bool = False

    def gather(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Take the one row; nothing without any."""
        row = rows[0] if rows else {}
        return {"n": row.get("n", 0), **{name: row.get(name) for name in ("value", "low", "high")}}

    def estimate(self, sums: Sums, scale: Scale | None) -> Estimate:
        """The estimate as it is."""
        return Estimate(sums["n"], sums["value"], sums["low"], sums["high"])

    def change(self, earlier: Sums, later: Sums, days: tuple[float, float]) -> Change:
        """None is known: two of them rest on much the same customers."""
        return NO_CHANGE_KNOWN

    def beside(self, sums: Sums) -> dict[str, Estimate]:
        """Nothing."""
        return {}


def _curve(sums: Sums) -> survival.Curve:
    return survival.kaplan_meier(sums["times"], sums["happened"], sums["censored"])
