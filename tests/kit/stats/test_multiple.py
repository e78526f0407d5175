"""Benjamini-Hochberg against scipy, and missing tests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regulars.kit.stats.multiple import benjamini_hochberg


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_agrees_with_scipy(p_values: list[float]) -> None:
    assert benjamini_hochberg(p_values) == pytest.approx(
        list(stats.false_discovery_control(p_values))
    )


def test_a_missing_test_stays_missing_and_costs_nothing() -> None:
    assert benjamini_hochberg([0.01, None, 0.04]) == [
        pytest.approx(0.02),
        None,
        pytest.approx(0.04),
    ]
    assert benjamini_hochberg([None]) == [None]
