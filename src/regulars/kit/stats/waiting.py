"""Changes of the median of times of which some still run, and of which many may be equal."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from regulars.kit.stats import score
from regulars.kit.stats.clustered import Clusters, Floats, Loose
from regulars.kit.stats.estimate import NO_CHANGE_KNOWN, Change, recovered
from regulars.kit.stats.medians import MIDDLE
from regulars.kit.stats.survival import kaplan_meier, time_until


@dataclass(frozen=True, slots=True)
class Waits:
    """At `times[i]` it happened for `happened[i]` cases, and `censored[i]` were still waiting."""

    times: Floats
    happened: Floats
    censored: Floats


def wait_change(earlier: Waits, later: Waits) -> Change:
    """Return the change of the median wait: interval from both sides' own, p of a score test.

    Places are those of `medians.median_change`, on Kaplan and Meier's curve of both sides
    together; who still waits scores the mean place of all who wait longer (linear rank tests with
    censoring: Prentice, Biometrika 65 (1978) 167-179). So it does not matter that the later side
    was watched for less time.
    """
    sides = (earlier, later)
    before, after = (
        time_until(kaplan_meier(one.times, one.happened, one.censored)) for one in sides
    )
    if not before.n or not after.n:
        return NO_CHANGE_KNOWN
    together = Waits(*(
        np.concatenate([getattr(one, name) for one in sides])
        for name in ("times", "happened", "censored")
    ))  # fmt: skip
    ended, open_ = _places(together)
    split = earlier.times.size
    tested = score.ratio_p(
        _scored(earlier, ended[:split], open_[:split]), _scored(later, ended[split:], open_[split:])
    )
    p = 1.0 if tested is None else tested
    return replace(recovered(before, after, p), p=p)


def _scored(waits: Waits, ended: Floats, open_: Floats) -> Clusters:
    many = np.concatenate([waits.happened, waits.censored])
    scores = np.concatenate([ended, open_])
    x, xx, xxx = (float((many * scores**power).sum()) for power in (1, 2, 3))
    loose = Loose.plain(round(float(many.sum())), x, xx, xxx)
    return Clusters.of([], [], [], xx, xxx, loose=loose, single=True)


def _places(waits: Waits) -> tuple[Floats, Floats]:
    """Return what a wait of each time scores that ended, and what one that still runs."""
    curve = kaplan_meier(waits.times, waits.happened, waits.censored)
    reached = np.concatenate([[0.0], 1 - curve.open_])
    after = reached[np.searchsorted(curve.times, waits.times, side="right")]
    before = reached[np.searchsorted(curve.times, waits.times, side="left")]
    low, high = MIDDLE
    ended = np.clip(((before + after) / 2 - low) / (high - low), 0, 1)
    return ended, _mean_beyond(after)


def _mean_beyond(reached: Floats) -> Floats:
    """Return the mean score of the places beyond what the curve has reached."""
    low, high = MIDDLE
    ramp = np.clip(reached, low, high)
    rising = ((high - low) - (ramp - low) ** 2 / (high - low)) / 2
    area = rising + 1 - np.maximum(reached, high)
    rest = 1 - reached
    flat: Floats = np.divide(area, rest, out=np.ones_like(rest), where=rest > 0)
    return flat
