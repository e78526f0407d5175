"""Every metric, sliced and weighted, has the same digits on DuckDB and on Spark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from tests.understand.metrics.story import NOON, days, happened, tell
from tests.understand.metrics.test_service import a_year_of_business

from regulars.app import init_workspace
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service
from regulars.understand.value_groups import service as value_groups

pytestmark = pytest.mark.spark
HERE = WorkspaceSettings(time_zone="Asia/Shanghai")


def told_again() -> Iterator[dict[str, Any]]:
    """Yield orders of two shops with the same numbers, told of by a ledger too, and once more."""
    for number in range(40):
        for shop in ("north", "south"):
            who = f"{shop} {number % 25}" if number % 3 else None
            order = {"order_id": f"same {number}", "channel": "web"}
            at = NOON - days(number)
            yield happened(who, "Order Completed", at, source=shop, amount=number, **order)
            yield happened(who, "Order Completed", at + days(1), source="ledger", **order)
            yield happened(who, "Order Completed", at - days(70), source=shop, amount=5, **order)


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Workspace]]:
    """One company's folder, opened on DuckDB and on Spark."""
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    folder = tmp_path_factory.mktemp("engines") / "company"
    duck = init_workspace(folder, Settings(workspace=HERE, engine=EngineSettings(memory="1GB")))
    tell(duck, [*a_year_of_business(3), *told_again()])
    value_groups.assign(duck, NOON - days(100), now=NOON)
    flush(duck)
    settings = Settings(workspace=HERE, engine=EngineSettings(backend="spark", memory="1GB"))
    spark = Workspace(duck.folder, settings)
    yield duck, spark
    spark.close()
    duck.close()


SLICES = ((), ("stage", "channel", "month"), ("touchpoint", "value_group", "source"))
"""Every dimension of events once; each question costs Spark a second."""
OF_EVENTS = [one for one in service.definitions() if one.aggregate.read is None]


@pytest.mark.parametrize("found", OF_EVENTS, ids=lambda one: one.key)
def test_both_engines_agree(engines: tuple[Workspace, Workspace], found) -> None:
    duck, spark = engines
    filters = {"metric": "csat"} if found.key == "score_mean" else {}
    for by in SLICES:
        weighted = found.aggregate.weights and bool(by)
        asked = {"by": by, "filters": filters, "weighted": weighted}
        told = service.measure(duck, found.key, **asked)
        assert service.measure(spark, found.key, **asked) == told
        assert by or told
