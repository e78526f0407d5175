"""Replacing: a source tells an event anew, and from then on its new telling counts.

An event's tellings are told apart by a hash of what they say. The one that counts lies among the
lake's files; those it replaced lie aside, each with the moment at which it was superseded, so that
a reader as of an earlier moment sees what counted then. The rules stand in docs/adr/0009.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from regulars.kit import sql
from regulars.timeline import lake
from regulars.timeline.event import COLUMNS
from regulars.timeline.lake import Lake, LakeFile
from regulars.timeline.tables import earlier_loads

if TYPE_CHECKING:
    import duckdb
    from deltalake.transaction import AddAction

    from regulars.timeline.workspace import Workspace

CONTENT = tuple(name for name in COLUMNS if name not in ("event_id", "received_at", "known_at"))
TELLS = f"hash({', '.join(CONTENT)})"
"""What a telling says, in 8 bytes; only ever compared within one id and one query's process."""
MARGIN = timedelta(minutes=5)
"""Moments of receipt may run ahead of the clock by this, a microsecond for each event."""
NEWEST = f"updated_at DESC NULLS LAST, received_at DESC, {TELLS}"


@dataclass(frozen=True, slots=True)
class Met:
    """Events of a load that the timeline knew: how many of each load (None: of no load)."""

    files: list[str]
    events: dict[str | None, int]


@dataclass(frozen=True, slots=True)
class Won:
    """Rows that replace a telling: saying something else (`replacing`), or the same, but later.

    `by_load` counts the tellings replaced by the load that brought them.
    """

    all: int
    replacing: int
    by_load: dict[str | None, int]


@dataclass(frozen=True, slots=True)
class Swap:
    """Files to commit in place of others, because rows of these do not count any more."""

    adds: list[AddAction]
    removes: list[LakeFile]


def paths_of(files: Sequence[LakeFile]) -> list[str]:
    """Return where files lie in the lake's folder."""
    return [file.path for file in files]


def of_earlier_release(workspace: Workspace) -> str:
    """Return the condition that a row of `rows` came by a load of a release that noted no load.

    Such a load gave its events moments of receipt from its beginning on, a microsecond apart.
    """
    with workspace.database.reading() as connection:
        spans = connection.execute(
            sa.select(earlier_loads.c.first_at, earlier_loads.c.last_at).order_by(
                earlier_loads.c.first_at
            )
        ).all()
    if not spans:
        return "false"
    ranges = " OR ".join(
        f"received_at BETWEEN {sql.moment(first)} AND {sql.moment(last + MARGIN)}"
        for first, last in spans
    )
    return f"(brought_by IS NULL AND ({ranges}))"


def meet(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, present: Sequence[LakeFile]
) -> Met:
    """Return which files and loads hold events that the relation `incoming` tells again."""
    if not present:
        return Met([], {})
    known = lake.rows(workspace.lake, paths_of(present), located=True)
    found = connection.execute(
        f"SELECT filename, brought_by, count(*) FROM ({known}) "
        "SEMI JOIN incoming USING (event_id) GROUP BY ALL"
    ).fetchall()
    events: dict[str | None, int] = {}
    for _file, load, count in found:
        events[load] = events.get(load, 0) + count
    return Met(sorted({row[0] for row in found}), events)


def find_winners(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[LakeFile],
    superseded: Sequence[LakeFile],
    now: datetime,
) -> Won:
    """Make the table `winners` of rows of `incoming` that are to replace a telling that counts.

    It names the row (`told_row`), the file and row of the telling replaced, and the moment
    since when the new one counts. `files` are those that hold events of `incoming`.
    """
    if not files:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE winners (told_row BIGINT, filename VARCHAR, "
            "file_row_number BIGINT, since TIMESTAMPTZ, same BOOLEAN)"
        )
        return Won(0, 0, {})
    _differing(workspace, connection, files)
    _earlier(workspace, connection, superseded)
    # Not before the old one was known, or two would count as of one moment.
    since = f"greatest({sql.moment(now)}, known_before)"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE winners AS
        SELECT told_row, filename, file_row_number, {since} AS since, same, brought_by FROM (
            SELECT d.*, d.told = d.told_before AS same,
                greatest(d.updated_before, e.updated_at) AS newest,
                list_contains(e.told, d.told) IS TRUE AS told_earlier
            FROM differing d LEFT JOIN earlier e USING (event_id))
        WHERE CASE
            WHEN updated_at < newest THEN false
            WHEN updated_at > newest THEN true
            WHEN same THEN updated_at IS NOT NULL AND newest IS NULL
            ELSE NOT told_earlier END
    """)
    connection.execute("DROP TABLE differing; DROP TABLE earlier")
    found = connection.execute(
        "SELECT brought_by, count(*), count(*) FILTER (NOT same) FROM winners GROUP BY brought_by"
    ).fetchall()
    return Won(
        sum(row[1] for row in found),
        sum(row[2] for row in found),
        {row[0]: row[1] for row in found},
    )


def _differing(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, files: Sequence[LakeFile]
) -> None:
    """Make the table of incoming rows that say something else, or later, than what counts."""
    rows = lake.rows(workspace.lake, paths_of(files), located=True)
    imported = f"(brought_by IS NOT NULL OR {of_earlier_release(workspace)})"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE differing AS
        SELECT n.event_id, n.told_row, n.told, n.updated_at, k.told AS told_before,
            k.updated_at AS updated_before, k.known_at AS known_before, k.brought_by,
            k.filename, k.file_row_number
        FROM (SELECT event_id, told_row, source, updated_at, {TELLS} AS told FROM incoming) n
        JOIN (SELECT event_id, source, updated_at, known_at, received_at, brought_by,
                filename, file_row_number, {TELLS} AS told FROM ({rows}) WHERE {imported}) k
            ON n.event_id = k.event_id AND n.source IS NOT DISTINCT FROM k.source
        WHERE n.told <> k.told OR (n.updated_at IS NOT NULL
            AND n.updated_at IS DISTINCT FROM k.updated_at)
        QUALIFY row_number() OVER (PARTITION BY n.event_id ORDER BY k.received_at) = 1
    """)


def _earlier(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, superseded: Sequence[LakeFile]
) -> None:
    """Make the table of what superseded tellings of the differing events said."""
    told = "SELECT event_id, NULL::UBIGINT AS told, NULL::TIMESTAMPTZ AS updated_at FROM differing"
    if superseded:
        told = (
            f"SELECT event_id, {TELLS} AS told, updated_at "
            f"FROM ({lake.rows(workspace.lake, paths_of(superseded))}) "
            "SEMI JOIN differing USING (event_id)"
        )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE earlier AS SELECT event_id, list(told) AS told, "
        f"max(updated_at) AS updated_at FROM ({told}) GROUP BY event_id"
    )


def put_aside(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    present: Sequence[LakeFile],
    *,
    by: str,
    now: datetime,
) -> Swap:
    """Write the files of `winners`' losers anew without these, and these into a file aside."""
    files = files_of(workspace.lake, connection, present, "winners")
    if not files:
        return Swap([], [])
    told = lake.rows(workspace.lake, paths_of(files), located=True)
    losers = (
        f"SELECT k.* EXCLUDE (filename, file_row_number), w.since AS superseded_at, "
        f"{sql.literal(by)} AS superseded_by FROM ({told}) k "
        "JOIN winners w USING (filename, file_row_number) ORDER BY event_id"
    )
    aside = lake.write(
        workspace.lake, connection, losers, month=lake.SUPERSEDED, bucket=now.isoformat()
    )
    kept = survivors(workspace.lake, connection, files, "winners")
    return Swap([*([aside] if aside else []), *kept], files)


def files_of(
    store: Lake, connection: duckdb.DuckDBPyConnection, files: Sequence[LakeFile], table: str
) -> list[LakeFile]:
    """Return those of the files whose rows a table names."""
    names = set(connection.execute(f"SELECT DISTINCT filename FROM {table}").fetchall())
    return [file for file in files if (store.absolute(file),) in names]


def survivors(
    store: Lake, connection: duckdb.DuckDBPyConnection, files: Sequence[LakeFile], leaving: str
) -> Iterator[AddAction]:
    """Write files anew, in their order, without the rows (of which file) in the table `leaving`."""
    for file in files:
        path = sql.literal(store.absolute(file))
        left = f"SELECT file_row_number FROM {leaving} WHERE filename = {path}"
        select = (
            "SELECT * EXCLUDE (file_row_number) "
            f"FROM read_parquet({path}, file_row_number = true) "
            f"WHERE file_row_number NOT IN ({left})"
        )
        action = lake.write(
            store, connection, select, month=file.month, bucket=file.bucket, moved=True
        )
        if action is not None:
            yield action
