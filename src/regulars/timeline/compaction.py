"""Compaction: files of one month and one identity bucket, ordered by identity and time.

The bucket count grows with the lake: 1 below two million events, then 16, then 64. An event that
came twice, beyond the window in which ids are remembered, is kept once from here on: the first,
which is what a load brought, if one did, even where a later load has told it anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deltalake.transaction import AddAction

from regulars.timeline import duck, lake
from regulars.timeline.lake import LakeFile
from regulars.timeline.lease import MAINTENANCE, lease

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.workspace import Workspace

PORTION = 12_000_000
"""Events sorted at a time; each portion reads the new files once, and spills beyond memory."""
MAX_SUPERSEDED, LARGE = 8, 1_000_000
"""So many files of superseded tellings, each of fewer events than this, become one."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """How many files were replaced by how many."""

    before: int
    after: int


def bucket_count(events: int) -> int:
    """Return into how many identity buckets a lake of so many events is cut."""
    if events < 2_000_000:
        return 1
    return 16 if events < 200_000_000 else 64


def compact(workspace: Workspace) -> Compacted:
    """Sort new files, and the months they touch, into month and bucket; one commit for all."""
    with lease(workspace.database, MAINTENANCE, patience=3600.0) as held:
        handle = workspace.lake.open()
        every = lake.files(handle)
        present = [file for file in every if not file.aside]
        buckets = bucket_count(sum(file.events for file in present))
        connection = duck.connect(workspace, share=0.5)
        try:
            old = _to_rewrite(workspace, connection, present, buckets)
            adds = list(_rewrite(workspace, connection, old, buckets)) if old else []
            superseded = _small(every)
            if len(superseded) >= MAX_SUPERSEDED:
                adds += _merge(workspace, connection, superseded)
                old += superseded
        finally:
            connection.close()
        if old:
            lake.commit(held, handle, adds, old)
        return Compacted(len(old), len(adds))


def _small(every: Sequence[LakeFile]) -> list[LakeFile]:
    """Return the files of superseded tellings that are worth putting together."""
    return [one for one in every if one.month == lake.SUPERSEDED and one.events < LARGE]


def _merge(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, superseded: Sequence[LakeFile]
) -> list[AddAction]:
    """Write superseded tellings as one file."""
    paths = duck.file_list([workspace.lake.absolute(file) for file in superseded])
    action = lake.write(
        workspace.lake,
        connection,
        f"SELECT * FROM read_parquet({paths}) ORDER BY event_id, known_at",
        month=lake.SUPERSEDED,
        bucket=max(str(file.bucket) for file in superseded),
        moved=True,
    )
    return [action] if action else []


def _to_rewrite(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    present: Sequence[LakeFile],
    buckets: int,
) -> list[LakeFile]:
    """Return new files, the compacted files of their months, and files cut another way."""
    new = [file for file in present if file.bucket is None]
    months = {month for month, _events in _months(workspace, connection, new)}
    suffix = f"/{buckets}"
    for file in present:
        if file.bucket is not None and not file.bucket.endswith(suffix):
            months.add(file.month or "")
    return new + [file for file in present if file.bucket is not None and file.month in months]


def _rewrite(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    old: Sequence[LakeFile],
    buckets: int,
) -> Iterator[AddAction]:
    """Write the events of `old` as one file a month and bucket, a portion of months at a time."""
    source = _source(workspace, old)
    for portion in _portions(_months(workspace, connection, old)):
        chosen = ", ".join(f"DATE '{month}-01'" for month in portion)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE sorted AS SELECT *, {_bucket(buckets)} AS bucket, "
            f"{_MONTH} AS month FROM {source} WHERE {_MONTH} IN ({chosen}) "
            f"ORDER BY month, bucket, {lake.ORDER}"
        )
        if duck.may_repeat_ids(connection, "sorted"):
            connection.execute(_DROP_REPEATS)
        cells = connection.execute(
            "SELECT DISTINCT month, bucket FROM sorted ORDER BY ALL"
        ).fetchall()
        for month, bucket in cells:
            cell = f"SELECT * FROM sorted WHERE month = DATE '{month}' AND bucket = {bucket}"
            action = lake.write(
                workspace.lake,
                connection,
                cell,  # in the order in which it stands in `sorted`
                month=str(month)[:7],
                bucket=f"{bucket}/{buckets}",
            )
            if action is not None:
                yield action
    connection.execute("DROP TABLE IF EXISTS sorted")


_DROP_REPEATS = """
    DELETE FROM sorted WHERE rowid IN (SELECT rowid FROM (
        SELECT rowid, row_number() OVER (
            PARTITION BY event_id ORDER BY brought_by IS NULL, received_at) AS nth
        FROM sorted) WHERE nth > 1)
"""
_MONTH = "CAST(date_trunc('month', make_timestamp(epoch_us(occurred_at))) AS DATE)"
"""First day of the month in UTC; through a plain timestamp, which DuckDB truncates fastest."""


def _bucket(buckets: int) -> str:
    return f"coalesce(CAST('0x' || left(identity_id, 2) AS INTEGER) % {buckets}, 0)"


def _source(workspace: Workspace, files: Sequence[LakeFile]) -> str:
    return f"({lake.rows(workspace.lake, [file.path for file in files])})"


def _months(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, files: Sequence[LakeFile]
) -> list[tuple[str, int]]:
    """Return the UTC months the files hold, with their numbers of events."""
    if not files:
        return []
    rows = connection.execute(
        f"SELECT {_MONTH} AS month, count(*) FROM {_source(workspace, files)} "
        "GROUP BY month ORDER BY month"
    ).fetchall()
    return [(str(month)[:7], int(events)) for month, events in rows]


def _portions(months: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
    portion: list[str] = []
    weight = 0
    for month, events in months:
        if portion and weight + events > PORTION:
            yield portion
            portion, weight = [], 0
        portion.append(month)
        weight += events
    if portion:
        yield portion
