"""Texts are found, searched and compared alike on DuckDB and on Spark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pyarrow as pa
import pytest
from tests.understand.words.made import NOON, forty, wrote

from regulars.app import init_workspace
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.timeline import inbox
from regulars.timeline.engine.duck import DuckEngine
from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import EventScope
from regulars.understand.words import queries

pytestmark = pytest.mark.spark
ALL = EventScope()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Workspace]]:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    zone = WorkspaceSettings(time_zone="Asia/Shanghai")
    engine = EngineSettings(backend="spark", memory="1GB")
    folder = tmp_path_factory.mktemp("spark") / "company"
    spark = init_workspace(folder, Settings(workspace=zone, engine=engine))
    scale = {"metric": "csat", "scale_min": 1.0, "scale_max": 5.0, "survey_kind": "transactional"}
    rows = [{**row, **scale, "score": float(n % 5 + 1)} for n, row in enumerate(forty())]
    rows.append(wrote("Zoe", "What a hold-up (30%)!", 5))
    inbox.accept(spark, inbox.make(rows, NOON))
    duck = Workspace(folder, spark.settings)
    duck.__dict__["engine"] = DuckEngine(duck)
    yield spark, duck
    duck.close()
    spark.close()


def rows_of(table: pa.Table) -> list[str]:
    return sorted(str({key: row[key] for key in sorted(row)}) for row in table.to_pylist())


@pytest.mark.parametrize(
    "build",
    [
        queries.counted,
        lambda view: queries.unread(
            view, pa.table({"event_id": ["happy 00-0.0000-8"]}), 500
        ).select("event_id", "text"),
        lambda view: queries.matching(view, ALL, ["hold", "hour"], None).drop("occurred_at"),
        lambda view: queries.matching(view, ALL, ["hold-up"], None).drop("occurred_at"),
        lambda view: queries.matching(view, ALL, ["按钮"], None).drop("occurred_at"),
        lambda view: queries.frequencies(view, ALL, ["hold", "满意"]),
        lambda view: queries.scores(view, ALL, ["app"], ["order", "payment"]),
    ],
)
def test_both_engines_answer_alike(both: tuple[Workspace, Workspace], build: object) -> None:
    spark, duck = both
    assert rows_of(spark.query(build)) == rows_of(duck.query(build))  # type: ignore[arg-type]
    assert duck.query(build).num_rows > 0  # type: ignore[arg-type]
