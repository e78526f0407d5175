"""Journeys, funnels and health are the same on DuckDB and on Spark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from regulars.app import init_workspace
from regulars.simulate.demo import service as demo
from regulars.simulate.model import Plan
from regulars.simulate.stream import parts
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.timeline.engine.duck import DuckEngine
from regulars.timeline.workspace import Workspace
from regulars.understand.health import service as health
from regulars.understand.journeys import service
from regulars.understand.journeys.model import ORDERS, Funnel, Journeys
from regulars.understand.scope.model import EventScope

NOW = datetime(2026, 10, 5, 4, tzinfo=UTC)
pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Workspace]]:
    """One simulated company of 60 customers, seen by Spark and by DuckDB."""
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    zone = WorkspaceSettings(time_zone="Asia/Shanghai")
    engine = EngineSettings(backend="spark", memory="1GB")
    folder = tmp_path_factory.mktemp("spark") / "company"
    spark = init_workspace(folder, Settings(workspace=zone, engine=engine))
    for part in parts(Plan(60, NOW, seed=20), spark):
        demo.take_in(spark, part)
    duck = Workspace(folder, spark.settings)
    duck.__dict__["engine"] = DuckEngine(duck)
    yield spark, duck
    duck.close()
    spark.close()


def plain(found: object) -> object:
    """Return an answer as JSON, floats to ten digits: engines add doubles in another order."""
    return rounded(msgspec.to_builtins(found))


def rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return value


def test_journeys_of_orders_agree(both: tuple[Workspace, Workspace]) -> None:
    one, two = (service.journey_map(ws, Journeys(by="order"), now=NOW) for ws in both)
    assert one.cases > 20
    assert plain(one) == plain(two)


def test_funnels_agree(both: tuple[Workspace, Workspace]) -> None:
    for order in ORDERS:
        asked = Funnel(("cart", "checkout", "order"), 7 * 86_400, "session", order, "channel")
        one, two = (service.funnel(ws, asked, EventScope()) for ws in both)
        assert one[0].steps[0].n > 20
        assert plain(one) == plain(two)


def test_performance_agrees(both: tuple[Workspace, Workspace]) -> None:
    one, two = (health.performance(ws, EventScope()) for ws in both)
    assert len(one) > 3
    assert plain(one) == plain(two)
