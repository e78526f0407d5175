"""Loading: a whole relation of events goes straight to the lake, each event once.

Imports come this way instead of through the inbox: one set-based pass writes the file, a second
looks only at ids. Ids of what happened lately are remembered, as if it had come by the intake.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from deltalake.transaction import AddAction

from regulars.kit import clock
from regulars.timeline import duck, identity, inbox, lake
from regulars.timeline.inbox import TOMBSTONE
from regulars.timeline.lease import MAINTENANCE, lease
from regulars.timeline.tables import tombstones

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.workspace import Workspace

ORDER = "identity_id, occurred_at, received_at"
PATIENCE = 3600.0
REMEMBERED = 500_000
"""Ids of one load that are remembered at most: seconds of work, whatever the load's size."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many events were new, were there already, and belong to erased persons."""

    accepted: int
    duplicates: int
    refused: int


def load(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, relation: str, key: str
) -> Loaded:
    """Add the events of `relation` (a table or view with the schema's columns) to the lake.

    Events whose id the timeline has already, or that repeat an id within the relation, are
    duplicates; events of erased persons are refused. `key` stands in the lake's history.
    The relation is read once, and once more only when something has to be left out. The newest of
    what happened within the window in which intake knows ids are remembered for it.
    """
    with lease(workspace.database, MAINTENANCE, patience=PATIENCE) as held:
        written = lake.write(
            workspace.lake, connection, f"SELECT * FROM {relation} ORDER BY {ORDER}"
        )
        if written is None:
            return Loaded(0, 0, 0)
        action, loaded = _sift(workspace, connection, written)
        if action is not None:
            lake.commit(held, workspace.lake.open(), [action], note={"import": key})
            _remember(workspace, connection, action)
        return loaded


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
    inbox.remember(workspace, [row[0] for row in rows], now=now)


def _sift(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, written: AddAction
) -> tuple[AddAction | None, Loaded]:
    """Leave out what is there already; return the file to commit."""
    fresh = f"read_parquet({duck.file_list([str(workspace.lake.folder / written.path)])})"
    total = lake.records(written)
    _known_ids(workspace, connection)
    _forbidden(workspace, connection, fresh)
    refused = _count(connection, f"{fresh} SEMI JOIN forbidden USING (identity_id)")
    kept = f"SELECT * FROM {fresh} ANTI JOIN forbidden USING (identity_id)"
    if refused or _has_duplicates(connection, fresh):
        kept = (
            f"SELECT * FROM ({kept}) ANTI JOIN known_ids USING (event_id) "
            "QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY received_at) = 1"
        )
        action = lake.write(workspace.lake, connection, f"SELECT * FROM ({kept}) ORDER BY {ORDER}")
        lake.discard(workspace.lake, [written])
    else:
        action = written
    accepted = lake.records(action) if action else 0
    connection.execute("DROP VIEW known_ids; DROP TABLE forbidden")
    return action, Loaded(accepted, total - accepted - refused, refused)


def _known_ids(workspace: Workspace, connection: duckdb.DuckDBPyConnection) -> None:
    """Define the view `known_ids`: every event id of inbox and lake."""
    snapshot = workspace.engine.reader.read()
    connection.register("waiting_ids", snapshot.waiting.select(["event_id"]))
    parts = ["SELECT event_id FROM waiting_ids"]
    if snapshot.files:
        paths = [workspace.lake.absolute(file) for file in snapshot.files]
        parts.append(f"SELECT event_id FROM read_parquet({duck.file_list(paths)})")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW known_ids AS {' UNION ALL '.join(parts)}")


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


def _has_duplicates(connection: duckdb.DuckDBPyConnection, fresh: str) -> bool:
    """Tell whether an id repeats or is known; 8-byte hashes first, so that no is cheap."""
    repeated = connection.execute(
        f"SELECT 1 FROM {fresh} GROUP BY hash(event_id) HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    known = connection.execute(
        f"SELECT 1 FROM known_ids SEMI JOIN {fresh} AS fresh USING (event_id) LIMIT 1"
    ).fetchone()
    return repeated is not None or known is not None


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return int(row[0]) if row else 0
