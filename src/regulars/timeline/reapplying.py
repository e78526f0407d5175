"""Erasures carried out again where only the hashes of the erased are known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlalchemy as sa

from regulars.store.database import insert_or_ignore, metadata
from regulars.timeline import batches, duck, erasure, identity, inbox, lake
from regulars.timeline import erased as record
from regulars.timeline.inbox import TOMBSTONE
from regulars.timeline.tables import inbox as waiting
from regulars.timeline.tables import tombstones

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

NAMES = ("identity_id", "left_id", "right_id", "person_id")
"""Columns that hold identities, in whatever table."""
BY = "restore"
CHUNK = 500


def erase(
    workspace: Workspace,
    only_lake: Mapping[str, datetime],
    only_database: Mapping[str, datetime],
    now: datetime,
) -> int:
    """Erase whoever hides behind the hashes on the side that had forgotten them; return how many.

    Both sides remember the hashes only when it is done: a crash on the way begins again.
    """
    found = _behind(workspace, [*only_lake, *only_database])
    if found:
        erasure.erase(workspace, found, by=BY, now=now)
    _remember(workspace, only_lake)
    record.append(record.path_of(workspace.lake), only_database, now)
    return len(found)


def _remember(workspace: Workspace, hashes: Mapping[str, datetime]) -> None:
    rows = [{"hash": one, "erased_at": at} for one, at in hashes.items()]
    with workspace.database.transaction() as connection:
        inbox.lock_inbox(connection)
        for start in range(0, len(rows), CHUNK):
            connection.execute(
                insert_or_ignore(connection, tombstones), rows[start : start + CHUNK]
            )


def _behind(workspace: Workspace, hashes: list[str]) -> list[str]:
    """Return the identities that lake and database have of these hashes."""
    paths = [workspace.lake.absolute(file) for file in lake.files(workspace.lake.open())]
    connection = duck.connect(workspace, share=0.5)
    try:
        identity.register(connection, workspace)
        connection.register("named", pa.table({"identity_id": _named(workspace)}))
        parts = ["SELECT identity_id FROM named"]
        if paths:
            parts.append(f"SELECT identity_id FROM read_parquet({duck.file_list(paths)})")
        everyone = " UNION ".join(parts)
        rows = connection.execute(
            f"SELECT identity_id FROM ({everyone}) WHERE identity_id IS NOT NULL "
            f"AND keyed_hash('{TOMBSTONE}', identity_id) IN (SELECT unnest(?))",
            [hashes],
        ).fetchall()
    finally:
        connection.close()
    return [row[0] for row in rows]


def _named(workspace: Workspace) -> pa.Array:
    """Return every identity that the database names: in its tables and in the waiting events."""
    named: set[str] = set()
    with workspace.database.reading() as connection:
        for table in metadata.sorted_tables:
            for column in (table.c[name] for name in NAMES if name in table.c):
                named.update(connection.execute(sa.select(column).distinct()).scalars())
        for table in (waiting, *erasure.WAITING.values()):
            named |= batches.named_in(connection, table)
    return pa.array(sorted(one for one in named if one is not None), pa.string())
