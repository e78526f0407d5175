"""The check beside the linear answer: what a model without straight lines makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FOLDS = 5
MAX_ROWS = 20_000
SEED = 1
LEVELS = 8


@dataclass(frozen=True, slots=True)
class Check:
    """Held-out R² of boosted trees and of the linear model, and each attribute's part in the first.

    `parts` is the fall of the trees' held-out R² when the attribute's answers are shuffled among
    those who answered, measured on them.
    """

    trees: float
    linear: float
    parts: Floats
    n: int


def check(values: Floats) -> Check:
    """Return the check for answers (one row a person, outcome last, NaN for no answer).

    Gradient-boosted trees on histograms (scikit-learn) take missing answers as they are; the
    linear model gets the mean in their stead. Five folds; permutation importance after Breiman
    (2001) on the held-out fold.
    """
    # Imported first: the limit reaches only libraries that are loaded.
    import sklearn.ensemble  # noqa: F401
    from threadpoolctl import threadpool_limits

    # On a busy machine threads that wait for each other cost more than they bring.
    with threadpool_limits(limits=1, user_api="openmp"):
        return _checked(values)


def _checked(values: Floats) -> Check:
    from sklearn.ensemble import HistGradientBoostingRegressor

    rng = np.random.default_rng(SEED)
    rows = values[rng.permutation(len(values))[:MAX_ROWS]]
    answers, outcome = rows[:, :-1], rows[:, -1]
    fold = np.arange(len(rows)) % FOLDS
    whole = float(np.sum((outcome - outcome.mean()) ** 2))
    misses, lost = np.zeros(2), np.zeros(answers.shape[1])
    spread = _spread(answers, outcome)
    for held in range(FOLDS):
        train, test = fold != held, fold == held
        trees = HistGradientBoostingRegressor(
            max_iter=60, max_leaf_nodes=8, learning_rate=0.1, random_state=SEED
        ).fit(answers[train], outcome[train])
        line = _linear(answers[train], outcome[train], answers[test])
        misses += [
            _miss(trees.predict(answers[test]), outcome[test]),
            _miss(line, outcome[test]),
        ]
        for attribute in range(answers.shape[1]):
            told = np.flatnonzero(test & ~np.isnan(answers[:, attribute]))
            lost[attribute] += _loss(trees, answers[told], outcome[told], attribute, rng)
    fitted = 1.0 - misses / whole
    return Check(float(fitted[0]), float(fitted[1]), lost / spread, len(rows))


def bend(attribute: Floats, outcome: Floats) -> float | None:
    """Return the p-value that the outcome's means over the levels leave a straight line.

    The classical test of lack of fit (F), over at most eight levels; None with fewer than three.
    """
    both = ~(np.isnan(attribute) | np.isnan(outcome))
    x, y = attribute[both], outcome[both]
    edges = np.unique(np.quantile(x, np.linspace(0, 1, LEVELS + 1))) if len(x) else x
    level = np.searchsorted(edges[1:-1], x, side="left") if len(edges) > 2 else np.zeros(len(x))
    _codes, place, count = np.unique(level, return_inverse=True, return_counts=True)
    levels = len(count)
    if levels < 3 or len(x) <= levels + 1 or np.ptp(y) == 0:
        return None
    totals = np.bincount(place, weights=y)
    pure = float(np.sum(y * y) - np.sum(totals * totals / count))
    middle = np.bincount(place, weights=x) / count
    slope, start = np.polyfit(middle[place], y, 1)
    line = float(np.sum((y - start - slope * middle[place]) ** 2))
    if pure <= 0:
        return None
    ratio = max(line - pure, 0.0) / (levels - 2) / (pure / (len(x) - levels))
    return float(scipy.stats.f.sf(ratio, levels - 2, len(x) - levels))


def _loss(
    trees: Any, answers: Floats, outcome: Floats, attribute: int, rng: np.random.Generator
) -> float:
    """Return by how much the squared error grows when one attribute's answers are shuffled."""
    if len(answers) < 2:
        return 0.0
    shuffled = answers.copy()
    shuffled[:, attribute] = rng.permutation(shuffled[:, attribute])
    return _miss(trees.predict(shuffled), outcome) - _miss(trees.predict(answers), outcome)


def _spread(answers: Floats, outcome: Floats) -> Floats:
    """Return the outcome's sum of squares among those who answered each attribute."""
    told = [outcome[~np.isnan(column)] for column in answers.T]
    squares = [float(np.sum((some - some.mean()) ** 2)) if len(some) else 0.0 for some in told]
    spread: Floats = np.maximum(np.array(squares), 1e-9)
    return spread


def _linear(answers: Floats, outcome: Floats, unseen: Floats) -> Floats:
    means = np.nanmean(answers, axis=0)
    known = np.where(np.isnan(answers), means, answers) - means
    slopes, *_rest = np.linalg.lstsq(known, outcome - outcome.mean(), rcond=None)
    line: Floats = (np.where(np.isnan(unseen), means, unseen) - means) @ slopes + outcome.mean()
    return line


def _miss(expected: Floats, seen: Floats) -> float:
    return float(np.sum((seen - expected) ** 2))
