"""Taking back: what a load brought goes, what it replaced returns, as if it had not been.

What counts no more for this lies aside for a day, so that kept sums can be corrected by it, and
then goes for good (docs/adr/0009).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from regulars.timeline import duck, lake, loading, replacing, seen
from regulars.timeline.event import COLUMNS
from regulars.timeline.lake import LakeFile
from regulars.timeline.lease import MAINTENANCE, Lease, lease
from regulars.timeline.tables import earlier_loads, retellings

if TYPE_CHECKING:
    import duckdb
    from deltalake.transaction import AddAction

    from regulars.timeline.workspace import Workspace

PATIENCE = 3600.0
TOLD = ", ".join([*COLUMNS, *lake.TOLD])


@dataclass(frozen=True, slots=True)
class Effect:
    """What taking a load back does.

    `gone` events count no more as it told them; of `returned` of these the telling before counts
    again, the others are no longer there. Of `history` events it only told something between
    others. `retold` events were told again by later loads, and stayed as this one told them: they
    go too.
    """

    gone: int
    returned: int
    history: int
    retold: int


def known_of(workspace: Workspace, key: str) -> bool:
    """Tell whether events note it if the load brought them; not in earlier releases."""
    with workspace.database.reading() as connection:
        query = sa.select(earlier_loads.c.load_id).where(earlier_loads.c.load_id == key)
        return connection.execute(query).first() is None


def effect(workspace: Workspace, key: str) -> Effect:
    """Return what taking the load `key` back would do now."""
    connection = duck.connect(workspace, share=0.5)
    try:
        _find(workspace, connection, key, lake.files(workspace.lake.open()))
        return _effect(workspace, connection, key)
    finally:
        connection.close()


def take_back(workspace: Workspace, key: str, *, now: datetime) -> Effect:
    """Take back what the load `key` brought, in one commit; does nothing when it has been.

    Ids of events that are no longer there are forgotten, so that they can be sent again.
    """
    with lease(workspace.database, MAINTENANCE, patience=PATIENCE) as held:
        connection = duck.connect(workspace, share=0.5)
        try:
            handle = workspace.lake.open()
            files = lake.files(handle)
            _find(workspace, connection, key, files)
            done = _effect(workspace, connection, key)
            adds, removes = _write(workspace, connection, files, now)
            forgotten = _forgotten(workspace, connection, files, now)
        finally:
            connection.close()
        if removes:
            lake.commit(held, handle, adds, removes, note={"taken back": key})
        seen.forget(workspace, forgotten)
    with workspace.database.transaction() as database:
        database.execute(sa.delete(retellings).where(retellings.c.load_id == key))
    return done


def _find(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, key: str, files: Sequence[LakeFile]
) -> None:
    """Make the tables `going` (of what counts) and `history` (what becomes of what counted).

    A row of `history` goes, returns, or lasts until the telling after it that stays.
    """
    present = [one for one in files if not one.aside and one.path.endswith(lake.SECOND_LAYOUT)]
    superseded = [one for one in files if one.month == lake.SUPERSEDED]
    located = "event_id, known_at, brought_by, filename, file_row_number"
    for name, chosen in (("counting", present), ("counted", superseded)):
        rows = lake.rows(workspace.lake, replacing.paths_of(chosen), located=True)
        rows = rows or f"SELECT {_NONE}"
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {located} FROM ({rows})")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE going AS SELECT * FROM counting WHERE brought_by = $key",
        {"key": key},
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE touched AS SELECT event_id FROM going UNION "
        "SELECT event_id FROM counted WHERE brought_by = $key",
        {"key": key},
    )
    connection.execute(_HISTORY, {"key": key})


_NONE = (
    "'' AS event_id, now() AS known_at, '' AS brought_by, '' AS filename, "
    "CAST(0 AS BIGINT) AS file_row_number WHERE false"
)
_HISTORY = """
    CREATE OR REPLACE TEMP TABLE history AS
    WITH chain AS (
        SELECT *, false AS counts FROM counted SEMI JOIN touched USING (event_id)
        UNION ALL
        SELECT *, true FROM counting SEMI JOIN touched USING (event_id)
        WHERE brought_by IS NOT NULL
    ), staying AS (
        SELECT *, lead(known_at) OVER later AS superseded_at,
            lead(brought_by) OVER later AS superseded_by
        FROM chain WHERE brought_by IS DISTINCT FROM $key
        WINDOW later AS (PARTITION BY event_id ORDER BY counts, known_at)
    )
    SELECT event_id AS id, filename, file_row_number, superseded_at, superseded_by,
        superseded_at IS NULL AS returns, false AS goes
    FROM staying WHERE NOT counts
    UNION ALL
    SELECT event_id, filename, file_row_number, NULL, NULL, false, true
    FROM chain WHERE NOT counts AND brought_by = $key
"""


def _effect(workspace: Workspace, connection: duckdb.DuckDBPyConnection, key: str) -> Effect:
    row = connection.execute(
        "SELECT (SELECT count(*) FROM going), count(*) FILTER (returns), count(*) FILTER (goes) "
        "FROM history"
    ).fetchone()
    with workspace.database.reading() as database:
        query = sa.select(sa.func.sum(retellings.c.events)).where(retellings.c.of_load_id == key)
        retold = int(database.execute(query).scalar() or 0)
    gone, returned, history = row or (0, 0, 0)
    return Effect(gone, returned, history, retold)


def _write(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[LakeFile],
    now: datetime,
) -> tuple[list[AddAction], list[LakeFile]]:
    """Write the files without what goes; what returns; and what lasts until another telling now."""
    store = workspace.lake
    changed = replacing.files_of(store, connection, files, "going")
    older = replacing.files_of(store, connection, files, "history")
    written = []
    if changed:
        rows = lake.rows(store, replacing.paths_of(changed), located=True)
        gone = f"SELECT {TOLD} FROM ({rows}) SEMI JOIN going USING (filename, file_row_number)"
        written.append(
            lake.write(store, connection, gone, month=lake.TAKEN_BACK, bucket=now.isoformat())
        )
        written += replacing.survivors(store, connection, changed, "going")
    if older:
        rows = lake.rows(store, replacing.paths_of(older), located=True)
        joined = f"FROM ({rows}) JOIN history USING (filename, file_row_number)"
        back = f"SELECT {TOLD} {joined} WHERE returns ORDER BY {lake.ORDER}"
        written.append(lake.write(store, connection, back))
        lasting = (
            f"SELECT {TOLD}, superseded_at, superseded_by {joined} "
            "WHERE NOT returns AND NOT goes ORDER BY event_id"
        )
        until = max(str(file.bucket) for file in older)
        written.append(
            lake.write(store, connection, lasting, month=lake.SUPERSEDED, bucket=until, moved=True)
        )
        written += replacing.survivors(store, connection, older, "history")
    return [one for one in written if one is not None], [*changed, *older]


def _forgotten(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[LakeFile],
    now: datetime,
) -> list[str]:
    """Return the ids of events that are no longer there and that intake may still know."""
    changed = replacing.files_of(workspace.lake, connection, files, "going")
    if not changed:
        return []
    connection.register("waiting_ids", workspace.engine.reader.read().waiting.select(["event_id"]))
    every = [file.path for file in files if not file.aside]
    rows = lake.rows(workspace.lake, every, located=True)
    theirs = lake.rows(workspace.lake, replacing.paths_of(changed), located=True)
    since = now - timedelta(days=2 * workspace.settings.intake.remember_days)
    found = connection.execute(
        f"WITH others AS (SELECT event_id FROM ({rows}) "
        "ANTI JOIN going USING (filename, file_row_number)) "
        f"SELECT event_id FROM ({theirs}) SEMI JOIN going USING (filename, file_row_number) "
        "ANTI JOIN (SELECT id AS event_id FROM history WHERE returns) USING (event_id) "
        "ANTI JOIN others USING (event_id) ANTI JOIN waiting_ids USING (event_id) "
        "WHERE occurred_at >= ? ORDER BY occurred_at DESC LIMIT ?",
        [since, loading.REMEMBERED],
    ).fetchall()
    return [event_id for (event_id,) in found]


def drop(workspace: Workspace, held: Lease, *, before: datetime) -> int:
    """Let what was taken back before a moment go for good; return how many files."""
    handle = workspace.lake.open()
    old = [
        file
        for file in lake.files(handle)
        if file.month == lake.TAKEN_BACK and datetime.fromisoformat(str(file.bucket)) < before
    ]
    if old:
        lake.commit(held, handle, [], old)
    return len(old)
