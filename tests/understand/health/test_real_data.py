"""San Francisco airport 2017 by the recipe `sfo-survey`: what passengers rate are touchpoints."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit import clock
from regulars.listen.catalog import service as catalog
from regulars.listen.imports import service as imports
from regulars.timeline.workspace import Workspace
from regulars.understand.health import service as health
from regulars.understand.levels import service as levels
from regulars.understand.metrics import service as metrics
from regulars.understand.scope.model import EventScope


@pytest.mark.data
def test_ratings_of_an_airport_are_experiences(ws: Workspace, real_data: Path) -> None:
    file = real_data / "sfo-survey" / "SFO_2017.csv"
    first = imports.import_files(ws, [file], "sfo-survey", now=clock.now())
    (added,) = (note for note in first.notes if note.code == "touchpoints_added")
    assert len(added.examples) == 15
    assert catalog.touchpoint(ws, "food").title.zh == "餐饮"

    index = health.health(ws, EventScope())
    assert (index.counted, index.n) == (14, 27131)
    assert round(index.value or 0, 1) == 73.5
    scored = {part.touchpoint: part.n for part in index.parts if part.counted}
    assert (scored["food"], scored["airtrain"]) == (2421, 1450)
    assert "airport" not in scored

    found = levels.levels(ws, EventScope())
    assert found.whole is not None
    assert found.whole.n == 27131
    assert len(found.points) == 14

    (nps,) = metrics.measure(ws, "nps")
    assert (nps.n, round(nps.value or 0, 2)) == (2746, 39.84)

    again = imports.import_files(ws, [file], "sfo-survey", now=clock.now())
    assert "touchpoints_added" not in {note.code for note in again.notes}
    assert catalog.current(ws).version == 1
