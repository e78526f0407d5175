"""Areas under curves, tenths and bands of a back-test, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from regulars.understand.churn import judging


def test_auc_counts_pairs_and_halves_ties() -> None:
    # Lost .9 and .5, kept .5 and .1: pairs 1, 1, ½, 1 of 4.
    told = judging.auc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([1.0, 1.0, 0.0, 0.0]))
    assert told.value == pytest.approx(3.5 / 4)
    assert judging.auc(np.array([0.9, 0.5]), np.array([1.0, 1.0])).value is None


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200))
def test_tenths_hold_everybody_once(pairs: list[tuple[float, bool]]) -> None:
    chance = np.array([one for one, _lost in pairs])
    lost = np.array([float(one) for _chance, one in pairs])
    found = judging.bins(chance, lost)
    assert sum(one.lost.n for one in found) == len(pairs)
    assert all(one.least <= one.said + 1e-12 and one.said <= one.most + 1e-12 for one in found)


def test_the_band_of_a_calibrated_model_holds_the_chance() -> None:
    random = np.random.default_rng(6)
    odds = random.normal(0, 1.5, 20_000)
    chance = special.expit(odds)
    line = judging.calibration(chance, (random.random(20_000) < chance).astype(float))
    assert line is not None and line.n == 20_000
    low, high = line.band(np.array([0.1, 0.5, 0.9]))
    assert (low < [0.1, 0.5, 0.9]).all() and (high > [0.1, 0.5, 0.9]).all()
    assert (high - low).max() < 0.03
    assert judging.calibration(np.full(5, 0.5), np.array([0.0, 1, 0, 1, 0])) is None
