"""How well a model foretold: order, calibration, lift and lead time, with intervals."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import numpy.typing as npt
import scipy

from regulars.kit.stats.estimate import Estimate, Z, empty
from regulars.kit.stats.proportion import proportion
from regulars.kit.stats.quantile import quantile
from regulars.understand.churn.learning import logistic
from regulars.understand.churn.model import (
    AHEAD,
    BINS,
    CANDIDATES,
    RECENCY,
    WARNED,
    Bin,
    Calibration,
    ChurnBackTest,
    ModelCandidate,
    Seen,
    log_odds,
)

Array = npt.NDArray[np.float64]
ONE_SIDED = 1.645
WORST = 1e12
"""A line whose information matrix is conditioned worse than this is not known."""


def auc(chance: Array, lost: Array) -> Estimate:
    """Return the chance that a lost customer was rated above a kept one; ties count half.

    Interval: Hanley & McNeil, Radiology 143 (1982) 29-36. None when one side is empty.
    """
    ones = int(lost.sum())
    zeros = len(lost) - ones
    if not ones or not zeros:
        return empty()
    ranks = scipy.stats.rankdata(chance)
    value = float((ranks[lost > 0].sum() - ones * (ones + 1) / 2) / (ones * zeros))
    first, second = value / (2 - value), 2 * value * value / (1 + value)
    spread = (
        value * (1 - value) + (ones - 1) * (first - value**2) + (zeros - 1) * (second - value**2)
    )
    reach = Z * math.sqrt(max(spread, 0.0) / (ones * zeros))
    return Estimate(len(lost), value, max(value - reach, 0.0), min(value + reach, 1.0))


def losses(chance: Array, lost: Array) -> Array:
    """Return each customer's log loss."""
    held = np.clip(chance, 1e-9, 1 - 1e-9)
    return -np.where(lost > 0, np.log(held), np.log1p(-held))


def slope(chance: Array, lost: Array) -> float | None:
    """Return the slope of the calibration line: the outcome's logistic regression on log odds."""
    odds = log_odds(chance)
    if not odds.std() or not 0 < lost.mean() < 1:
        return None
    return float(logistic(odds[:, None], lost, ridge=1e-6)[0][0])


def calibration(chance: Array, lost: Array) -> Calibration | None:
    """Return the whole calibration line with its covariance, from the observed information."""
    odds = log_odds(chance)
    if not odds.std() or not 0 < lost.mean() < 1:
        return None
    (weight,), start = logistic(odds[:, None], lost, ridge=1e-6)
    said = scipy.special.expit(start + weight * odds)
    spread = said * (1 - said)
    design = np.column_stack([np.ones(len(odds)), odds])
    information = (design * spread[:, None]).T @ design
    if np.linalg.cond(information) > WORST:
        return None
    (first, both), (_both, second) = np.linalg.inv(information)
    covariance = (float(first), float(both)), (float(both), float(second))
    return Calibration(float(start), float(weight), covariance, len(odds))


def candidates(chances: dict[str, Array], seen: Seen) -> list[ModelCandidate]:
    """Return every candidate's quality, from the simplest on.

    `as_good`: its log loss is not greater than the best one's beyond chance (paired, one-sided
    5 %), and it orders customers no worse than recency does.
    """
    each = {key: losses(chance, seen.lost) for key, chance in chances.items()}
    best = min(each, key=lambda key: float(each[key].mean()))
    again = seen.columns["days"] > 1
    plain = auc(chances[RECENCY], seen.lost).value or 0.0
    compared = []
    for key in (name for name in CANDIDATES if name in chances):
        ordered = auc(chances[key], seen.lost)
        apart = each[key] - each[best]
        error = float(apart.std() / math.sqrt(len(apart)))
        worse = float(apart.mean())
        compared.append(
            ModelCandidate(
                key,
                ordered,
                auc(chances[key][again], seen.lost[again]),
                float(each[key].mean()),
                slope(chances[key], seen.lost),
                worse,
                worse <= ONE_SIDED * error and (ordered.value or 0.0) >= plain,
            )
        )
    return compared


def bins(chance: Array, lost: Array) -> list[Bin]:
    """Return tenths of the customers by chance with what became of them; equal chances together."""
    edges = np.unique(np.quantile(chance, np.linspace(0, 1, BINS + 1)))
    place = np.clip(np.searchsorted(edges, chance, side="right") - 1, 0, max(len(edges) - 2, 0))
    groups = []
    for one in np.unique(place):
        here = place == one
        estimate = proportion(float(lost[here].sum()), int(here.sum()))
        said = chance[here]
        groups.append(Bin(float(said.min()), float(said.max()), float(said.mean()), estimate))
    return groups


def active(seen: Seen, event: str | None) -> npt.NDArray[np.bool_]:
    """Return who can still be warned of: by silence, who is not dormant yet; by event, anybody."""
    if event is not None:
        return np.ones(len(seen), dtype=bool)
    return seen.columns["silence"] < AHEAD


def report(
    seen: Seen,
    chances: dict[str, Array],
    compared: list[ModelCandidate],
    *,
    used: str,
    event: str | None,
    learnt: list[date],
) -> ChurnBackTest:
    """Return the whole back-test of the model in use."""
    here = active(seen, event)
    chance, lost = chances[used][here], seen.lost[here]
    warned = np.zeros(len(chance), dtype=bool)
    warned[np.argsort(-chance, kind="stable")[: max(round(WARNED * len(chance)), 1)]] = True
    share = proportion(float(lost[warned].sum()), int(warned.sum()))
    base = proportion(float(lost.sum()), len(lost))
    lift = share.scaled(1 / base.value) if base.value else empty()
    until = seen.lost_after if event else AHEAD - seen.columns["silence"]
    leads = until[here][warned & (lost > 0)]
    return ChurnBackTest(
        seen.cut,
        learnt,
        len(seen),
        proportion(float(seen.lost.sum()), len(seen)),
        base,
        compared,
        bins(chances[used], seen.lost),
        lift,
        proportion(float(lost[warned].sum()), int(lost.sum())),
        quantile(leads, np.ones(len(leads), dtype=np.int64)) if len(leads) else empty(),
        calibration(chance, lost),
    )
