"""What every event has is checked at the doors of inbox and lake, and filled in where it lacks."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pytest

from regulars.kit.errors import Invalid
from regulars.timeline import duck, inbox, lake, required
from regulars.timeline.event import REQUIRED, SCHEMA
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, NOON, ids, visits


def without(table: pa.Table, name: str, row: int) -> pa.Table:
    """Return the events with one of them lacking a column."""
    values = table.column(name).to_pylist()
    values[row] = None
    at = table.schema.get_field_index(name)
    return table.set_column(at, SCHEMA.field(name), pa.array(values, SCHEMA.field(name).type))


def test_the_columns_are_those_of_the_schema() -> None:
    assert REQUIRED == ("event_id", "actor", "occurred_at", "received_at", "known_at", "name")


@pytest.mark.parametrize("name", REQUIRED)
def test_the_lake_takes_no_event_that_lacks_something(ws: Workspace, name: str) -> None:
    connection = duck.connect(ws)
    connection.register("incoming", without(visits(ANN, 1, 2, 3), name, 1))
    with pytest.raises(Invalid, match=f"1 events have no “{name}”"):
        lake.write(ws.lake, connection, "SELECT * FROM incoming")
    assert list(ws.lake.folder.glob("*.parquet")) == []


@pytest.mark.parametrize("name", REQUIRED)
def test_neither_does_the_inbox(ws: Workspace, name: str) -> None:
    with pytest.raises(Invalid, match=f"“{name}”"):
        inbox.accept(ws, without(visits(ANN, 1, 2, 3), name, 1))
    assert ids(ws) == []


def test_a_file_tells_its_least_and_greatest_without_being_read(ws: Workspace) -> None:
    connection = duck.connect(ws)
    connection.register("incoming", visits(ANN, 1, 2, 3))
    action = lake.write(ws.lake, connection, "SELECT * FROM incoming")
    assert action is not None
    found = required.footer(connection, str(ws.lake.folder / action.path))
    assert found.events == 3
    assert found.least == (ANN, "2026-03-10T12:01:00.000000Z")
    assert found.greatest == (ANN, "2026-03-10T12:03:00.000000Z")
    assert found.lacking == {}


def test_bounds_of_long_identities_are_cut_and_still_bounds(ws: Workspace) -> None:
    who = "x" * 20_000
    connection = duck.connect(ws)
    connection.register("incoming", visits(who, 1))
    action = lake.write(ws.lake, connection, "SELECT * FROM incoming")
    assert action is not None
    found = required.footer(connection, str(ws.lake.folder / action.path))
    least, greatest = found.least[0], found.greatest[0]
    assert least is None or least <= who
    assert greatest is None or greatest >= who
    assert found.least[1] == "2026-03-10T12:01:00.000000Z"


def test_a_file_of_nobody_has_no_bounds_of_identities(ws: Workspace) -> None:
    connection = duck.connect(ws)
    connection.register("incoming", without(visits(ANN, 1), "identity_id", 0))
    action = lake.write(ws.lake, connection, "SELECT * FROM incoming")
    assert action is not None
    found = required.footer(connection, str(ws.lake.folder / action.path))
    assert (found.events, found.least[0], found.greatest[0], found.lacking) == (1, None, None, {})


def test_what_lacks_is_filled_from_the_rest_of_the_event(ws: Workspace) -> None:
    connection = duck.connect(ws)
    lacking = visits(ANN, 1, 2, 3, 4)
    for row, name in enumerate(("known_at", "occurred_at", "event_id", "name")):
        lacking = without(lacking, name, row)
    connection.register("incoming", lacking)
    arrived = "TIMESTAMPTZ '2026-03-11 00:00:00+00'"
    filled = connection.execute(required.filled("incoming", arrived)).to_arrow_table()
    known, moved, unnamed, nameless = filled.to_pylist()
    assert known["known_at"] == known["occurred_at"] == NOON + timedelta(minutes=1)
    assert moved["occurred_at"] == NOON  # when it was received
    assert len(unnamed["event_id"]) == 32
    assert nameless["name"] == required.NAMELESS
    assert required.lacking_in(filled) == {}
