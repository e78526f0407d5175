"""From people's answers to importances with intervals; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.understand.drivers import chance, importance, shape
from regulars.understand.drivers.model import MIN_PAIR, MIN_WITH, Driver, Interval, Missing
from regulars.understand.drivers.moments import Moments, Sample, possible
from regulars.understand.drivers.outcomes import MIN_PEOPLE
from regulars.understand.policy import FALSE_ALARM_RATE

Floats = NDArray[np.float64]
SEED = 20
TAIL = 1.96
BENT = 0.01


@dataclass(frozen=True, slots=True)
class Analysed:
    """The ranking with its fit; `analysed` people stand behind it, `p` is as in `chance`."""

    drivers: list[Driver]
    r_squared: Interval
    p: float
    repaired: bool
    trees: float
    linear: float
    agreement: float | None
    analysed: int


@dataclass(frozen=True, slots=True)
class _Fit:
    """What one sample gives, each an array over attributes; `whole` is R²."""

    lmg: Floats
    johnson: Floats
    slopes: Floats
    means: Floats
    whole: float
    repaired: bool


def together(values: Floats, names: Sequence[str]) -> tuple[list[int], dict[str, str]]:
    """Return the columns that enough people answered together, and who was in whose way.

    An attribute with too few pairs with the outcome goes; then, as long as a pair of attributes
    has too few, the one with the most such pairs, of equal ones that with fewer answers.
    """
    given = (~np.isnan(values)).astype(np.float64)
    pairs = given.T @ given
    columns = [j for j in range(len(names)) if pairs[j, -1] >= MIN_WITH and _varies(values[:, j])]
    dropped = {names[j]: "" for j in range(len(names)) if j not in columns}
    while columns:
        scarce = pairs[np.ix_(columns, columns)] < MIN_PAIR
        if not scarce.any():
            break
        order = sorted(
            range(len(columns)), key=lambda i: (-scarce[i].sum(), pairs[columns[i], columns[i]])
        )
        worst = order[0]
        dropped[names[columns[worst]]] = names[columns[int(np.argmax(scarce[worst]))]]
        columns.pop(worst)
    return columns, dropped


def leave(values: Floats, missing: Missing) -> Floats:
    """Return the rows that take part by the declared rule (outcome in the last column)."""
    given = ~np.isnan(values)
    answered = given[:, :-1]
    enough = answered.all(axis=1) if missing is Missing.COMPLETE else answered.any(axis=1)
    kept: Floats = values[given[:, -1] & enough]
    return kept


def analyse(
    values: Floats, names: Sequence[str], reach: Mapping[str, float | None], *, replicates: int
) -> Analysed | None:
    """Return what goes with the outcome (one row a person, outcome last); None for too few.

    Shares and ranks are left out with a single attribute, and where chance alone explains as much:
    shares of nothing are nothing. Intervals come from a bootstrap over people: its percentiles for
    shares, slopes and means; those of R², which is never below nothing, are corrected for bias
    (Efron, JASA 82 (1987) 171-185, without acceleration). docs/algorithms/drivers.md tells how
    often they hold.
    """
    if len(values) < MIN_PEOPLE or not names or not _varies(values[:, -1]):
        return None
    sample = Sample(values)
    moments = sample.moments()
    fit = _fit(moments)
    drawn = _bootstrap(sample, replicates)
    p = chance.as_much(sample, moments, fit.whole)
    check = shape.check(values)
    bends = benjamini_hochberg([shape.bend(values[:, j], values[:, -1]) for j in range(len(names))])
    tests = [_p(moments.correlations[j, -1], moments.n[j, -1]) for j in range(len(names))]
    adjusted = benjamini_hochberg(tests)
    ranked = len(names) > 1 and p <= FALSE_ALARM_RATE
    seen = _Seen(values, moments, fit, drawn, check, bends, adjusted, ranked)
    drivers = [seen.driver(j, name, reach.get(name)) for j, name in enumerate(names)]
    known = _ranks(fit.lmg), _ranks(check.parts)
    agreement = (
        float(scipy.stats.spearmanr(*known).statistic) if ranked and len(names) > 2 else None
    )
    return Analysed(
        drivers=[drivers[j] for j in np.argsort(-fit.lmg, kind="stable")],
        r_squared=_corrected(fit.whole, [one.whole for one in drawn], clear=p <= FALSE_ALARM_RATE),
        p=p,
        repaired=fit.repaired,
        trees=check.trees,
        linear=check.linear,
        agreement=agreement,
        analysed=len(values),
    )


def alone(values: Floats) -> Floats:
    """Return each attribute's own correlation with the outcome, whoever answered it."""
    found: Floats = Sample(values).moments().correlations[:-1, -1]
    return found


def shares(values: Floats) -> tuple[Floats, float]:
    """Return each attribute's share of what is explained, and R², without intervals."""
    fit = _fit(Sample(values).moments())
    return _part(fit.lmg), fit.whole


def steadiness(rankings: Sequence[Sequence[float]]) -> float | None:
    """Return Kendall's W of several rankings of the same things: 1 if all agree, 0 if none do.

    Kendall & Babington Smith (1939). None with fewer than two rankings or three things.
    """
    ranks = np.array([scipy.stats.rankdata(ranking) for ranking in rankings])
    if ranks.ndim != 2 or ranks.shape[0] < 2 or ranks.shape[1] < 3:
        return None
    judges, things = ranks.shape
    totals = ranks.sum(axis=0)
    spread = float(np.sum((totals - totals.mean()) ** 2))
    return float(12.0 * spread / (judges**2 * (things**3 - things)))


def _fit(moments: Moments) -> _Fit:
    matrix, repaired = possible(moments.correlations)
    lmg = importance.lmg(matrix)
    scale = moments.spreads[-1] / np.maximum(moments.spreads[:-1], 1e-9)
    return _Fit(
        lmg=lmg,
        johnson=importance.johnson(matrix),
        slopes=importance.slopes(matrix) * scale,
        means=moments.means,
        whole=float(lmg.sum()),
        repaired=repaired,
    )


def _bootstrap(sample: Sample, replicates: int) -> list[_Fit]:
    rng = np.random.default_rng(SEED)
    people = len(sample)
    return [
        _fit(sample.moments(np.bincount(rng.integers(0, people, people), minlength=people)))
        for _replicate in range(replicates)
    ]


@dataclass(frozen=True, slots=True)
class _Seen:
    """All that is known of one sample, from which each attribute's row is read."""

    values: Floats
    moments: Moments
    fit: _Fit
    drawn: list[_Fit]
    check: shape.Check
    bends: Sequence[float | None]
    q_values: Sequence[float | None]
    ranked: bool

    def driver(self, j: int, name: str, reach: float | None) -> Driver:
        """Return the row of the attribute in column `j`."""
        fit, drawn, bent, q = self.fit, self.drawn, self.bends[j], self.q_values[j]
        clear = q is not None and q <= FALSE_ALARM_RATE
        answered = ~np.isnan(self.values[:, j])
        rank, rank_low, rank_high = self._rank(j)
        return Driver(
            key=name,
            touchpoint=name,
            question="",
            n=int(self.moments.n[j, -1]),
            importance=self._share(j, [one.lmg for one in (fit, *drawn)], clear),
            explains=_corrected(fit.lmg[j], [one.lmg[j] for one in drawn], clear=clear),
            johnson=self._share(j, [one.johnson for one in (fit, *drawn)], clear),
            slope=_percentile(fit.slopes[j], [one.slopes[j] for one in drawn]),
            rank=rank,
            rank_low=rank_low,
            rank_high=rank_high,
            correlation=float(self.moments.correlations[j, -1]),
            q=1.0 if q is None else q,
            performance=_percentile(fit.means[j], [one.means[j] for one in drawn]),
            outcome=float(self.values[answered, -1].mean()),
            reach=reach,
            trees=float(self.check.parts[j]),
            trees_rank=int(_ranks(self.check.parts)[j]) if self.ranked else None,
            bent=bent is not None and bent <= BENT,
        )

    def _share(self, j: int, parts: list[Floats], clear: bool) -> Interval | None:
        """Return the share of one attribute; what may be chance may also be nothing."""
        if not self.ranked:
            return None
        value, *others = (_part(part)[j] for part in parts)
        found = _percentile(value, others)
        return found if clear else Interval(found.value, 0.0, found.high)

    def _rank(self, j: int) -> tuple[int | None, int | None, int | None]:
        if not self.ranked:
            return None, None, None
        low, high = np.quantile([_ranks(one.lmg)[j] for one in self.drawn], [0.025, 0.975])
        return int(_ranks(self.fit.lmg)[j]), int(np.floor(low)), int(np.ceil(high))


def _percentile(value: float, others: list[float]) -> Interval:
    """Return the interval between the replicates' percentiles."""
    low, high = np.quantile(np.array(others), [0.025, 0.975])
    return Interval(float(value), min(float(value), float(low)), max(float(value), float(high)))


def _corrected(value: float, others: list[float], *, clear: bool) -> Interval:
    """Return the bias-corrected percentile interval; from 0 for what is not clear of chance."""
    value, drawn = float(value), np.array(others)
    below = np.clip(np.mean(drawn < value), 0.01, 0.99)
    bias = 2 * scipy.stats.norm.ppf(below)
    low, high = np.quantile(drawn, scipy.stats.norm.cdf([bias - TAIL, bias + TAIL]))
    return Interval(value, min(value, float(low)) if clear else 0.0, max(value, float(high)))


def _part(parts: Floats) -> Floats:
    whole = parts.sum()
    return parts / whole if whole > 0 else np.zeros_like(parts)


def _ranks(parts: Floats) -> Floats:
    found: Floats = scipy.stats.rankdata(-parts, method="ordinal").astype(np.float64)
    return found


def _p(correlation: float, n: float) -> float | None:
    if n < 4:
        return None
    held = min(max(correlation, -1 + 1e-12), 1 - 1e-12)
    t = held * np.sqrt((n - 2) / (1 - held * held))
    return float(2 * scipy.stats.t.sf(abs(t), n - 2))


def _varies(column: Floats) -> bool:
    known = column[~np.isnan(column)]
    return len(known) > 1 and float(np.ptp(known)) > 0
