"""Loading: a whole relation of events goes straight to the lake, each event once.

Imports come this way instead of through the inbox: one set-based pass writes the file, a second
looks only at ids. Ids of what happened lately are remembered, as if it had come by the intake.
An event that the same source told by a load before is told anew (`replacing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from regulars.kit import clock, sql
from regulars.store.database import insert_or_ignore
from regulars.timeline import duck, identity, lake, replacing, seen, waking
from regulars.timeline.event import COLUMNS
from regulars.timeline.inbox import TOMBSTONE
from regulars.timeline.lake import LakeFile
from regulars.timeline.lease import MAINTENANCE, lease
from regulars.timeline.tables import retellings, tombstones

if TYPE_CHECKING:
    import duckdb
    from deltalake.transaction import AddAction

    from regulars.timeline.engine.snapshot import Snapshot
    from regulars.timeline.workspace import Workspace

PATIENCE = 3600.0
NOTHING: Mapping[str, str] = {}
REMEMBERED = 500_000
"""Ids of one load that are remembered at most: seconds of work, whatever the load's size."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many events were new, known before, told anew, and of erased persons."""

    accepted: int
    duplicates: int
    replaced: int
    refused: int


@dataclass(frozen=True, slots=True)
class Load:
    """A load's key, since when its tellings count, and how many are refused."""

    key: str
    now: datetime
    refused: int


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is to be committed of a load, and how many events of which loads stay as they were."""

    loaded: Loaded
    action: AddAction | None = None
    adds: Sequence[AddAction] = ()
    removes: Sequence[LakeFile] = ()
    stayed: Mapping[str | None, int] = field(default_factory=dict)


def load(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    key: str,
    *,
    now: datetime | None = None,
    alike: Mapping[str, str] = NOTHING,
    wake: bool = False,
) -> Loaded:
    """Add the events of `relation` (a table or view with the schema's columns) to the lake.

    `relation` may have the column `identity.PREFIX`, too, which makes the load quicker.
    An event whose id the timeline knows is known before; or it replaces the telling that counts,
    from `now` on, when a load of the same `source` brought that one and it says something that no
    telling of this id said before. Where both have `updated_at` (a column that `relation` may
    have), the later of these wins instead. Of an id's rows within the relation the one updated
    last counts, else the last received. Events of erased persons are refused. `key` names the load,
    and stands in the lake's history. The relation is read once, and once more only when something
    has to be left out. The newest of what happened within the window in which intake knows ids are
    remembered for it. With `wake`, reactions see the events that are new.
    """
    now = now or clock.now()
    with lease(workspace.database, MAINTENANCE, patience=PATIENCE) as held:
        told = _as_told(connection, relation, key, alike)
        written = lake.write(workspace.lake, connection, told, quick=True)
        if written is None:
            return Loaded(0, 0, 0, 0)
        sifted = _sift(workspace, connection, written, key, now)
        adds = [*([sifted.action] if sifted.action else []), *sifted.adds]
        if adds:
            lake.commit(held, workspace.lake.open(), adds, sifted.removes, note={"import": key})
        if sifted.action is not None:
            _remember(workspace, connection, sifted.action)
        _note(workspace, key, sifted.stayed)
        if wake and sifted.action is not None:
            parts = ([sifted.action], sifted.adds)
            loaded, replaced = ([str(workspace.lake.folder / a.path) for a in p] for p in parts)
            waking.wake(workspace, connection, loaded, replaced, now)
        return sifted.loaded


def _as_told(
    connection: duckdb.DuckDBPyConnection, relation: str, key: str, alike: Mapping[str, str]
) -> str:
    """Return the query of a relation's events with the columns that its files have beside."""
    there = {row[0] for row in connection.execute(f"DESCRIBE {relation}").fetchall()}
    carried = [name for name in COLUMNS if name not in alike]
    extra = f"CAST({sql.literal(key)} AS {sql.one_of([key])}) AS brought_by"
    if "updated_at" in there:
        carried.append("CAST(updated_at AS TIMESTAMPTZ) AS updated_at")
        extra += ", updated_at"
    else:
        extra += ", NULL::TIMESTAMPTZ AS updated_at"
    # Numbers are sorted in less time than words. Identities that share a prefix, if ever there are
    # two, lie mixed: where an event lies in a file says nothing but where to look first.
    order = lake.ORDER
    if identity.PREFIX in there:
        order = lake.ORDER.replace("identity_id", identity.PREFIX)
    # What is the same in every row is added behind the sort, which need not carry it.
    columns = ", ".join(alike.get(name, name) for name in COLUMNS)
    return (
        f"SELECT {columns}, {extra} "
        f"FROM (SELECT {', '.join(carried)} FROM {relation} ORDER BY {order})"
    )


def _remember(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, action: AddAction
) -> None:
    """Let intake know the ids; after the commit, or a crash would make it drop what is nowhere."""
    now = clock.now()
    since = now - timedelta(days=workspace.settings.intake.remember_days)
    loaded = f"read_parquet({duck.file_list([str(workspace.lake.folder / action.path)])})"
    rows = connection.execute(
        f"SELECT event_id FROM {loaded} WHERE occurred_at >= ? ORDER BY occurred_at DESC LIMIT ?",
        [since, REMEMBERED],
    ).fetchall()
    seen.remember(workspace, [row[0] for row in rows], now=now)


def _sift(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    written: AddAction,
    key: str,
    now: datetime,
) -> Sifted:
    """Leave out what is there already, and find what is told anew."""
    fresh = f"read_parquet({duck.file_list([str(workspace.lake.folder / written.path)])}"
    rows = f"{fresh}, file_row_number = true)"
    snapshot = workspace.engine.reader.read()
    _known_ids(workspace, connection, snapshot)
    _forbidden(workspace, connection, f"{fresh})")
    try:
        refused = duck.count(connection, f"{fresh}) SEMI JOIN forbidden USING (identity_id)")
        repeated = duck.may_repeat_ids(connection, f"{fresh})")
        _choose(connection, rows, repeated=repeated)
        met = replacing.meet(workspace, connection, snapshot.files)
        known = met.files or _any_waiting(connection, snapshot, f"{fresh})")
        if not refused and not repeated and not known:
            return Sifted(Loaded(lake.records(written), 0, 0, 0), written)
        return _sift_known(workspace, connection, (written, met), snapshot, Load(key, now, refused))
    finally:
        connection.execute(
            "DROP VIEW IF EXISTS incoming; DROP TABLE IF EXISTS passed_over; "
            "DROP TABLE IF EXISTS new_rows; DROP TABLE IF EXISTS winners; "
            "DROP VIEW known_ids; DROP TABLE forbidden"
        )


def _choose(connection: duckdb.DuckDBPyConnection, rows: str, *, repeated: bool) -> None:
    """Define the view `incoming`: rows that may count, one of each id, with their `told_row`."""
    allowed = (
        f"SELECT * RENAME (file_row_number AS told_row) FROM {rows} "
        "ANTI JOIN forbidden USING (identity_id)"
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE passed_over (told_row BIGINT)")
    if repeated:
        connection.execute(f"""
            INSERT INTO passed_over SELECT told_row FROM (
                SELECT told_row, row_number() OVER (
                    PARTITION BY event_id ORDER BY {replacing.NEWEST}) AS nth
                FROM ({allowed}) WHERE hash(event_id) IN (
                    SELECT hash(event_id) FROM {rows} GROUP BY ALL HAVING count(*) > 1))
            WHERE nth > 1
        """)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW incoming AS SELECT * FROM ({allowed}) "
        f"{'ANTI JOIN passed_over USING (told_row)' if repeated else ''}"
    )


def _sift_known(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    first: tuple[AddAction, replacing.Met],
    snapshot: Snapshot,
    load: Load,
) -> Sifted:
    """Write the new and the winners of `incoming` to a file of their own; put losers aside.

    `first` is the file that holds them all, and what they met.
    """
    written, met = first
    files = [file for file in snapshot.files if workspace.lake.absolute(file) in met.files]
    won = replacing.find_winners(workspace, connection, files, snapshot.superseded, load.now)
    incoming = lake.records(written) - load.refused
    accepted = _find_new(connection, met, incoming - duck.count(connection, "passed_over"))
    action = None
    if accepted or won.all:
        action = lake.write(
            workspace.lake,
            connection,
            "SELECT * EXCLUDE (told_row) FROM ("
            "SELECT * FROM incoming SEMI JOIN new_rows USING (told_row) UNION ALL "
            "SELECT i.* REPLACE (w.since AS known_at) FROM incoming i "
            f"JOIN winners w USING (told_row)) ORDER BY {lake.ORDER}",
            quick=True,
        )
    lake.discard(workspace.lake, [written])
    swap = replacing.put_aside(workspace, connection, files, by=load.key, now=load.now)
    stayed = {one: count - won.by_load.get(one, 0) for one, count in met.events.items()}
    known = incoming - accepted - won.replacing
    loaded = Loaded(accepted, known, won.replacing, load.refused)
    return Sifted(loaded, action, swap.adds, swap.removes, stayed)


def _find_new(connection: duckdb.DuckDBPyConnection, met: replacing.Met, rows: int) -> int:
    """Make the table `new_rows` of those of `incoming` (so many) whose ids are new; return them."""
    brought = sum(count for one, count in met.events.items() if one is not None)
    # What loads brought stands there once, so as many as there are rows leave none that is new.
    some = "true" if brought < rows else "false"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE new_rows AS SELECT told_row FROM incoming "
        f"ANTI JOIN known_ids USING (event_id) WHERE {some}"
    )
    return duck.count(connection, "new_rows")


def _note(workspace: Workspace, key: str, stayed: Mapping[str | None, int]) -> None:
    """Keep how many events of other loads this one told again, to say so if one is taken back."""
    noted = {one: count for one, count in stayed.items() if one not in (None, key) and count}
    if noted:
        with workspace.database.transaction() as connection:
            connection.execute(
                insert_or_ignore(connection, retellings),
                [
                    {"load_id": key, "of_load_id": one, "events": count}
                    for one, count in noted.items()
                ],
            )


def _known_ids(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, snapshot: Snapshot
) -> None:
    """Define the view `known_ids`: every event id of inbox and lake."""
    connection.register("waiting_ids", snapshot.waiting.select(["event_id"]))
    parts = ["SELECT event_id FROM waiting_ids"]
    if snapshot.files:
        paths = [workspace.lake.absolute(file) for file in snapshot.files]
        parts.append(f"SELECT event_id FROM read_parquet({duck.file_list(paths)})")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW known_ids AS {' UNION ALL '.join(parts)}")


def told_by(workspace: Workspace, connection: duckdb.DuckDBPyConnection, source: str) -> str:
    """Define the view `told_before` of the events a source told, and return its name.

    Columns: event_id, order_id, identity_id, place; tellings that were replaced are among them.
    """
    columns = ["event_id", "order_id", "identity_id", "place", "source"]
    snapshot = workspace.engine.reader.read()
    connection.register("waiting_told", snapshot.waiting.select(columns))
    parts = [f"SELECT {', '.join(columns)} FROM waiting_told"]
    if snapshot.files:
        paths = [workspace.lake.absolute(file) for file in snapshot.files]
        parts.append(f"SELECT {', '.join(columns)} FROM read_parquet({duck.file_list(paths)})")
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW told_before AS SELECT * EXCLUDE (source) FROM "
        f"({' UNION ALL '.join(parts)}) WHERE source = {sql.literal(source)}"
    )
    return "told_before"


def _forbidden(workspace: Workspace, connection: duckdb.DuckDBPyConnection, fresh: str) -> None:
    """Make the table `forbidden`: identities of `fresh` whose persons were erased."""
    with workspace.database.reading() as reading:
        hashes = list(reading.execute(sa.select(tombstones.c.hash)).scalars())
    connection.execute("CREATE OR REPLACE TEMP TABLE forbidden (identity_id VARCHAR)")
    if not hashes:
        return
    identity.register(connection, workspace)
    connection.execute(
        f"INSERT INTO forbidden SELECT identity_id FROM (SELECT DISTINCT identity_id FROM {fresh}) "
        f"WHERE keyed_hash('{TOMBSTONE}', identity_id) IN (SELECT unnest(?))",
        [hashes],
    )


def _any_waiting(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, fresh: str) -> bool:
    if not snapshot.waiting.num_rows:
        return False
    found = connection.execute(
        f"SELECT 1 FROM {fresh} AS fresh SEMI JOIN waiting_ids USING (event_id) LIMIT 1"
    ).fetchone()
    return found is not None
