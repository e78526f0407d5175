"""Medians and percentiles by customer, and their changes where many values are equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.kit.stats import score
from regulars.kit.stats.clustered import Clusters, Floats, Keys, Loose, correlation, effective_size
from regulars.kit.stats.estimate import NO_CHANGE_KNOWN, Change, Estimate, recovered
from regulars.kit.stats.quantile import quantile

NOBODY = -1
"""The key of values that are nobody's."""
MIDDLE = (0.3, 0.7)
"""Between these shares of all values a value counts by its place; below 0, above 1."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Values that occur `counts` times each with the customer or group of `keys`.

    `single`: nobody has more than one value; `grouped`: keys are groups (see `Clusters`).
    """

    keys: Keys
    values: Floats
    counts: npt.NDArray[np.int64]
    single: bool = False
    grouped: bool = False

    @property
    def n(self) -> int:
        """How many values there are."""
        return int(self.counts.sum())

    def clusters(self, scores: Floats) -> Clusters:
        """Return the sums by customer of what each value scores."""
        owned = self.keys != NOBODY
        many = self.counts.astype(np.float64)
        lone, of_lone = many[~owned], scores[~owned]
        powers = [float((lone * of_lone**power).sum()) for power in (1, 2, 3)]
        return Clusters.of(
            self.keys[owned],
            many[owned],
            (many * scores)[owned],
            float((many * scores**2).sum()),
            float((many * scores**3).sum()),
            loose=Loose.plain(round(float(lone.sum())), *powers),
            single=self.single,
            grouped=self.grouped,
        )


def percentile(measured: Measured, share: float = 0.5) -> Estimate:
    """Return the `share` quantile; customers with several values leave a wider interval.

    Order statistics at the effective size of *lies below*: Woodruff, JASA 47 (1952) 635-646.
    """
    plain = quantile(measured.values, measured.counts, share)
    if measured.single or plain.value is None:
        return plain
    size = effective_size(_beyond(measured, plain.value), measured.n)
    return quantile(measured.values, measured.counts, share, size=size)


def _beyond(measured: Measured, value: float) -> Clusters:
    """Return how many of each customer's values lie above `value`; a half of those at it."""
    return measured.clusters((np.sign(measured.values - value) + 1) / 2)


def median_change(earlier: Measured, later: Measured) -> Change:
    """Return the change of a median: interval from both sides' own, p of a score test.

    A value scores by its place among all values of both sides: 0 in the lowest three tenths, 1 in
    the highest, between them rising evenly; equal values share their mean place. That is Mood's
    median test (Introduction to the Theory of Statistics, 1950) taken over the middle rather than
    at one point, and so keeps its level where many values are equal. Customers are allotted whole.
    """
    before, after = percentile(earlier), percentile(later)
    if before.value is None or after.value is None:
        return NO_CHANGE_KNOWN
    places = _places(
        np.concatenate([earlier.values, later.values]),
        np.concatenate([earlier.counts, later.counts]),
    )
    split = earlier.values.size
    p = score.ratio_p(earlier.clusters(places[:split]), later.clusters(places[split:]))
    together = correlation(_beyond(earlier, before.value), _beyond(later, after.value))
    return recovered(before, after, 1.0 if p is None else p, together)


def _places(values: Floats, counts: npt.NDArray[np.int64]) -> Floats:
    """Return what each value scores among all of them."""
    unique, where = np.unique(values, return_inverse=True)
    many = np.bincount(where, weights=counts, minlength=unique.size)
    reached = np.cumsum(many)
    low, high = MIDDLE
    scores: Floats = np.clip(((reached - many / 2) / reached[-1] - low) / (high - low), 0, 1)[where]
    return scores
