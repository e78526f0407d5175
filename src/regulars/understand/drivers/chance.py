"""How often chance alone explains as much: outcomes dealt out to people anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regulars.understand.drivers import importance
from regulars.understand.drivers.moments import Moments, Sample, possible

Floats = NDArray[np.float64]
DEALS = 199
AT_ONCE = 20
SEED = 21


def as_much(sample: Sample, moments: Moments, whole: float) -> float:
    """Return the p-value of R² (`whole`): who said what of the attributes stays, outcomes move.

    A permutation test, so it holds for pairwise answers, too, for which the F test is not made.
    Every person of `sample` has an outcome.
    """
    rng = np.random.default_rng(SEED)
    outcome = sample.filled[:, -1]
    beyond = 0
    for start in range(0, DEALS, AT_ONCE):
        count = min(AT_ONCE, DEALS - start)
        dealt = rng.permuted(np.tile(outcome, (count, 1)), axis=1).T
        beyond += sum(
            _explained(moments.correlations, column) >= whole - 1e-12
            for column in _correlations(sample, dealt).T
        )
    return (1 + beyond) / (1 + DEALS)


def _correlations(sample: Sample, dealt: Floats) -> Floats:
    """Return each attribute's correlation with every dealt outcome, over who answered it."""
    given, filled = sample.given[:, :-1], sample.filled[:, :-1]
    n = given.sum(axis=0)[:, None]
    own, own_squares = filled.sum(axis=0)[:, None], (filled * filled).sum(axis=0)[:, None]
    other, other_squares = given.T @ dealt, given.T @ (dealt * dealt)
    spread = (own_squares - own * own / n) * (other_squares - other * other / n)
    found: Floats = (filled.T @ dealt - own * other / n) / np.sqrt(np.maximum(spread, 1e-12))
    return np.clip(found, -1.0, 1.0)


def _explained(correlations: Floats, column: Floats) -> float:
    made = correlations.copy()
    made[:-1, -1] = made[-1, :-1] = column
    matrix, _repaired = possible(made)
    return float(importance.slopes(matrix) @ matrix[:-1, -1])
