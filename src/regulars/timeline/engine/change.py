"""What has come to the timeline since an earlier state: the events of everybody it touches.

Whoever has a new event, or was linked or unlinked, is touched, and so is whoever shares an order, a
case or a visit with a new event. All their events make two small tables, as they were and as they
are. A statistic that adds up over people then changes by what it is of the one, less what it is of
the other. Where that cannot be told (events were erased or dropped as repeated, files are gone, or
too much is new) there is no change to go by, and everything is computed anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from regulars.timeline import duck, lake
from regulars.timeline.event import COLUMNS
from regulars.timeline.lake import Lake, LakeFile

if TYPE_CHECKING:
    import duckdb

MOST_NEW = 0.1
"""Above this share of new events, correcting costs as much as computing anew."""
NOW, BEFORE = "touched_now", "touched_before"


@dataclass(frozen=True)
class State:
    """What a refresh read: the lake's version with its files, known by `as_of`, up to `end`.

    It is `whole` when no event of the files was left out.
    """

    version: int
    files: tuple[LakeFile, ...]
    people: pa.Table
    as_of: datetime
    end: datetime
    whole: bool

    def same(self, other: State) -> bool:
        """Tell whether the other state shows the same events of the same people."""
        return (
            (self.whole and other.whole)
            and (self.version, self.end, self.files) == (other.version, other.end, other.files)
            and self.people.equals(other.people)
        )

    @property
    def events(self) -> int:
        """How many events the lake held."""
        return sum(file.events for file in self.files)


def find(
    connection: duckdb.DuckDBPyConnection, store: Lake, before: State, now: State
) -> pa.Table | None:
    """Make the tables `NOW` and `BEFORE`; return the ids of touched people, None if unknown.

    The ids are in a column `person_id` and stand for people of either state; of new events of
    nobody known, the visit and the event itself.
    """
    if now.as_of < before.as_of or now.end < before.end:
        return None
    new = lake.added_since(store, before.version, now.version)
    if new is None or not all((store.folder / path).exists() for path in new):
        return None
    _relations(connection, store, before, now, new)
    if not _adds_up(connection, before, now):
        return None
    _touched(connection, linked=not now.people.equals(before.people))
    _slices(connection, before, now)
    if not _apart(connection):
        return None
    return connection.execute("SELECT person_id FROM touched_people").to_arrow_table()


def _relations(
    connection: duckdb.DuckDBPyConnection,
    store: Lake,
    before: State,
    now: State,
    new: list[str],
) -> None:
    """Define what there is, what is new, and what was there but not yet to be seen."""
    present = duck.file_list([store.absolute(file) for file in now.files])
    connection.execute(f"CREATE OR REPLACE VIEW present AS SELECT * FROM read_parquet({present})")
    keys = "event_id, identity_id, session_id, order_id, case_id"
    added = "SELECT * FROM present WHERE false"
    if new:
        files = duck.file_list([str(store.folder / path) for path in new])
        added = f"SELECT * FROM read_parquet({files})"
    connection.execute(f"CREATE OR REPLACE TABLE added AS SELECT {keys} FROM ({added})")
    connection.execute("CREATE OR REPLACE TABLE fresh AS SELECT * FROM added")
    if not before.whole:
        connection.execute(
            f"INSERT INTO fresh SELECT {keys} FROM present "
            "WHERE known_at > $as_of OR occurred_at >= $end",
            {"as_of": before.as_of, "end": before.end},
        )
    for name, state in (("fold_before", before), ("fold_now", now)):
        connection.register(name, state.people)


def _adds_up(connection: duckdb.DuckDBPyConnection, before: State, now: State) -> bool:
    """Tell whether nothing but the new events came, and these are few."""
    new = _count(connection, "added")
    return now.events == before.events + new and new <= MOST_NEW * max(before.events, 1)


KEYS = ("session_id", "order_id", "case_id")


def _sharing(table: str, columns: str) -> str:
    """Return the query of what shares an order, a case or a visit with the events of a table.

    One semi-join for each of these, since an engine reads no more than its column for it.
    """
    return " UNION ".join(
        f"SELECT {columns} FROM present WHERE {key} IN "
        f"(SELECT {key} FROM {table} WHERE {key} IS NOT NULL)"
        for key in KEYS
    )


def _touched(connection: duckdb.DuckDBPyConnection, *, linked: bool) -> None:
    """Collect the identities of everybody touched, and their people before and now.

    `linked` tells whether the two folds may differ.
    """
    moved = """
        UNION SELECT coalesce(n.identity_id, b.identity_id)
            FROM fold_now n FULL JOIN fold_before b ON n.identity_id = b.identity_id
            WHERE n.person_id IS DISTINCT FROM b.person_id
    """
    connection.execute(
        "CREATE OR REPLACE TABLE touched AS SELECT identity_id FROM fresh UNION "
        f"{_sharing('fresh', 'identity_id')} {moved if linked else ''}"
    )
    for fold in ("fold_before", "fold_now", "fold_before") if linked else ("fold_now",):
        connection.execute(
            f"""
            INSERT INTO touched SELECT identity_id FROM {fold} WHERE person_id IN (
                SELECT f.person_id FROM touched t JOIN {fold} f ON f.identity_id = t.identity_id)
            EXCEPT SELECT identity_id FROM touched
            """
        )
    folds = " UNION ".join(
        f"SELECT coalesce(f.person_id, t.identity_id) AS person_id FROM touched t "
        f"LEFT JOIN {fold} f ON f.identity_id = t.identity_id WHERE t.identity_id IS NOT NULL"
        for fold in (("fold_before", "fold_now") if linked else ("fold_now",))
    )
    unknown = " UNION ".join(
        f"SELECT {key} FROM fresh WHERE identity_id IS NULL AND {key} IS NOT NULL"
        for key in ("session_id", "event_id")
    )
    connection.execute(f"CREATE OR REPLACE TABLE touched_people AS {folds} UNION {unknown}")


def _slices(connection: duckdb.DuckDBPyConnection, before: State, now: State) -> None:
    """Make the two tables of events; those of orders, cases and visits go with their people's.

    Somebody else's part of a shared order is in both alike, so it takes itself out.
    """
    columns = ", ".join(COLUMNS)
    seen, seen_before = _visible(now), _visible(before)
    connection.execute(
        f"CREATE OR REPLACE TABLE {NOW} AS SELECT {columns} FROM present "
        f"WHERE identity_id IN (SELECT identity_id FROM touched) AND {seen}"
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE theirs AS SELECT event_id, {', '.join(KEYS)} FROM {NOW} "
        f"UNION ALL SELECT event_id, {', '.join(KEYS)} FROM fresh"
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE others AS SELECT event_id FROM fresh UNION "
        f"{_sharing('theirs', 'event_id')} EXCEPT SELECT event_id FROM {NOW}"
    )
    if _count(connection, "others"):
        connection.execute(
            f"INSERT INTO {NOW} SELECT {columns} FROM present "
            f"WHERE event_id IN (SELECT event_id FROM others) AND {seen}"
        )
    connection.execute(
        f"CREATE OR REPLACE TABLE {BEFORE} AS SELECT {columns} FROM {NOW} "
        f"WHERE event_id NOT IN (SELECT event_id FROM added) AND {seen_before}"
    )


def _apart(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether no new event has the id of an old one here, so that ids tell them apart."""
    new = f"SELECT event_id FROM {NOW} WHERE event_id IN (SELECT event_id FROM added)"
    row = connection.execute(f"SELECT count(*), count(DISTINCT event_id) FROM ({new})").fetchone()
    return row is not None and row[0] == row[1]


def _visible(state: State) -> str:
    """Return the condition of what a state shows."""
    if state.whole:
        return "true"
    known, end = (f"TIMESTAMPTZ '{one.isoformat()}'" for one in (state.as_of, state.end))
    return f"known_at <= {known} AND occurred_at < {end}"


def people_of(connection: duckdb.DuckDBPyConnection, events: str, people: pa.Table) -> pa.Table:
    """Return those rows of a fold whose identities have events in a table."""
    connection.register("folded", people)
    found = connection.execute(
        f"SELECT * FROM folded WHERE identity_id IN (SELECT identity_id FROM {events})"
    ).to_arrow_table()
    connection.unregister("folded")
    return found


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the tables."""
    for name in (
        "added", "fresh", "touched", "touched_people", "theirs", "others", NOW, BEFORE,
    ):  # fmt: skip
        connection.execute(f"DROP TABLE IF EXISTS {name}")
    for name in ("fold_before", "fold_now"):
        connection.unregister(name)
    connection.execute("DROP VIEW IF EXISTS present")
