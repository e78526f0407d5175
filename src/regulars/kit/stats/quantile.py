"""Medians and percentiles of counted values, with intervals by order statistics."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from regulars.kit.stats.estimate import LEVEL, Estimate, empty

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def quantile(
    values: Floats, counts: Counts, share: float = 0.5, *, size: float | None = None
) -> Estimate:
    """Return the `share` quantile of values that occur `counts` times each.

    The value interpolates linearly between order statistics (Hyndman & Fan's type 7, as numpy).
    The interval is distribution-free: the order statistics at the binomial quantiles of rank
    (Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2); its coverage is at least
    95 %. With too few values an end is None: six are needed for both ends of a median. `size` is
    the effective sample size: the ranks are those of so many values, as shares of all.
    """
    ordered, reached = _ordered(values, counts)
    n = int(reached[-1]) if reached.size else 0
    if n == 0:
        return empty()
    position = share * (n - 1)
    below = math.floor(position)
    first, second = _at(ordered, reached, below + 1), _at(ordered, reached, min(below + 2, n))
    tail = (1 - LEVEL) / 2
    rank_low, rank_high = _ranks(n if size is None else size, share, tail)
    if size is not None:
        rank_low, rank_high = _stretched(rank_low, rank_high, n, max(int(size), 1))
    return Estimate(
        n,
        first + (position - below) * (second - first),
        _at(ordered, reached, rank_low) if rank_low >= 1 else None,
        _at(ordered, reached, rank_high) if rank_high <= n else None,
    )


def _stretched(low: int, high: int, n: int, size: int) -> tuple[int, int]:
    """Return ranks among `n` that leave out the shares that these leave out of `size`."""
    return math.floor(low * n / size), n + 1 - math.floor((size + 1 - high) * n / size)


def _ranks(n: float, share: float, tail: float) -> tuple[int, int]:
    """Return ranks r < s with P(X(r) > quantile) ≤ tail and P(X(s) < quantile) ≤ tail."""
    from scipy import stats

    size = max(int(n), 1)
    return int(stats.binom.ppf(tail, size, share)), int(stats.binom.ppf(1 - tail, size, share)) + 1


def _ordered(values: Floats, counts: Counts) -> tuple[Floats, Counts]:
    order = np.argsort(values, kind="stable")
    kept = order[counts[order] > 0]
    return values[kept], np.cumsum(counts[kept])


def _at(ordered: Floats, reached: Counts, rank: int) -> float:
    """Return the value at `rank`, counted from 1."""
    return float(ordered[np.searchsorted(reached, rank)])
