"""Complaints, self-diagnosis, alerts, health and value groups are the same on both engines.

They share one company and one start of Spark, which costs more than all the questions.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from regulars.act.alerts import watching
from regulars.act.alerts.model import AlertKind, Grain, Rule, Way
from regulars.app import init_workspace
from regulars.kit.period import Period
from regulars.simulate.demo import service as demo
from regulars.simulate.model import Plan
from regulars.simulate.stream import parts
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.timeline import inbox
from regulars.timeline.engine.duck import DuckEngine
from regulars.timeline.workspace import Workspace
from regulars.understand.complaints import service as complaints
from regulars.understand.complaints.model import Problem, ProblemParameters
from regulars.understand.health import service as health
from regulars.understand.maturity import service as maturity
from regulars.understand.scope.model import EventScope
from regulars.understand.value_groups import queries as value_groups
from regulars.understand.value_groups.model import Rules

pytestmark = pytest.mark.spark
NOW = datetime(2026, 10, 5, 4, tzinfo=UTC)
YEAR = EventScope(Period(NOW - timedelta(days=365), NOW))
Both = tuple[Workspace, Workspace]


def tea_house() -> list[dict[str, Any]]:
    """A stall with a guest every other day and a hall with six a day, who disappoint since July."""
    rows = []
    for day in range(480):
        at = NOW - timedelta(days=480 - day)
        for place, guests in (("stall", 1 - day % 2), ("hall", 6)):
            for guest in range(guests):
                happy = at < datetime(2026, 7, 1, tzinfo=UTC) and (day // 2 + guest) % 5
                key = f"{place} {day} {guest}"
                rows.append(
                    {
                        "event_id": key, "identity_id": key, "name": "Survey Answered",
                        "touchpoint": "tasting", "place": place, "metric": "csat",
                        "score": 5.0 if happy else 1.0, "scale_min": 1.0, "scale_max": 5.0,
                        "survey_kind": "transactional", "occurred_at": at, "known_at": at,
                    }
                )  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """One simulated company of 400 customers and a tea house, seen by Spark and by DuckDB."""
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    zone = WorkspaceSettings(time_zone="Asia/Shanghai")
    engine = EngineSettings(backend="spark", memory="1GB")
    folder = tmp_path_factory.mktemp("spark") / "company"
    spark = init_workspace(folder, Settings(workspace=zone, engine=engine))
    for part in parts(Plan(400, NOW, seed=20), spark):
        demo.take_in(spark, part)
    inbox.accept(spark, inbox.make(tea_house(), NOW))
    duck = Workspace(folder, spark.settings)
    duck.__dict__["engine"] = DuckEngine(duck)
    yield spark, duck
    duck.close()
    spark.close()


def plain(found: Any) -> Any:
    """As plain values, with doubles to the ninth digit: their sums differ by order."""
    if isinstance(found, float):
        return float(f"{found:.9g}")
    if isinstance(found, dict):
        return {key: plain(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [plain(value) for value in found]
    return found


def told(found: Any) -> Any:
    return plain(msgspec.to_builtins(found))


@pytest.mark.parametrize("problem", [Problem.COMPLAINT, Problem.RETURN])
def test_complaints_agree(both: Both, problem: Problem) -> None:
    one, two = (
        complaints.complaints(ws, ProblemParameters(problem=problem), YEAR, as_of=NOW)
        for ws in both
    )
    assert told(one) == told(two)
    assert one.total > 5
    assert one.before


def test_one_person_s_complaints_agree(both: Both) -> None:
    spark, duck = both
    who = duck.query(
        lambda view: (
            view.with_person()
            .filter(lambda t: t.name == "Complaint Made")
            .select("person_id")
            .order_by("person_id")
            .limit(1)
        )
    ).to_pylist()[0]["person_id"]
    one, two = (complaints.of_person(ws, who, scope=None, now=NOW) for ws in (spark, duck))
    assert told(one) == told(two)
    assert one


def test_what_the_timeline_shows_of_maturity_agrees(both: Both) -> None:
    one, two = (maturity._timeline(ws, YEAR, NOW) for ws in both)
    assert plain(one) == plain(two)
    assert one["events"] > one["answers"] > one["words"] > 0


@pytest.mark.parametrize(("grain", "place"), [(Grain.WEEK, "hall"), (Grain.MONTH, "stall")])
def test_alerts_agree(both: Both, grain: Grain, place: str) -> None:
    """The hall by weeks; the stall, too thin for its months, by its last three together."""
    filters = {"touchpoint": "tasting", "place": place}
    rule = Rule("r", AlertKind.METRIC, "csat_satisfied_share", "", grain, Way.WORSE, filters)
    period = watching.last_period(both[1], grain, NOW)
    assert period is not None
    one, two = (watching.look(ws, rule, period, NOW) for ws in both)
    assert (one.error, one.tests, two.tests) == (None, 1, 1)
    ((found, unit),) = one.surprises.values()
    assert told(found) == told(next(iter(two.surprises.values()))[0])
    assert unit == "percent"
    days = (found.last.end - found.last.start).days
    assert days == (7 if grain is Grain.WEEK else 92)
    assert found.last.value == 0.0


def test_health_agrees(both: Both) -> None:
    one, two = (health.health(ws, YEAR, as_of=NOW) for ws in both)
    assert told(one) == told(two)
    assert one.value is not None
    assert len(one.trend) == 13


def test_value_groups_agree(both: Both) -> None:
    rows = [
        ws.query(lambda view: value_groups.roll_up(view, Rules(), NOW, "CNY"), as_of=NOW)
        .sort_by("person_id")
        .to_pylist()
        for ws in both
    ]
    assert len(rows[0]) > 100
    assert [plain(dict(sorted(row.items()))) for row in rows[0]] == [
        plain(dict(sorted(row.items()))) for row in rows[1]
    ]
