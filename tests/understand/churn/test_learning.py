"""Additive models and their judging, with round numbers."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import special

from regulars.understand.churn import judging, learning
from regulars.understand.churn.model import CANDIDATES, FEATURES, Seen, worked


def made(n: int = 4_000, seed: int = 0) -> Seen:
    """Customers whose loss hangs on silence (in bends) and on complaints, on nothing else."""
    random = np.random.default_rng(seed)
    columns = {name: random.integers(0, 90, n).astype(float) for name in FEATURES}
    columns["score"] = np.where(random.random(n) < 0.5, np.nan, random.random(n))
    columns["complaints"] = random.integers(0, 3, n).astype(float)
    odds = -1.5 + 2.0 * np.maximum(np.log1p(columns["silence"]) - 3.0, 0) + columns["complaints"]
    columns["rhythm"] = odds + random.normal(0, 1, n)
    lost = (random.random(n) < special.expit(odds)).astype(float)
    ids = np.array([f"c{k}" for k in range(n)], dtype=object)
    return Seen(date(2026, 1, 1), ids, columns, lost, np.full(n, np.nan))


@pytest.mark.parametrize("key", CANDIDATES)
def test_every_candidate_is_additive_centred_and_calibrated(key: str) -> None:
    seen, later = made(), made(seed=1)
    model = learning.fit(key, seen)
    for added in model.parts(seen.columns).values():
        assert added.mean() == pytest.approx(0, abs=1e-6)
    chance = model.chance(seen.columns, len(seen))
    assert chance.mean() == pytest.approx(seen.lost.mean(), abs=0.01)
    slope = judging.slope(model.chance(later.columns, len(later)), later.lost)
    assert slope == pytest.approx(1.0, abs=0.15)


def test_trees_told_as_curves_are_the_trees() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    seen = made()
    names = [name for name in FEATURES if name != "rhythm"]
    matrix = np.column_stack([worked(name, seen.columns[name]) for name in names])
    trees = HistGradientBoostingClassifier(
        learning_rate=0.08, max_iter=learning.ROUNDS, min_samples_leaf=100, max_leaf_nodes=8,
        interaction_cst="no_interactions", random_state=0, early_stopping=False,
    ).fit(matrix, seen.lost)  # fmt: skip
    ours = learning.fit("trees", seen).chance(seen.columns, len(seen))
    assert np.abs(ours - trees.predict_proba(matrix)[:, 1]).mean() < 0.01


def test_a_planted_slope_is_found_again() -> None:
    random = np.random.default_rng(2)
    odds = random.normal(0, 1.5, 20_000)
    lost = (random.random(20_000) < special.expit(odds)).astype(float)
    assert judging.slope(special.expit(odds), lost) == pytest.approx(1.0, abs=0.05)
    assert judging.slope(special.expit(2 * odds), lost) == pytest.approx(0.5, abs=0.03)


def test_the_simplest_that_is_as_good_is_as_good() -> None:
    seen = made()
    right = learning.fit("linear", seen).chance(seen.columns, len(seen))
    recency = learning.fit("recency", seen).chance(seen.columns, len(seen))
    told = judging.candidates({"recency": recency, "bgnbd": right, "linear": right}, seen)
    assert [(one.key, one.as_good) for one in told] == [
        ("recency", False), ("bgnbd", True), ("linear", True)]  # fmt: skip


def test_measured_from_other_customers_the_chances_stay() -> None:
    seen = made()
    model = learning.fit("linear", seen)
    part = seen.rows(np.arange(500))
    moved = model.centred_on(part.columns)
    assert moved.chance(seen.columns, len(seen)) == pytest.approx(
        model.chance(seen.columns, len(seen))
    )
    for added in moved.parts(part.columns).values():
        assert added.mean() == pytest.approx(0, abs=1e-9)
