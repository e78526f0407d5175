"""The perk that wears off is found, and a calm company gets hardly a mark."""

from __future__ import annotations

import pytest

from regulars.simulate.truths import truth
from regulars.understand.levels import service
from regulars.understand.levels.model import At, Levels
from regulars.understand.scope.model import EventScope
from tests.simulate.study import NOW, Company
from tests.simulate.windows import last_days


def of(company: Company) -> Levels:
    return service.levels(company.ws, EventScope(last_days(365, NOW)))


def point(found: Levels, touchpoint: str) -> At:
    return next(one for one in found.points if one.touchpoint == touchpoint)


def marks(found: Levels) -> set[tuple[str | None, str]]:
    told = set()
    for one in found.points:
        if one.worse:
            told.add((one.touchpoint, "worse"))
        if one.better:
            told.add((one.touchpoint, "better"))
        if one.fading is not None and one.fading.mark:
            told.add((one.touchpoint, "wears off"))
    return told


def test_the_habituated_perk_and_no_other_wears_off(troubled: Company) -> None:
    found = of(troubled)
    assert {key for key, kind in marks(found) if kind == "wears off"} == {"member_gift"}
    fading = point(found, "member_gift").fading
    assert fading is not None
    planted = truth("habituated_gift").effect / 4 * 100  # points of CSAT on a scale from 1 to 5
    assert fading.slope == pytest.approx(planted, abs=1.5)  # scores are rounded and cut


def test_the_easier_chat_shows_as_less_negative(troubled: Company) -> None:
    """By less than its score rose, for what is better becomes usual."""
    change = point(of(troubled), "live_chat").change
    assert change.high is not None
    assert change.high < 0


def test_what_was_planted_as_bad_is_more_negative_than_the_rest(troubled: Company) -> None:
    found = of(troubled)
    assert found.whole is not None
    usual = found.whole.shares[0].value or 0
    for touchpoint in ("hotline", "late_delivery"):
        low = point(found, touchpoint).shares[0].low
        assert low is not None
        assert low > 1.5 * usual


def test_a_company_without_troubles_gets_at_most_five_in_a_hundred_marks(
    healthy: Company,
) -> None:
    found = of(healthy)
    assert found.tested > 20
    assert len(marks(found)) <= 0.05 * found.tested
