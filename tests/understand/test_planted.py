"""Where everything is bad all of it hurts; where everything is good nothing does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from tests.understand.planted import BAD, GOOD, NOW, plant

from regulars.timeline.workspace import Workspace
from regulars.understand.journeys import service as journeys
from regulars.understand.journeys.model import Journeys, Mark
from regulars.understand.levels import service as levels
from regulars.understand.scope.model import EventScope

SIZES = [
    pytest.param(8, 120, id="8 touchpoints"),
    pytest.param(20, 1_500, marks=pytest.mark.heavy, id="20 touchpoints"),
]


def felt(ws: Workspace) -> list[float]:
    """Return the shares of levels 1 to 5."""
    whole = levels.levels(ws, EventScope()).whole
    assert whole is not None
    return [one.value or 0.0 for one in whole.shares]


def pains(ws: Workspace) -> list[Mark]:
    return journeys.marks(journeys.journey_map(ws, Journeys(), now=NOW), "pain")


def told(shares: Sequence[float], found: Sequence[Mark], asked: int) -> str:
    words = ", ".join(f"L{level} {share:.1%}" for level, share in enumerate(shares, 1))
    return f"{len(found)} of {asked} touchpoints are pains; {words}"


@pytest.mark.parametrize(("touchpoints", "each"), SIZES)
def test_where_all_get_1_7_of_5_all_hurts_and_next_to_nothing_pleases(
    ws: Workspace, touchpoints: int, each: int, record_property: Callable[[str, object], None]
) -> None:
    asked = plant(ws, BAD, each, touchpoints=touchpoints)
    found, shares = pains(ws), felt(ws)
    record_property("told", told(shares, found, len(asked)))
    hurt = {mark.step for mark in found if mark.below_floor}
    assert len(hurt & set(asked)) >= 0.9 * len(asked)
    assert sum(shares[2:]) <= 0.05


@pytest.mark.parametrize(("touchpoints", "each"), SIZES)
def test_where_all_get_4_8_of_5_nothing_hurts_and_hardly_anything_leaves_cold(
    ws: Workspace, touchpoints: int, each: int, record_property: Callable[[str, object], None]
) -> None:
    asked = plant(ws, GOOD, each, touchpoints=touchpoints)
    found, shares = pains(ws), felt(ws)
    record_property("told", told(shares, found, len(asked)))
    assert found == []
    assert shares[1] <= 0.05
