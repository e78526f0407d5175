"""Waiting times from counts in bins one percent wide; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from regulars.kit.stats.mean import Sums, mean
from regulars.kit.stats.quantile import quantile
from regulars.understand.journeys.model import Wait
from regulars.understand.journeys.queries import BIN

Floats = npt.NDArray[np.float64]


def bin_values(bins: Sequence[int]) -> Floats:
    """Return the middle of the whole seconds that each bin holds.

    A bin below a hundred seconds holds one whole second at most, so those are exact.
    """
    edges = np.asarray(bins, dtype=np.float64)
    low = np.ceil(np.exp(edges * BIN) - 1 - 1e-9)
    high = np.ceil(np.exp((edges + 1) * BIN) - 1 - 1e-9) - 1
    return np.asarray((low + np.maximum(low, high)) / 2, dtype=np.float64)


def wait_of(bins: Sequence[int], counts: Sequence[int], total: float) -> Wait | None:
    """Return mean, median and 90th percentile of waits counted by bin; `total` is their sum.

    The mean is exact; its interval takes the spread of the bins.
    """
    n = sum(counts)
    if n == 0:
        return None
    values, weights = bin_values(bins), np.asarray(counts, dtype=np.int64)
    around = float(weights @ values) / n
    squares = total * total / n + float(weights @ (values - around) ** 2)
    return Wait(
        n,
        mean(Sums(n, total, squares)),
        quantile(values, weights),
        quantile(values, weights, 0.9),
    )


def longer_than(bins: Sequence[int], counts: Sequence[int], limit: float) -> int:
    """Return how many waits were longer than `limit` seconds, exact to the bin."""
    edge = math.floor(math.log(limit + 1) / BIN)
    return sum(count for number, count in zip(bins, counts, strict=True) if number > edge)
