"""Gain for cost ranks attributes by what goes with a yuan."""

from __future__ import annotations

import pytest
from tests.understand.drivers.test_service import asked, guests, tell

from regulars.timeline.workspace import Workspace
from regulars.understand.drivers.model import RaisingCost, gains


def test_gain_for_cost_ranks_by_what_goes_with_a_yuan(ws: Workspace) -> None:
    """The till is worth 1.6 of 10 NPS points a mark of 4, the door 0.2; both cost the same."""
    tell(ws, guests())
    found = asked(ws)
    ranked = gains(
        found, [RaisingCost("door", 1000, 10, "CNY"), RaisingCost("till", 1000, 10, "CNY")]
    )
    assert [one.touchpoint for one in ranked] == ["till", "door"]
    assert ranked[0].gain.value == pytest.approx(10 * found.drivers[0].slope.value)
    cheap = gains(found, [RaisingCost("door", 10, 10, "CNY"), RaisingCost("till", 1000, 10, "CNY")])
    assert cheap[0].touchpoint == "door"
