"""The simulated company's troubles show on its journey map; without troubles there are none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regulars.app import init_workspace
from regulars.simulate.demo import service as demo
from regulars.simulate.model import Plan
from regulars.simulate.stream import parts
from regulars.timeline.workspace import Workspace
from regulars.understand.journeys import service
from regulars.understand.journeys.model import Funnel, Journeys
from regulars.understand.scope.model import EventScope

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def company(folder: Path, *, troubles: bool) -> Workspace:
    ws = init_workspace(folder, demo.settings("en"))
    for part in parts(Plan(4_000, NOW, seed=20, troubles=troubles), ws):
        demo.take_in(ws, part)
    return ws


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    ws = company(tmp_path_factory.mktemp("troubled") / "w", troubles=True)
    yield ws
    ws.close()


def test_planted_pains_and_the_delight_are_marked(troubled: Workspace) -> None:
    found = service.journey_map(troubled, Journeys(), now=NOW)
    pains = {mark.step for mark in service.marks(found, "pain")}
    assert pains >= {"hotline", "late_delivery", "payment"}
    assert "return_pickup" in {mark.step for mark in service.marks(found, "opportunity")}


def test_the_app_loses_people_at_payment(troubled: Workspace) -> None:
    """Planted: 26 % leave at this step in the app, 5 % on the web."""
    asked = Funnel(("checkout", "payment", "order"), 86_400, "session", slice_by="channel")
    parts_ = {part.value: part for part in service.funnel(troubled, asked, EventScope())}
    lost = {key: 1 - (part.steps[2].of_before.value or 0.0) for key, part in parts_.items()}
    assert 0.2 < lost["app"] < 0.32
    assert lost["web"] < 0.09


def test_words_of_the_hotline_are_its_own(troubled: Workspace) -> None:
    said = service.words(troubled, ["hotline"], EventScope(), most=5)["hotline"]
    assert len(said) == 5
    assert all(one.score is not None and one.score <= 2 for one in said)


def test_a_company_without_troubles_has_no_pains(tmp_path: Path) -> None:
    ws = company(tmp_path / "w", troubles=False)
    found = service.journey_map(ws, Journeys(), now=NOW)
    assert service.marks(found, "pain") == []
    assert found.tested > 10
    ws.close()
