"""Time until something happens, for cases of which some are still open (censored)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.kit.stats.estimate import Estimate, Z, empty

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """Kaplan-Meier's step function: after `times[i]` the share `open_[i]` is still open.

    `greenwood` is Greenwood's sum of d / (r (r - d)) up to each time; `followed` is the last
    time at which anyone was watched.
    """

    n: int
    times: Floats
    open_: Floats
    greenwood: Floats
    followed: float


def kaplan_meier(times: Floats, happened: Floats, censored: Floats) -> Curve:
    """Return the curve of counted cases: at `times[i]`, `happened[i]` ended, `censored[i]` left.

    Kaplan & Meier, JASA 53 (1958) 457-481. Who is censored at the moment of an event was still
    at risk for it. The arrays have one length; times may repeat and stand in any order.
    """
    unique, place = np.unique(times, return_inverse=True)
    ended = np.bincount(place, weights=happened, minlength=unique.size)
    left = np.bincount(place, weights=censored, minlength=unique.size)
    n = float(ended.sum() + left.sum())
    at_risk = n - np.concatenate(([0.0], np.cumsum(ended + left)[:-1])) if unique.size else unique
    seen = ended > 0
    still: Floats = np.cumprod(1 - ended[seen] / at_risk[seen], dtype=np.float64)
    rest = at_risk[seen] * (at_risk[seen] - ended[seen])
    terms = np.divide(ended[seen], rest, out=np.full(rest.shape, np.inf), where=rest > 0)
    return Curve(
        round(n),
        unique[seen],
        still,
        np.cumsum(terms),
        float(unique[-1]) if unique.size else 0.0,
    )


def share_open(curve: Curve, at: float) -> Estimate:
    """Return the share still open after `at`, with the log-log Greenwood interval.

    Kalbfleisch & Prentice, The Statistical Analysis of Failure Time Data (2002), section 1.4.
    No value where nobody was watched that long and someone was still open.
    """
    if curve.n == 0:
        return empty()
    index = int(np.searchsorted(curve.times, at, side="right")) - 1
    share = 1.0 if index < 0 else float(curve.open_[index])
    if at > curve.followed and share > 0:
        return Estimate(curve.n, None, None, None)
    if index < 0 or share <= 0:
        return Estimate(curve.n, share, None, None)
    low, high = _log_log(share, float(curve.greenwood[index]))
    return Estimate(curve.n, share, low, high)


def share_ended(curve: Curve, at: float) -> Estimate:
    """Return the share ended by `at`: one minus `share_open`."""
    rest = share_open(curve, at)
    if rest.value is None:
        return rest
    low = None if rest.high is None else 1 - rest.high
    high = None if rest.low is None else 1 - rest.low
    return Estimate(rest.n, 1 - rest.value, low, high)


def time_until(curve: Curve, share: float = 0.5) -> Estimate:
    """Return the time by which `share` have ended (0.5: the median), with its interval.

    Brookmeyer & Crowley, Biometrics 38 (1982) 29-41, on the log-log scale. Where the curve rests
    exactly at the level, the middle of the step is taken, so that without censoring the median is
    the usual one. None where the curve does not come down that far.
    """
    if curve.n == 0:
        return empty()
    level = 1 - share
    lows, highs = _bounds(curve)
    return Estimate(
        curve.n, _crossing(curve, level), _first(curve, lows, level), _first(curve, highs, level)
    )


def _log_log(share: float, greenwood: float) -> tuple[float, float]:
    if not 0 < share < 1 or not math.isfinite(greenwood):
        return share, share
    reach = Z * math.sqrt(greenwood) / abs(math.log(share))
    return share ** math.exp(reach), share ** math.exp(-reach)


def _bounds(curve: Curve) -> tuple[Floats, Floats]:
    pairs = [
        _log_log(float(share), float(term))
        for share, term in zip(curve.open_, curve.greenwood, strict=True)
    ]
    both = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _first(curve: Curve, levels: Floats, level: float) -> float | None:
    reached = np.flatnonzero(levels <= level + 1e-12)
    return float(curve.times[reached[0]]) if reached.size else None


def _crossing(curve: Curve, level: float) -> float | None:
    reached = np.flatnonzero(curve.open_ <= level + 1e-12)
    if not reached.size:
        return None
    index = int(reached[0])
    here = float(curve.times[index])
    rests = abs(float(curve.open_[index]) - level) <= 1e-12
    if rests and index + 1 < curve.times.size:
        return (here + float(curve.times[index + 1])) / 2
    return here
