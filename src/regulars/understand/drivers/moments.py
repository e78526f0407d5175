"""Correlations of incomplete answers, from all who gave both, for the sample and its bootstrap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MIN_EIGENVALUE = 1e-4


@dataclass(frozen=True, slots=True)
class Moments:
    """Pairwise statistics of columns: answers of both, correlations, and own mean and spread."""

    n: Floats
    correlations: Floats
    means: Floats
    spreads: Floats


class Sample:
    """Answers, one row a person, one column an attribute, the outcome last; NaN is no answer."""

    def __init__(self, values: Floats) -> None:
        self.given = (~np.isnan(values)).astype(np.float64)
        self.centres = np.nanmean(values, axis=0)
        # Centred first, so that sums of squares keep their digits.
        self.filled = np.nan_to_num(values - self.centres)

    def __len__(self) -> int:
        return len(self.filled)

    def moments(self, weights: NDArray[Any] | None = None) -> Moments:
        """Return the statistics, each pair of columns from those who answered both.

        `weights` says how often each person counts (a bootstrap replicate). A column without
        spread has correlation 0.
        """
        given, filled = self.given, self.filled
        heavy = given if weights is None else given * weights[:, None]
        full = filled if weights is None else filled * weights[:, None]
        n = heavy.T @ given
        total = full.T @ given
        squares = (full * filled).T @ given
        cross = full.T @ filled
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.maximum(squares - total * total / n, 0.0)
            between = np.sqrt(spread * spread.T)
            correlations = (cross - total * total.T / n) / between
        correlations = np.clip(np.nan_to_num(correlations, posinf=0.0, neginf=0.0), -1.0, 1.0)
        np.fill_diagonal(correlations, 1.0)
        own = np.diag(n)
        with np.errstate(divide="ignore", invalid="ignore"):
            means = self.centres + np.diag(total) / own
            spreads = np.sqrt(np.diag(spread) / np.maximum(own - 1, 1))
        return Moments(n, correlations, means, spreads)


def possible(correlations: Floats) -> tuple[Floats, bool]:
    """Return the nearest possible correlation matrix and whether the given one was not.

    Pairs from different people may contradict each other. Negative eigenvalues are set to a small
    positive one and the diagonal to 1 again (Rousseeuw & Molenberghs, Communications in
    Statistics 22 (1993) 965-984).
    """
    values, vectors = np.linalg.eigh(correlations)
    if values.min() >= MIN_EIGENVALUE:
        return correlations, False
    mended = (vectors * np.maximum(values, MIN_EIGENVALUE)) @ vectors.T
    scale = 1.0 / np.sqrt(np.diag(mended))
    return mended * np.outer(scale, scale), True
