"""An alert about a touchpoint that hurts in itself says so."""

from __future__ import annotations

from dataclasses import replace

from tests.company.two_stores import an_alert
from tests.understand.planted import BAD, GOOD, NOW, plant

from regulars.act.alerts import service
from regulars.timeline.workspace import Workspace
from regulars.understand.journeys import service as journeys
from regulars.understand.scope.model import EventFilter

HERE = replace(an_alert(NOW), slice={"touchpoint": "home"})


def words(ws: Workspace) -> str:
    (told,) = service.told(ws, [HERE], None, now=NOW)
    return told.told.en


def test_a_pain_point_in_itself_is_named_with_its_floor(ws: Workspace) -> None:
    assert "home" in plant(ws, BAD, 60, touchpoints=3)
    assert "pain point" not in words(ws)  # nobody has worked out the map yet
    journeys.answered(ws, EventFilter(), now=NOW)
    assert "A pain point: it scores" in words(ws)
    assert "below its floor of 50" in words(ws)


def test_where_nothing_hurts_nothing_is_added(ws: Workspace) -> None:
    plant(ws, GOOD, 60, touchpoints=3)
    journeys.answered(ws, EventFilter(), now=NOW)
    assert "pain point" not in words(ws)
