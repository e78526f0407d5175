"""Experiences, and the strata of costs, are the same on DuckDB and on Spark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from regulars.app import init_workspace
from regulars.kit.text import Text
from regulars.simulate.demo import service as demo
from regulars.simulate.model import Plan
from regulars.simulate.stream import parts
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.timeline.engine.duck import DuckEngine
from regulars.timeline.workspace import Workspace
from regulars.understand.costs import service as costs
from regulars.understand.costs.service import Pain
from regulars.understand.levels import reading
from regulars.understand.scope.model import EventFilter

NOW = datetime(2026, 10, 5, 4, tzinfo=UTC)
pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Workspace]]:
    """One simulated company of 150 customers, seen by Spark and by DuckDB."""
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    zone = WorkspaceSettings(time_zone="Asia/Shanghai")
    engine = EngineSettings(backend="spark", memory="1GB")
    folder = tmp_path_factory.mktemp("spark") / "company"
    spark = init_workspace(folder, Settings(workspace=zone, engine=engine))
    for part in parts(Plan(150, NOW, seed=20), spark):
        demo.take_in(spark, part)
    duck = Workspace(folder, spark.settings)
    duck.__dict__["engine"] = DuckEngine(duck)
    yield spark, duck
    duck.close()
    spark.close()


def rows(ws: Workspace) -> list[dict[str, Any]]:
    source = reading.source(ws)
    table = reading.table(ws, source, reading.usual(ws, source))
    keys = [("person", "ascending"), ("touchpoint", "ascending"), ("at", "ascending")]
    return [
        {
            key: float(f"{value:.9g}") if isinstance(value, float) else value
            for key, value in row.items()
        }
        for row in table.sort_by(keys).to_pylist()
    ]


def test_experiences_agree(both: tuple[Workspace, Workspace]) -> None:
    one, two = (rows(ws) for ws in both)
    assert len(one) > 50
    assert one == two


def test_matching_agrees(both: tuple[Workspace, Workspace]) -> None:
    asked = [Pain(key, Text(key, key), [], key == "payment") for key in ("hotline", "payment")]
    one, two = (costs.costs(ws, asked, EventFilter("all"), now=NOW) for ws in both)
    found = {point.step: point for point in two.points}
    assert len(found) == 2
    for point in one.points:
        other = found[point.step]
        assert (point.met, point.candidates) == (other.met, other.candidates)
        assert (point.matched, point.others) == (other.matched, other.others)
        assert point.candidates > 0
