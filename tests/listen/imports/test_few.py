"""Words of which a large import has few are numbers on their way; in files they are words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from regulars.kit import clock
from regulars.listen.imports import few, service
from regulars.timeline import duck, lake
from regulars.timeline.event import SCHEMA
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import write

Fresh = Callable[[], AbstractContextManager[Workspace]]


def events(rows: int) -> str:
    """Return rows of three places, one of them blank, and of a touchpoint each."""
    places = ["Bund", "O'Hare", ""]
    return "\n".join(
        [
            "event_id,user_id,name,occurred_at,place,touchpoint,amount",
            *(
                f"{n},u{n % 5},Order Completed,2026-03-01 10:00:00Z,{places[n % 3]},t{n},{n}"
                for n in range(rows)
            ),
        ]
    )


def brought(ws: Workspace, file: Path) -> list[dict[str, Any]]:
    service.import_files(ws, [file], "events", now=clock.now())
    found = ws.query(lambda view: view.events.order_by("received_at").drop("received_at"))
    assert found.schema.field("place").type == SCHEMA.field("place").type
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every import for a large one."""
    monkeypatch.setattr(few, "LARGE", 0)
    monkeypatch.setattr(few, "MOST", 20)
    monkeypatch.setattr(few, "LOOKED_AT", 10)


def test_events_are_the_same(fresh: Fresh, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Of touchpoints there seem to be few in the first ten rows, and then there are not."""
    file = write(tmp_path, "a.csv", events(90))
    with fresh() as ws:
        small = brought(ws, file)
    request.getfixturevalue("large")
    with fresh() as ws:
        assert brought(ws, file) == small
        (kept,) = lake.files(ws.lake.open())
        written = parquet.read_table(ws.lake.absolute(kept))
    assert {row["place"] for row in small} == {"Bund", "O'Hare", None}
    assert len({row["touchpoint"] for row in small}) == 90
    words = ("actor", "name", "place", "touchpoint", "source", "text", "brought_by")
    assert {str(written.schema.field(name).type) for name in words} == {"string"}


def test_which_columns_have_few(ws: Workspace, large: None) -> None:
    """Two relations, of which one lacks a column; one column is empty in all rows."""
    with duck.connect(ws) as connection:
        connection.execute("CREATE TABLE visits AS SELECT i, i % 3 AS place FROM range(90) r(i)")
        connection.execute("CREATE TABLE orders AS SELECT 'shop' AS place FROM range(3)")
        names = ("place", "metric", "channel", "language")
        found = few.kinds(
            connection,
            names,
            [
                ("visits", {"place": "place", "metric": "i", "channel": "'w'"}),
                ("orders", {"place": "place"}),
            ],
        )
        assert found == {"place": "ENUM('0', '1', '2', 'shop')", "channel": "ENUM('w')"}
        assert few.kinds(connection, [], [("visits", {})]) == {}
