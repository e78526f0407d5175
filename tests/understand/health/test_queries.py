"""Which answers count, and which way round a scale is."""

from __future__ import annotations

from tests.understand.health.test_service import answers, shop, told

from regulars.timeline.workspace import Workspace
from regulars.understand.health import service
from regulars.understand.scope.model import EventScope


def test_a_scale_written_backwards_turns_round(ws: Workspace) -> None:
    """School marks: 1 is best, 5 is worst."""
    marks = {"scale_min": 5.0, "scale_max": 1.0}
    told(ws, shop(till=1), answers("till", [1] * 30, **marks))
    assert service.performance(ws, EventScope())["till"].value == 100.0


def test_surveys_of_the_relation_and_our_own_acts_are_left_out(ws: Workspace) -> None:
    told(
        ws,
        shop(till=1),
        answers("till", [5] * 30),
        answers("till", [1] * 30, metric="nps", survey_kind="relationship"),
        answers("till", [1] * 30, metric="audit", actor="staff"),
    )
    assert service.performance(ws, EventScope())["till"].value == 100.0
