"""Key experiences, and the radar, are the same on DuckDB and on Spark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.understand.drivers.test_outcomes import late_guests
from tests.understand.drivers.test_service import NOON, Row, guests
from tests.understand.radar.test_comparing import lifted

from regulars.app import init_workspace
from regulars.kit.period import Period
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.timeline import inbox
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.drivers import service as drivers
from regulars.understand.drivers.model import DriverParameters
from regulars.understand.radar import service as radar
from regulars.understand.scope.model import EventFilter, EventScope

LATER = NOON + timedelta(days=102)
WHOLE = EventScope(Period(NOON - timedelta(days=1), LATER - timedelta(days=1)))
HERE = WorkspaceSettings(time_zone="Asia/Shanghai")
pytestmark = pytest.mark.spark


def company() -> list[Row]:
    """Guests of two kinds of surveys and two channels; those the till pleased order again."""
    rows = guests() + late_guests()
    back = {row["identity_id"] for row in rows if row["touchpoint"] == "till" and row["score"] > 3}
    at = NOON + timedelta(days=100)
    again: list[Row] = [
        {"event_id": f"again {who}", "identity_id": who, "name": "Order Completed",
         "occurred_at": at, "known_at": at}
        for who in sorted(back)
    ]  # fmt: skip
    return rows + again + lifted()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Workspace]]:
    """One company's folder, opened on DuckDB and on Spark: half in the lake, half in the inbox."""
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    folder = tmp_path_factory.mktemp("engines") / "company"
    duck = init_workspace(folder, Settings(workspace=HERE, engine=EngineSettings(memory="1GB")))
    rows = company()
    inbox.accept(duck, inbox.make(rows[::2], LATER))
    flush(duck)
    inbox.accept(duck, inbox.make(rows[1::2], LATER))
    settings = Settings(workspace=HERE, engine=EngineSettings(backend="spark", memory="1GB"))
    spark = Workspace(duck.folder, settings)
    yield duck, spark
    spark.close()
    duck.close()


def told(found: Any) -> Any:
    """Return a finding as plain values, with nine digits of each number."""
    if isinstance(found, float):
        return float(f"{found:.9g}")
    if isinstance(found, dict):
        return {key: told(value) for key, value in found.items()}
    return [told(value) for value in found] if isinstance(found, list) else found


@pytest.mark.parametrize(
    "outcome", ["nps", "nps:transactional", "csat@till", "ease", "retention", "repurchase"]
)
def test_key_experiences_agree(both: tuple[Workspace, Workspace], outcome: str) -> None:
    one, two = (
        drivers.drivers(ws, DriverParameters(outcome), WHOLE, as_of=LATER, years=True)
        for ws in both
    )
    assert one.left.with_outcome >= 100
    assert told(msgspec.to_builtins(one)) == told(msgspec.to_builtins(two))


def test_what_is_offered_agrees(both: tuple[Workspace, Workspace]) -> None:
    one, two = (drivers.offered(ws, EventFilter("all"), now=LATER) for ws in both)
    assert one == two
    assert one[:2] == ["nps", "nps:transactional"]


@pytest.mark.parametrize(
    "look", [EventFilter("all"), EventFilter("all", channel="app", place="north")]
)
def test_the_radar_agrees(both: tuple[Workspace, Workspace], look: EventFilter) -> None:
    one, two = (
        radar.radar(ws, radar.mapping(ws), replace(WHOLE, period=Period(None, None)), look,
                    as_of=LATER)
        for ws in both
    )  # fmt: skip
    assert any(part.value is not None for part in one.dimensions)
    assert told(msgspec.to_builtins(one)) == told(msgspec.to_builtins(two))
