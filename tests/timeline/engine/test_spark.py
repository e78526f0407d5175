"""DuckDB and Spark give the same answers to the same expressions."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pytest

from regulars.app import init_workspace
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.store.spill import COPIES
from regulars.timeline import erasure, inbox, linking
from regulars.timeline.engine.duck import DuckEngine
from regulars.timeline.engine.view import View
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, CHEN, visits

pytestmark = pytest.mark.spark
MIDNIGHT = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
"""The first moment of November in Shanghai."""


@pytest.fixture(scope="module")
def spark_ws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Events around a midnight in Shanghai, half in the lake and half in the inbox, on Spark."""
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    folder: Path = tmp_path_factory.mktemp("spark") / "company"
    workspace = init_workspace(
        folder,
        Settings(
            workspace=WorkspaceSettings(time_zone="Asia/Shanghai"),
            engine=EngineSettings(backend="spark", memory="1GB"),
        ),
    )
    line = {"line_id": "1", "product": "tea", "category": None, "quantity": 2.0}
    lines = [{**line, "amount": Decimal("12.3400")}]
    start = MIDNIGHT - timedelta(minutes=5)
    inbox.accept(workspace, visits(ANN, *range(10), start=start, score=1.5, lines=lines))
    flush(workspace)
    money = {"amount": Decimal("0.1000"), "currency": "CNY"}
    inbox.accept(workspace, visits(BO, *range(10), start=start, **money))
    inbox.accept(workspace, visits(CHEN, 0, start=start))
    with workspace.database.transaction() as connection:
        linking.link(
            workspace, connection, ANN, BO, link_id="1", kind="user", source="t", at=MIDNIGHT
        )
    yield workspace
    workspace.close()


def by_month(view: View) -> Any:
    events = view.events
    return events.group_by(month=events.occurred_at.truncate("M")).aggregate(n=events.count())


def by_person(view: View) -> Any:
    events = view.with_person()
    return events.group_by("person_id").aggregate(
        n=events.count(), total=events.score.sum(), squares=(events.score * events.score).sum()
    )


def by_day_and_hour(view: View) -> Any:
    events = view.events
    return events.group_by(
        day=events.occurred_at.truncate("D"), hour=events.occurred_at.hour()
    ).aggregate(n=events.count(), last=events.occurred_at.max())


def by_local_date(view: View) -> Any:
    events = view.events
    return events.group_by(day=view.day(events.occurred_at)).aggregate(n=events.count())


def waits(view: View) -> Any:
    events = view.events
    order = ibis.window(group_by="identity_id", order_by=["occurred_at", "event_id"])
    steps = events.mutate(before=events.occurred_at.lag().over(order))
    seconds = steps.occurred_at.epoch_seconds() - steps.before.epoch_seconds()
    return (
        steps.mutate(seconds=seconds)
        .group_by("identity_id")
        .aggregate(total=ibis._.seconds.sum(), steps=ibis._.seconds.count())
    )


def money(view: View) -> Any:
    events = view.events
    return events.group_by("currency").aggregate(
        total=events.amount.cast("float64").sum(), orders=events.amount.count()
    )


def known(view: View) -> Any:
    return view.events.aggregate(n=view.events.count(), people=view.events.identity_id.nunique())


@pytest.mark.parametrize(
    "build", [by_month, by_person, by_day_and_hour, by_local_date, waits, money, known]
)
def test_the_same_expression_gives_the_same_answer(
    spark_ws: Workspace, build: Callable[[View], Any]
) -> None:
    embedded = DuckEngine(spark_ws)
    answers = [_sorted(engine.query(build)) for engine in (spark_ws.engine, embedded)]
    assert answers[0] == answers[1]
    assert answers[0] != []


def test_a_month_in_shanghai_is_a_shanghai_month_on_both(spark_ws: Workspace) -> None:
    october = datetime(2026, 9, 30, 16, 0, tzinfo=UTC)
    for engine in (spark_ws.engine, DuckEngine(spark_ws)):
        months = {row["month"]: row["n"] for row in engine.query(by_month).to_pylist()}
        assert months == {october: 11, MIDNIGHT: 10}


def test_narrowed_views_agree(spark_ws: Workspace) -> None:
    for options in ({"identities": [ANN]}, {"as_of": MIDNIGHT - timedelta(days=999)}):
        spark = spark_ws.engine.query(known, **options).to_pylist()
        assert spark == DuckEngine(spark_ws).query(known, **options).to_pylist()


def _sorted(table: Any) -> list[str]:
    return sorted(str(sorted(row.items())) for row in table.to_pylist())


def test_an_erasure_deletes_the_copies_that_spark_reads_and_it_makes_them_anew(
    spark_ws: Workspace,
) -> None:
    def people_seen(view: View) -> Any:
        return view.events.group_by("identity_id").aggregate(n=view.events.count())

    assert spark_ws.query(people_seen).num_rows == 3
    copies = spark_ws.spill.folder.glob(f"{COPIES}-*/waiting-*.parquet")
    assert len(list(copies)) == 1
    erasure.erase(spark_ws, [CHEN], by="dana", now=MIDNIGHT)
    assert list(spark_ws.spill.folder.glob(f"{COPIES}-*/*")) == []
    assert spark_ws.query(people_seen).num_rows == 2
    erasure.erase(spark_ws, [CHEN], by="dana", now=MIDNIGHT)  # nothing left: the view is the same
    assert spark_ws.query(people_seen).num_rows == 2
