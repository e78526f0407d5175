"""A source tells an event anew: the new telling counts, the old one did before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
import sqlalchemy as sa

from regulars.app import init_workspace
from regulars.store.settings import EngineSettings, Settings
from regulars.timeline import compaction, duck, erasure, inbox, lake, loading
from regulars.timeline.engine.base import Engine
from regulars.timeline.engine.duck import DuckEngine
from regulars.timeline.engine.view import View
from regulars.timeline.event import MOMENT
from regulars.timeline.flush import flush
from regulars.timeline.lease import MAINTENANCE, lease
from regulars.timeline.loading import Loaded
from regulars.timeline.tables import earlier_loads
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, NOON

DAY = timedelta(days=1)
MARCH, APRIL = datetime.fromisoformat("2026-03-02T09:00Z"), datetime.fromisoformat("2026-04-02T09Z")
NEW, KNOWN, ANEW = Loaded(1, 0, 0, 0), Loaded(0, 1, 0, 0), Loaded(0, 0, 1, 0)


def order(text: str, event_id: str = "order-1", **more: Any) -> dict[str, Any]:
    """An order of Ann's on 2 March, told by the shop's export."""
    return {
        "event_id": event_id,
        "identity_id": ANN,
        "name": "Order Completed",
        "source": "shop",
        "occurred_at": MARCH,
        "known_at": MARCH,
        "text": text,
        **more,
    }


def told(
    ws: Workspace, run: int, *rows: dict[str, Any], updated: Sequence[int | None] = ()
) -> Loaded:
    """Load rows as the import of that number, made so many days after 10 March at noon.

    `updated`: for each row, so many days after 1 March it was changed.
    """
    now = NOON + run * DAY
    connection = duck.connect(ws)
    table = inbox.make(rows, now)
    if updated:
        changed = [None if one is None else MARCH + one * DAY for one in updated]
        table = table.append_column("updated_at", pa.array(changed, MOMENT))
    connection.register("incoming", table)
    return loading.load(ws, connection, "incoming", f"run-{run}", now=now)


def texts(ws: Workspace, as_of: float | None = None, engine: Engine | None = None) -> list[str]:
    """Return what is told, as of so many days after 10 March at noon, or now."""
    moment = None if as_of is None else NOON + as_of * DAY

    def build(view: View) -> Any:
        return view.events.select("text", "occurred_at").order_by("text")

    table = (engine or ws.engine).query(build, as_of=moment)
    return [f"{row['text']} {row['occurred_at']:%m}" for row in table.to_pylist()]


def aside(ws: Workspace) -> list[str]:
    return sorted(one.month or "" for one in lake.files(ws.lake.open()) if one.aside)


def test_a_later_telling_replaces_the_one_before(any_ws: Workspace) -> None:
    assert told(any_ws, 1, order("a")) == NEW
    assert told(any_ws, 2, order("b")) == ANEW
    assert texts(any_ws) == ["b 03"]
    assert [texts(any_ws, day) for day in (-9, 1.5, 2, 3)] == [[], ["a 03"], ["b 03"], ["b 03"]]


@pytest.mark.parametrize(
    ("tellings", "counts", "ends"),
    [
        ("ab", [NEW, ANEW], "b"),
        ("aba", [NEW, ANEW, KNOWN], "b"),
        ("aa", [NEW, KNOWN], "a"),
        ("abcab", [NEW, ANEW, ANEW, KNOWN, KNOWN], "c"),
    ],
)
@pytest.mark.parametrize("sorted_between", [False, True])
def test_what_an_id_told_before_changes_nothing(
    ws: Workspace, tellings: str, counts: list[Loaded], ends: str, sorted_between: bool
) -> None:
    found = []
    for run, text in enumerate(tellings):
        found.append(told(ws, run, order(text)))
        if sorted_between:
            compaction.compact(ws)
    assert found == counts
    assert texts(ws) == [f"{ends} 03"]


@pytest.mark.parametrize(
    ("tellings", "counts", "ends"),
    [
        ([("a", 1), ("b", 3), ("c", 2)], [NEW, ANEW, KNOWN], "b"),  # c is older
        ([("a", 3), ("b", 1)], [NEW, KNOWN], "a"),
        ([("a", 1), ("b", 2), ("a", 3)], [NEW, ANEW, ANEW], "a"),  # changed back
        ([("a", 1), ("a", 3), ("b", 2)], [NEW, KNOWN, KNOWN], "a"),  # a held still on the 3rd
        ([("a", None), ("a", 3), ("b", 2)], [NEW, KNOWN, KNOWN], "a"),
        ([("a", None), ("b", None), ("a", 1)], [NEW, ANEW, KNOWN], "b"),  # nothing to compare with
        ([("a", 5), ("b", None), ("c", 3)], [NEW, ANEW, KNOWN], "b"),
        ([("a", 2), ("b", 2)], [NEW, ANEW], "b"),
    ],
)
def test_the_telling_updated_last_wins_whatever_the_order_of_imports(
    ws: Workspace, tellings: list[tuple[str, int | None]], counts: list[Loaded], ends: str
) -> None:
    found = [told(ws, run, order(text), updated=[day]) for run, (text, day) in enumerate(tellings)]
    assert found == counts
    assert texts(ws) == [f"{ends} 03"]


def test_of_an_id_twice_in_a_relation_the_row_updated_last_counts_else_the_last(
    ws: Workspace,
) -> None:
    rows = [order("a", received_at=NOON), order("b", received_at=NOON + timedelta(seconds=1))]
    assert told(ws, 1, *rows) == Loaded(1, 1, 0, 0)
    assert texts(ws) == ["b 03"]
    twice = [order("c", "order-2"), order("d", "order-2")]
    assert told(ws, 2, *twice, updated=[2, 1]) == Loaded(1, 1, 0, 0)
    assert texts(ws) == ["b 03", "c 03"]


def test_a_telling_moved_to_another_month_leaves_the_first_one(ws: Workspace) -> None:
    told(ws, 1, order("a"), order("x", "order-2"))
    compaction.compact(ws)
    assert told(ws, 2, order("a", occurred_at=APRIL)) == ANEW
    for _turn in range(2):
        assert texts(ws) == ["a 04", "x 03"]
        assert texts(ws, 1.5) == ["a 03", "x 03"]
        compaction.compact(ws)


def test_many_files_of_old_tellings_become_one(ws: Workspace) -> None:
    for run in range(12):
        told(ws, run, order(f"{run:02}"))
    assert aside(ws) == ["superseded"] * 11
    compaction.compact(ws)
    assert aside(ws) == ["superseded"]
    assert [texts(ws, run + 0.5) for run in range(12)] == [[f"{run:02} 03"] for run in range(12)]
    assert told(ws, 12, order("03")) == KNOWN


def test_only_what_the_same_source_imported_is_replaced(ws: Workspace) -> None:
    """One order came by HTTP, one from another source, one waits in the inbox."""
    inbox.accept(ws, inbox.make([order("sent")], NOON))
    flush(ws)
    told(ws, 1, order("other", "order-2", source="till"))
    inbox.accept(ws, inbox.make([order("waits", "order-3")], NOON))
    again = [order("z"), order("z", "order-2"), order("z", "order-3")]
    assert told(ws, 2, *again) == Loaded(0, 3, 0, 0)
    assert texts(ws) == ["other 03", "sent 03", "waits 03"]


def test_a_second_http_event_of_an_id_stays_a_duplicate(ws: Workspace) -> None:
    """It came too late to be known by its id; what was told anew is kept, not the later one."""
    told(ws, 1, order("a"))
    told(ws, 2, order("b"))
    assert inbox.accept(ws, inbox.make([order("sent", received_at=NOON)], NOON)).fresh == [True]
    flush(ws)
    compaction.compact(ws)
    assert texts(ws) == ["b 03"]


def test_others_of_a_file_stay_in_their_order(ws: Workspace) -> None:
    rows = [order(f"{number:03}", f"order-{number:03}") for number in range(400)]
    told(ws, 1, *rows)
    compaction.compact(ws)
    assert told(ws, 2, *[{**row, "text": "new"} for row in rows[::50]]) == Loaded(0, 0, 8, 0)
    moved = next(one for one in lake.files(ws.lake.open()) if one.month == "2026-03")
    kept = (
        duck.connect(ws)
        .execute(f"SELECT text FROM read_parquet('{ws.lake.absolute(moved)}')")
        .fetchall()
    )
    assert [text for (text,) in kept] == [row["text"] for row in rows if row not in rows[::50]]


def test_old_tellings_are_erased_with_the_person(ws: Workspace) -> None:
    """Ann's words were told of nobody first, then of her; Bo's order was told of her by mistake."""
    told(ws, 1, order("secret", identity_id=None), order("mistaken", "order-2"))
    told(ws, 2, order("hers"), order("his", "order-2", identity_id=BO))
    erasure.erase(ws, [ANN], by="test", now=NOON)
    assert texts(ws) == ["his 03"]
    assert texts(ws, 1.5) == []
    for file in ws.lake.folder.glob("*.parquet"):
        found = duck.connect(ws).execute(f"SELECT text FROM read_parquet('{file}')").fetchall()
        assert found == [("his",)]


def test_an_erased_persons_new_telling_is_refused(ws: Workspace) -> None:
    told(ws, 1, order("a", identity_id=BO))
    erasure.erase(ws, [ANN], by="test", now=NOON)
    assert told(ws, 2, order("b")) == Loaded(0, 0, 0, 1)
    assert texts(ws) == ["a 03"]


@pytest.fixture(scope="module")
def spark_ws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    folder: Path = tmp_path_factory.mktemp("spark") / "company"
    settings = Settings(engine=EngineSettings(backend="spark", memory="1GB"))
    workspace = init_workspace(folder, settings)
    yield workspace
    workspace.close()


@pytest.mark.spark
def test_both_engines_see_what_counted_when(spark_ws: Workspace) -> None:
    told(spark_ws, 1, order("a"), order("x", "order-2"))
    told(spark_ws, 2, order("b"))
    told(spark_ws, 3, order("c", occurred_at=APRIL))
    compaction.compact(spark_ws)
    inbox.accept(spark_ws, inbox.make([order("sent", "order-3")], NOON))
    embedded = DuckEngine(spark_ws)
    for engine in (spark_ws.engine, embedded):
        table = [texts(spark_ws, day, engine) for day in (-9, 1, 2, 2.5, 3, 4, None)]
        early, late = ["a 03", "sent 03", "x 03"], ["c 04", "sent 03", "x 03"]
        between = ["b 03", "sent 03", "x 03"]
        assert table == [[], early, between, between, late, late, late]


def test_a_lake_of_an_earlier_release_is_told_anew(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files lack the columns of loads; what an import brought is known by its receipt."""
    with monkeypatch.context() as earlier:
        earlier.setattr(lake, "TOLD", {})
        earlier.setattr(lake, "SECOND_LAYOUT", ".parquet")
        inbox.accept(ws, inbox.make([order("sent", "order-2", received_at=NOON - DAY)], NOON))
        flush(ws)
        connection = duck.connect(ws)
        connection.register("old", inbox.make([order("a"), order("x", "order-3")], NOON))
        written = lake.write(ws.lake, connection, "FROM old")
        with lease(ws.database, MAINTENANCE) as held:
            lake.commit(held, ws.lake.open(), [written] if written else [])
    again = [order("b"), order("b", "order-2"), order("x", "order-3")]
    assert told(ws, 1, *again) == Loaded(0, 3, 0, 0)  # no import is known of
    with ws.database.transaction() as database:
        values = {"load_id": "old", "first_at": NOON, "last_at": NOON}
        database.execute(sa.insert(earlier_loads).values(values))
    assert told(ws, 2, *again) == Loaded(0, 2, 1, 0)
    for _turn in range(2):
        assert texts(ws) == ["b 03", "sent 03", "x 03"]
        assert texts(ws, 1.5) == ["a 03", "sent 03", "x 03"]
        compaction.compact(ws)
    assert told(ws, 3, order("a"), order("c", "order-3")) == Loaded(0, 1, 1, 0)
    assert texts(ws) == ["b 03", "c 03", "sent 03"]


def test_an_interactive_table_holds_what_counts_now(ws: Workspace) -> None:
    told(ws, 1, order("a"))
    told(ws, 2, order("b"))
    assert ws.events.select(ibis._.text).execute().text.tolist() == ["b"]
