"""Needs, lifetime value and early warning of one made shop are the same on DuckDB and on Spark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest
from tests.understand.churn.test_service import NOW, shop
from tests.understand.needs.test_service import THINGS

from regulars.app import init_workspace
from regulars.kit.memo import Memo
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.timeline import inbox
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.churn import service as churn
from regulars.understand.lifetime_value import service as lifetime_value
from regulars.understand.needs import service as needs
from regulars.understand.needs.model import Needs

pytestmark = pytest.mark.spark
FIRST: dict[str, tuple[Needs, np.ndarray, np.ndarray]] = {}
"""What the first engine told."""
HERE = WorkspaceSettings(time_zone="Asia/Shanghai")


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Workspace]]:
    """One company's folder, opened on DuckDB and on Spark."""
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    folder = tmp_path_factory.mktemp("engines") / "company"
    duck = init_workspace(folder, Settings(workspace=HERE, engine=EngineSettings(memory="1GB")))
    rows = shop()
    for number, row in enumerate(row for row in rows if "order_id" in row):
        thing = THINGS[(int(row["identity_id"][1:]) + number % 2) % len(THINGS)]
        row["lines"] = [{"line_id": "1", "product": f"{thing}-1", "category": thing,
                         "quantity": 1.0, "amount": Decimal("50.0000")}]  # fmt: skip
    inbox.accept(duck, inbox.make(rows, NOW))
    flush(duck)
    settings = Settings(workspace=HERE, engine=EngineSettings(backend="spark", memory="1GB"))
    spark = Workspace(duck.folder, settings)
    yield duck, spark
    spark.close()
    duck.close()


@pytest.fixture(params=["duckdb", "spark"])
def opened(
    engines: tuple[Workspace, Workspace],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Workspace:
    """One of both, with nothing kept that the other worked out."""
    for service in (needs, lifetime_value, churn):
        monkeypatch.setattr(service, "_memo", Memo(2))
    return engines[request.param == "spark"]


def test_both_engines_agree(opened: Workspace, engines: tuple[Workspace, Workspace]) -> None:
    found = needs.compute(opened, None)
    worth = lifetime_value.compute(opened, None)
    warned = churn.compute(opened, None, None, NOW)
    assert found.why_not is None and worth.why_not is None and warned.why_not is None
    chances = churn.customers(opened, None, warned, now=NOW).sort_by("person_id")
    values = lifetime_value.customers(opened, None, worth).sort_by("person_id")
    told = (found, chances.column("chance").to_numpy(), values.column("value").to_numpy())
    first = FIRST.setdefault(str(engines[0].folder), told)
    assert told[0] == first[0]
    assert told[1] == pytest.approx(first[1], rel=1e-6)
    assert told[2] == pytest.approx(first[2], rel=1e-6)
