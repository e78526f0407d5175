"""What has come to the timeline since an earlier state: the events of everybody it touches.

Whoever has a new event, or was linked or unlinked, is touched, and so is whoever shares an order, a
case or a visit with a new event. A telling that was replaced or taken back touches as a new one
does. All their events make two small tables, as they were and as they are. A statistic that adds up
over people then changes by what it is of the one, less what it is of the other. Where that cannot
be told (events were erased or dropped as repeated, files are gone, or too much is new) there is no
change to go by, and everything is computed anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from regulars.kit import sql
from regulars.timeline import duck, lake
from regulars.timeline.engine import since
from regulars.timeline.engine.sight import EVERYTHING, Sight
from regulars.timeline.event import COLUMNS
from regulars.timeline.lake import Lake, LakeFile
from regulars.timeline.sessions import SESSION_SQL

if TYPE_CHECKING:
    import duckdb

MAX_NEW = 0.1
"""Above this share of new events, correcting costs as much as computing anew."""
NOW, BEFORE = "touched_now", "touched_before"
TELLING = ("event_id", "known_at", "brought_by")
"""What tells tellings apart, wherever they lie."""
KEYS = ("session_id", "order_id", "case_id")


@dataclass(frozen=True)
class RefreshState:
    """What a refresh read: the lake's version with its files, known by `as_of`, up to `end`.

    It is `whole` when no event of the files was left out; `sight` is what is seen of them.
    """

    version: int
    files: tuple[LakeFile, ...]
    people: pa.Table
    as_of: datetime
    end: datetime
    whole: bool
    sight: Sight = EVERYTHING

    def same(self, other: RefreshState) -> bool:
        """Tell whether the other state shows the same events of the same people."""
        return (
            (self.whole and other.whole)
            and (self.version, self.end, self.files) == (other.version, other.end, other.files)
            and self.sight == other.sight
            and self.people.equals(other.people)
        )

    @property
    def events(self) -> int:
        """How many events the lake held."""
        return sum(file.events for file in self.files)


@dataclass(frozen=True)
class Touched:
    """Who was touched since the state before: its token and people, and the ids touched."""

    token: str
    people_before: pa.Table
    ids: pa.Array


def find(
    connection: duckdb.DuckDBPyConnection, store: Lake, before: RefreshState, now: RefreshState
) -> pa.Array | None:
    """Make the tables `NOW` and `BEFORE`; return the ids of touched people, None if unknown.

    The ids stand for people of either state; of new events of nobody known, the visit and the
    event itself.
    """
    if now.as_of < before.as_of or now.end < before.end or now.sight != before.sight:
        return None
    changes = since.changes_since(store, before.version, now.version)
    if changes is None:
        return None
    if not all((store.folder / path).exists() for path in (*changes.came, *changes.went)):
        return None
    _relations(connection, store, before, now, changes)
    if not _adds_up(connection, before, now):
        return None
    people = _touched(connection, before, now)
    _slices(connection, before, now)
    return people if _apart(connection) else None


def _relations(
    connection: duckdb.DuckDBPyConnection,
    store: Lake,
    before: RefreshState,
    now: RefreshState,
    changes: since.Changes,
) -> None:
    """Define what there is, what is new, what is gone, and what was there but not to be seen.

    What came and went since, or went and came back, is neither new nor gone. Files that came hold
    a, b and c, those that went b: a and c are added, nothing is gone; b was only written anew.
    """
    present = duck.file_list([store.absolute(file) for file in now.files])
    columns = ", ".join(COLUMNS)
    read = now.sight.select()
    connection.execute(f"CREATE OR REPLACE VIEW present AS {read} read_parquet({present})")
    seen = ", ".join(now.sight.changed())
    copy = f"row_number() OVER (PARTITION BY {', '.join(TELLING)})" if changes.went else "1"
    # Copies of a telling are numbered: the first that came pairs with the first that went.
    for name, paths in (("came", changes.came), ("went", changes.went)):
        rows = (
            lake.rows(store, paths)
            if paths
            else f"SELECT {columns}, '' AS brought_by FROM present WHERE false"
        )
        connection.execute(
            f"CREATE OR REPLACE TABLE {name} AS SELECT {columns}, brought_by, {copy} AS copy FROM ("
            f"SELECT * REPLACE (coalesce(brought_by, '') AS brought_by, {seen}) FROM ({rows}))"
        )
    same = f"USING ({', '.join(TELLING)}, copy)"
    keys = f"event_id, identity_id, source, {', '.join(KEYS)}"
    connection.execute(
        f"CREATE OR REPLACE TABLE added AS SELECT {keys} FROM came ANTI JOIN went {same}"
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE gone AS SELECT {columns} FROM went ANTI JOIN came {same}"
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE fresh AS FROM added UNION ALL SELECT {keys} FROM gone"
    )
    if not before.whole:
        connection.execute(
            f"INSERT INTO fresh SELECT {keys} FROM present "
            "WHERE known_at > $as_of OR occurred_at >= $end",
            {"as_of": before.as_of, "end": before.end},
        )
    for name, state in (("fold_before", before), ("fold_now", now)):
        connection.register(name, state.people)


def _adds_up(
    connection: duckdb.DuckDBPyConnection, before: RefreshState, now: RefreshState
) -> bool:
    """Tell whether nothing but what is known came and went, and these are few."""
    came, went = duck.count(connection, "came"), duck.count(connection, "went")
    touching = max(duck.count(connection, "added"), duck.count(connection, "gone"))
    few = touching <= MAX_NEW * max(before.events, 1)
    return few and now.events == before.events + came - went


def _sharing(table: str, columns: str) -> str:
    """Return the query of what shares an order, a case or a visit with the events of a table.

    One semi-join for each of these, since an engine reads no more than its column for it.
    """
    return " UNION ".join(
        f"SELECT {columns} FROM present WHERE {key} IN "
        f"(SELECT {key} FROM {table} WHERE {key} IS NOT NULL)"
        for key in KEYS
    )


def _touched(
    connection: duckdb.DuckDBPyConnection, before: RefreshState, now: RefreshState
) -> pa.Array:
    """Make the table of the identities of everybody touched; return their people's ids."""
    linked = not now.people.equals(before.people)
    moved = """
        UNION SELECT coalesce(n.identity_id, b.identity_id)
            FROM fold_now n FULL JOIN fold_before b ON n.identity_id = b.identity_id
            WHERE n.person_id IS DISTINCT FROM b.person_id
    """
    new = _column(
        connection,
        f"SELECT identity_id FROM fresh UNION {_sharing('fresh', 'identity_id')} "
        f"{moved if linked else ''}",
    )
    touched, folds = new.drop_null(), [before.people, now.people] if linked else [now.people]
    for fold in [*folds, before.people] if linked else folds:
        theirs = _rows(fold, "person_id", _rows(fold, "identity_id", touched)["person_id"])
        touched = _different(touched, theirs["identity_id"])
    connection.register("touched_ids", pa.table({"identity_id": touched}))
    connection.execute("CREATE OR REPLACE TABLE touched AS SELECT * FROM touched_ids")
    connection.unregister("touched_ids")
    people = _column(
        connection,
        " UNION ".join(
            f"SELECT {key} FROM fresh WHERE identity_id IS NULL AND {key} IS NOT NULL"
            for key in (SESSION_SQL, "event_id")
        ),
    )
    for fold in folds:
        known = _rows(fold, "identity_id", touched)
        alone = touched.filter(pc.invert(pc.is_in(touched, known["identity_id"].combine_chunks())))
        people = _different(people, known["person_id"], alone)
    return people


def _rows(fold: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    """Return the rows of a fold whose column `name` is one of the values."""
    return fold.filter(pc.is_in(fold.column(name), pc.unique(values)))


def _different(*ids: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the ids of all of them, each once."""
    chunks = [chunk for one in ids for chunk in getattr(one, "chunks", [one])]
    return pc.unique(pa.concat_arrays(chunks))


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> pa.Array:
    return connection.execute(query).to_arrow_table().column(0).combine_chunks()


def _slices(connection: duckdb.DuckDBPyConnection, before: RefreshState, now: RefreshState) -> None:
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
    if duck.count(connection, "others"):
        connection.execute(
            f"INSERT INTO {NOW} SELECT {columns} FROM present "
            f"WHERE event_id IN (SELECT event_id FROM others) AND {seen}"
        )
    connection.execute(
        f"CREATE OR REPLACE TABLE {BEFORE} AS SELECT {columns} FROM {NOW} "
        f"WHERE event_id NOT IN (SELECT event_id FROM added) AND {seen_before} "
        f"UNION ALL SELECT {columns} FROM gone WHERE {seen_before}"
    )


def _apart(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether no new event has the id of an old one here, so that ids tell them apart."""
    new = f"SELECT event_id FROM {NOW} WHERE event_id IN (SELECT event_id FROM added)"
    row = connection.execute(f"SELECT count(*), count(DISTINCT event_id) FROM ({new})").fetchone()
    return row is not None and row[0] == row[1]


def _visible(state: RefreshState) -> str:
    """Return the condition of what a state shows."""
    if state.whole:
        return "true"
    known, end = sql.moment(state.as_of), sql.moment(state.end)
    return f"known_at <= {known} AND occurred_at < {end}"


def people_of(connection: duckdb.DuckDBPyConnection, events: str, people: pa.Table) -> pa.Table:
    """Return those rows of a fold whose identities have events in a table."""
    there = _column(connection, f"SELECT DISTINCT identity_id FROM {events}")
    return _rows(people, "identity_id", there)


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the tables."""
    for name in (
        "came", "went", "added", "gone", "fresh", "touched", "theirs", "others", NOW, BEFORE,
    ):  # fmt: skip
        connection.execute(f"DROP TABLE IF EXISTS {name}")
    for name in ("fold_before", "fold_now"):
        connection.unregister(name)
    connection.execute("DROP VIEW IF EXISTS present")
