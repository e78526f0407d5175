"""The candidates: each is fitted in its own way and becomes an additive model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import scipy
from threadpoolctl import threadpool_limits

from regulars.understand.churn.model import (
    BGNBD,
    FEATURES,
    LINEAR,
    RECENCY,
    TREES,
    Additive,
    Seen,
    Shape,
    worked,
)

Array = npt.NDArray[np.float64]
KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)
GRID = 64
RIDGE = 10.0
MAX_ROWS = 60_000
"""Customers that a model learns from: more would not change its curves."""
ROUNDS = 120


def fit(key: str, seen: Seen) -> Additive:
    """Return the candidate `key` fitted to `seen` (several cuts joined, at most `MAX_ROWS`)."""
    part = seen.rows(np.arange(0, len(seen), max(len(seen) // MAX_ROWS, 1)))
    if key == TREES:
        import sklearn.ensemble  # noqa: F401 (its threads are only held once they are loaded)
    # In this thread: so few rows gain little by more, and on a busy machine threads that wait for
    # each other in every round took ten times as long.
    with threadpool_limits(limits=1):
        return FITTERS[key](part)


def _recency(seen: Seen) -> Additive:
    return _lines(seen, ["silence"], bent=False)


def _bgnbd(seen: Seen) -> Additive:
    """Platt's line over the log odds that BG/NBD gives for "no action within the horizon"."""
    return _lines(seen, ["rhythm"], bent=False)


def _linear(seen: Seen) -> Additive:
    return _lines(seen, [name for name in FEATURES if name != "rhythm"], bent=True)


def _lines(seen: Seen, names: list[str], *, bent: bool) -> Additive:
    """Ridge logistic regression on straight (or, at quantiles, bent) lines of the features."""
    names = [name for name in names if _varies(seen.columns[name])]
    bases, spans = [], {}
    for name in names:
        values = worked(name, seen.columns[name])
        known = values[np.isfinite(values)]
        inner = np.unique(np.quantile(known, KNOTS))[1:-1] if bent else np.array([])
        spans[name] = (float(known.min()), float(known.max()), inner)
        bases.append(_basis(values, inner))
    sizes = [basis.shape[1] for basis in bases]
    matrix = np.hstack(bases) if bases else np.empty((len(seen), 0))
    weights, intercept = logistic(matrix, seen.lost)
    shapes, start = [], 0
    for name, size in zip(names, sizes, strict=True):
        low, high, inner = spans[name]
        at = np.unique(np.concatenate([[low], inner, [high]]))
        own = weights[start : start + size]
        shapes.append(_shape(name, at, _basis(at, inner) @ own, float(own[-1]), seen))
        start += size
    return _centred(intercept, shapes)


def _basis(values: Array, inner: Array) -> Array:
    """Return the value, its excess over each inner knot, and whether it is unknown."""
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    bends = [np.where(known, np.maximum(filled - knot, 0.0), 0.0) for knot in inner]
    return np.column_stack([filled, *bends, ~known]).astype(np.float64)


def logistic(matrix: Array, outcome: Array, ridge: float = RIDGE) -> tuple[Array, float]:
    """Return weights and intercept by Newton's method; the ridge acts on standardised columns."""
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    design = np.column_stack([np.ones(len(matrix)), (matrix - mean) / spread])
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 1e-9
    beta = np.zeros(design.shape[1])
    for _turn in range(50):
        chance = scipy.special.expit(design @ beta)
        slope = design.T @ (outcome - chance) - penalty * beta
        weight = np.maximum(chance * (1 - chance), 1e-9)
        step = np.linalg.solve((design * weight[:, None]).T @ design + np.diag(penalty), slope)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    weights = beta[1:] / spread
    return weights, float(beta[0] - mean @ weights)


def _trees(seen: Seen) -> Additive:
    """Boosted trees that may not mix features: their sum over trees is one curve a feature."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    names = [n for n in FEATURES if n != "rhythm" and _varies(seen.columns[n])]
    matrix = np.column_stack([worked(name, seen.columns[name]) for name in names])
    trees = HistGradientBoostingClassifier(
        learning_rate=0.08, max_iter=ROUNDS, min_samples_leaf=100, max_leaf_nodes=8,
        interaction_cst="no_interactions", random_state=0, early_stopping=False,
    ).fit(matrix, seen.lost)  # fmt: skip
    # Each curve is read off where all other features are unknown; curves differ by constants
    # only, which the centring and the intercept below put right.
    blank = np.full((1, len(names)), np.nan)
    ground = float(trees.decision_function(blank)[0])
    shapes = []
    for place, name in enumerate(names):
        known = matrix[np.isfinite(matrix[:, place]), place]
        at = np.unique(np.quantile(known, np.linspace(0, 1, GRID)))
        probe = np.repeat(blank, len(at), axis=0)
        probe[:, place] = at
        adds = trees.decision_function(probe) - ground
        shapes.append(_shape(name, at, adds, 0.0, seen))
    return _centred(ground, shapes)


def _shape(name: str, at: Array, adds: Array, unknown: float, seen: Seen) -> tuple[Shape, float]:
    """Return the shape with mean zero over the customers, and the mean taken off."""
    values = worked(name, seen.columns[name])
    known = np.isfinite(values)
    added = np.where(known, np.interp(np.where(known, values, 0.0), at, adds), unknown)
    mean = float(added.mean())
    return Shape(name, [float(x) for x in at], [float(y) - mean for y in adds],
                 unknown - mean), mean  # fmt: skip


def _centred(intercept: float, shapes: list[tuple[Shape, float]]) -> Additive:
    return Additive(intercept + sum(mean for _one, mean in shapes), [one for one, _mean in shapes])


def _varies(values: Array) -> bool:
    known = values[np.isfinite(values)]
    return len(known) > 0 and bool(known.min() < known.max())


FITTERS: dict[str, Callable[[Seen], Additive]] = {
    RECENCY: _recency,
    BGNBD: _bgnbd,
    LINEAR: _linear,
    TREES: _trees,
}
