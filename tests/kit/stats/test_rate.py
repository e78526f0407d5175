"""Counts and money."""

from __future__ import annotations

import pytest

from regulars.kit.stats.rate import compound, compound_change, poisson, poisson_change, two_rates


def test_garwoods_limits_for_ten() -> None:
    """10 events: 4.795 to 18.390, as in every table of exact Poisson limits."""
    found = poisson(10)
    assert (found.low, found.high) == (
        pytest.approx(4.795, abs=1e-3),
        pytest.approx(18.390, abs=1e-3),
    )


def test_no_event_has_an_upper_limit() -> None:
    assert poisson(0).high == pytest.approx(3.689, abs=1e-3)


def test_rates_take_the_length_of_the_months_into_account() -> None:
    """280 orders in 28 days and 310 in 31 days are the same rate."""
    assert two_rates((280, 28), (310, 31)) == pytest.approx(1.0)
    change = poisson_change((280, 28), (310, 31))
    assert change.difference == pytest.approx(0.0)
    assert change.low is not None and change.high is not None and change.low < 0 < change.high


def test_doubling_is_seen() -> None:
    change = poisson_change((100, 1), (200, 1))
    assert change.low is not None and change.low > 50
    assert change.p is not None and change.p < 1e-6


def test_money_of_four_orders() -> None:
    """Four orders of 100: 400, plus or minus 1.96 times the root of 40,000."""
    found = compound(4, 400.0, 40_000.0)
    assert (found.low, found.high) == (pytest.approx(8.0), pytest.approx(792.0))
    assert compound(0, 0.0, 0.0).value is None


def test_change_of_money() -> None:
    change = compound_change((40_000.0, 4_000_000.0, 30.0), (80_000.0, 8_000_000.0, 30.0))
    assert change.difference == pytest.approx(40_000 / 30)
    assert change.p is not None and change.p < 1e-9
