"""Real event logs: activities, edges, waits and durations as published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from regulars.app import init_workspace
from regulars.company.rights.model import SHELL
from regulars.listen.imports import service as imports
from regulars.store.settings import Settings, WorkspaceSettings
from regulars.timeline.workspace import Workspace
from regulars.understand.health import service as health
from regulars.understand.journeys import export, service
from regulars.understand.journeys.model import Funnel, JourneyMap, Journeys
from regulars.understand.scope.model import EventScope

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = 86_400.0
pytestmark = pytest.mark.data


def brought_in(folder: Path, file: Path, recipe: str, zone: str) -> Workspace:
    settings = Settings(workspace=WorkspaceSettings(time_zone=zone))
    ws = init_workspace(folder / recipe, settings)
    imports.import_files(ws, [file], recipe, now=NOW, by=SHELL)
    return ws


def by_case(ws: Workspace) -> JourneyMap:
    return service.journey_map(ws, Journeys(by="case", level="event"), now=NOW)


@pytest.fixture(scope="module")
def helpdesk(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workspace, JourneyMap]]:
    file = real_data / "event-logs" / "helpdesk.csv.gz"
    ws = brought_in(tmp_path_factory.mktemp("logs"), file, "helpdesk", "Europe/Rome")
    yield ws, by_case(ws)
    ws.close()


def test_helpdesk_has_the_published_counts(helpdesk: tuple[Workspace, JourneyMap]) -> None:
    found = helpdesk[1]
    assert (found.cases, found.events) == (4_580, 21_348)
    assert (len(found.nodes), found.variants_total, len(found.edges)) == (14, 226, 55)
    edges = {(edge.source, edge.target): edge.n for edge in found.edges}
    assert edges["Resolve ticket", "Closed"] == 4_558
    assert edges["Assign seriousness", "Take in charge ticket"] == 4_160
    assert edges["Take in charge ticket", "Resolve ticket"] == 3_563
    nodes = {node.step: node for node in found.nodes}
    assert nodes["Assign seriousness"].starts == 4_384
    assert nodes["Closed"].ends == 4_557
    assert found.durations.mean.value is not None
    assert round(found.durations.mean.value / DAY, 3) == 40.858
    assert found.durations.median.value is not None
    assert round(found.durations.median.value / DAY, 3) == 39.859


def test_helpdesk_commonest_way_is_the_straight_one(
    helpdesk: tuple[Workspace, JourneyMap],
) -> None:
    first = helpdesk[1].variants[0]
    assert first.steps == [
        "Assign seriousness",
        "Take in charge ticket",
        "Resolve ticket",
        "Closed",
    ]
    assert first.n == 2_366


def test_exported_xes_holds_every_event_in_order(
    helpdesk: tuple[Workspace, JourneyMap], tmp_path: Path
) -> None:
    ws = helpdesk[0]
    table = export.events(ws, Journeys(by="case", level="event"))
    root = etree.fromstring(b"".join(export.xes(table, ws.zone)))
    space = {"x": "http://www.xes-standard.org/"}
    assert len(root.findall("x:trace", space)) == 4_580
    assert len(root.findall("x:trace/x:event", space)) == 21_348
    for trace in root.findall("x:trace", space)[:50]:
        times = [date.get("value") for date in trace.findall("x:event/x:date", space)]
        assert times == sorted(times)


@pytest.fixture(scope="module")
def olist(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("olist")
    ws = brought_in(folder, real_data / "olist", "olist", "America/Sao_Paulo")
    yield ws
    ws.close()


def test_olist_orders_go_from_purchase_to_delivery(olist: Workspace) -> None:
    found = service.journey_map(olist, Journeys(by="order"), now=NOW)
    nodes = {node.step: node for node in found.nodes}
    assert nodes["order"].cases == 3_000
    assert nodes["delivery"].cases + nodes["late_delivery"].cases == 2_904
    assert (nodes["approval"].ordered, nodes["approval"].backward) == (2_991, 50)
    commonest = [(edge.source, edge.target) for edge in found.edges[:3]]
    assert set(commonest) == {
        ("order", "approval"),
        ("approval", "dispatch"),
        ("dispatch", "delivery"),
    }
    wait = nodes["delivery"].wait
    assert wait is not None and wait.median.value is not None
    assert 6 * DAY < wait.median.value < 8 * DAY < (wait.p90.value or 0)


def test_late_delivery_is_a_marked_pain_point_with_advice(olist: Workspace) -> None:
    found = service.journey_map(olist, Journeys(by="order"), now=NOW)
    pains = {mark.step: mark for mark in service.marks(found, "pain")}
    late = pains["late_delivery"]
    assert {item.kind for item in late.evidence} >= {"low_score", "low_passed_score"}
    assert all(item.q <= 0.05 for item in late.evidence)
    assert [item.layer for item in late.advice] == ["touchpoint", "process", "ecosystem"]
    assert "out_of_order" in {item.kind for item in pains["approval"].evidence}
    assert "delivery" not in pains


def test_olist_scores_by_arrival(olist: Workspace) -> None:
    """Means 4.275 (n 2,670), 2.549 (233), 1.922 (90) of 1 to 5, placed on 0 to 100."""
    found = health.performance(olist, EventScope())
    told = {key: (part.n, round(part.value / 25 + 1, 3)) for key, part in found.items()}
    assert told == {
        "delivery": (2_670, 4.275),
        "late_delivery": (233, 2.549),
        "no_delivery": (90, 1.922),
    }


def test_olist_funnel_counts_orders(olist: Workspace) -> None:
    steps = ("order", "approval", "dispatch", "delivery")
    whole = service.funnel(olist, Funnel(steps, 60 * 86_400, "order"), EventScope())[0]
    assert whole.steps[0].n == 3_000
    counts = [step.n for step in whole.steps]
    assert counts == sorted(counts, reverse=True)
    strict = service.funnel(olist, Funnel(steps, 60 * 86_400, "order", "strict"), EventScope())[0]
    assert all(a.n <= b.n for a, b in zip(strict.steps, whole.steps, strict=True))
