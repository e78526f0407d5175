"""The lake: a Delta Lake table of Parquet files, written by DuckDB and committed file by file.

Flushed and imported files carry no partition (month and bucket null); compaction makes files of
one month and one identity bucket, ordered by identity and time. Tellings that count no more lie
aside, in partitions of their own (docs/adr/0009). Statistics in the Delta log cover identity and
time only, so that no customer's words stand there.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake import Schema as DeltaSchema
from deltalake.transaction import AddAction, RemoveAction

from regulars.kit import clock, sql
from regulars.timeline import checksums, duck, memory, required
from regulars.timeline.event import SCHEMA
from regulars.timeline.required import Footer

if TYPE_CHECKING:
    import duckdb

    from regulars.store.database import Database
    from regulars.timeline.lease import Lease

INBOX = "inbox"
"""Application transaction whose version is the watermark W: the last flushed group."""
COMPLETE = ("complete", 1)
"""Application transaction that says: no file lacks what the schema requires of every event."""
PARTITIONS = ["month", "bucket"]
LAKE_SCHEMA = pa.schema([*SCHEMA, ("month", pa.string()), ("bucket", pa.string())])
ROW_GROUP = 122_880
ORDER = "identity_id, occurred_at, received_at"
"""How events lie in a file."""
SUPERSEDED, TAKEN_BACK = "superseded", "taken back"
"""Values of `month` for files aside: tellings that others replaced, or that were taken back.

`bucket` is a moment there: up to when one of the tellings counts, or when they were taken back.
"""
TOLD = {"brought_by": "VARCHAR", "updated_at": "TIMESTAMPTZ"}
"""Columns of the files that analytics never read: the load that brought an event, null where it
came by the inbox, and when its source changed it last."""
REPLACED = {"superseded_at": "TIMESTAMPTZ", "superseded_by": "VARCHAR"}
"""More of these, in files of superseded tellings."""
SECOND_LAYOUT = "-2.parquet"
"""How names of files with the columns of `TOLD` end; those of earlier releases have none."""


@dataclass(frozen=True, slots=True)
class LakeFile:
    """One Parquet file: `month` (UTC, YYYY-MM) and `bucket` ("3/16") are None before compaction."""

    path: str
    size: int
    events: int
    month: str | None
    bucket: str | None

    def may_hold(self, identities: Sequence[str]) -> bool:
        """Tell whether the file can hold an event of one of these identities."""
        if self.bucket is None or self.aside:
            return True
        number, count = (int(part) for part in self.bucket.split("/"))
        return any(bucket_of(identity, count) == number for identity in identities)

    @property
    def aside(self) -> bool:
        """Whether the file's tellings count no more: no reader of the present wants it."""
        return self.month in (SUPERSEDED, TAKEN_BACK)

    def counts_at(self, as_of: datetime) -> bool:
        """Tell whether one of the file's superseded tellings may count as of a moment."""
        return self.month == SUPERSEDED and datetime.fromisoformat(str(self.bucket)) > as_of


def bucket_of(identity: str, count: int) -> int:
    """Return the bucket of an identity among `count`, from its first two hexadecimal digits."""
    return int(identity[:2], 16) % count


class Lake:
    """The Delta table in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self) -> None:
        """Make the empty table; does nothing when it is there."""
        if DeltaTable.is_deltatable(str(self.folder)):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        DeltaTable.create(
            str(self.folder),
            DeltaSchema.from_arrow(LAKE_SCHEMA),
            mode="ignore",
            partition_by=PARTITIONS,
            configuration={
                "delta.dataSkippingStatsColumns": "identity_id,occurred_at",
                "delta.logRetentionDuration": "interval 7 days",
            },
            commit_properties=CommitProperties(app_transactions=[Transaction(*COMPLETE)]),
        )

    def open(self) -> DeltaTable:
        """Return a new handle on the newest version."""
        return DeltaTable(str(self.folder))

    def absolute(self, file: LakeFile) -> str:
        """Return where the file lies."""
        return str(self.folder / file.path)


def watermark(handle: DeltaTable) -> int:
    """Return W as the handle sees it: inbox groups up to W are in the lake."""
    return handle.transaction_version(INBOX) or 0


def is_complete(handle: DeltaTable) -> bool:
    """Tell whether every file is known to hold what the schema requires."""
    name, version = COMPLETE
    return (handle.transaction_version(name) or 0) >= version


def files(handle: DeltaTable) -> list[LakeFile]:
    """Return the files that make up the handle's version, with those aside."""
    rows = pa.table(handle.get_add_actions(flatten=True)).to_pylist()
    return [
        LakeFile(
            path=row["path"],
            size=row["size_bytes"],
            events=row["num_records"] or 0,
            month=row.get("partition.month"),
            bucket=row.get("partition.bucket"),
        )
        for row in rows
    ]


def events(handle: DeltaTable) -> int:
    """Return how many events the handle's version holds, without those aside."""
    return sum(file.events for file in files(handle) if not file.aside)


def write(
    lake: Lake,
    connection: duckdb.DuckDBPyConnection,
    select: str,
    *,
    month: str | None = None,
    bucket: str | None = None,
    moved: bool = False,
    quick: bool = False,
) -> AddAction | None:
    """Write the rows of `select` (columns of the schema) as one file and make it durable.

    Returns the action to commit, or None when there are no rows. The file belongs to nobody
    until committed; a crash before leaves an orphan that clean-up takes away. Columns of `TOLD`
    that `select` lacks are null. `moved` says that all rows stood in other files before; `quick`,
    that they are soon written anew, so that the file need not be as small as can be. Raises
    Invalid when a row lacks what the schema requires; no file is left then.
    """
    part = "aside" if month in (SUPERSEDED, TAKEN_BACK) else (bucket or "x").replace("/", "of")
    start = (month or "new").replace(" ", "-")
    path = lake.folder / f"{start}-{part}-{secrets.token_hex(12)}{SECOND_LAYOUT}"
    columns = _columns(connection, select)
    effort = "COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, " if quick else ""
    connection.execute(
        f"COPY (SELECT {columns} FROM ({select})) TO {sql.literal(path)} "
        f"(FORMAT parquet, COMPRESSION zstd, {effort}ROW_GROUP_SIZE {ROW_GROUP})"
    )
    footer = required.footer(connection, str(path))
    if footer.events == 0 or footer.lacking:
        path.unlink()
        required.refuse(footer.lacking)
        return None
    path = checksums.seal(path)
    fsync(path)
    return _action(path, footer, month, bucket, moved=moved)


def _columns(connection: duckdb.DuckDBPyConnection, select: str) -> str:
    there = {row[0] for row in connection.execute(f"DESCRIBE {select}").fetchall()}
    told = [
        name if name in there else f"CAST(NULL AS {kind}) AS {name}" for name, kind in TOLD.items()
    ]
    return ", ".join([*SCHEMA.names, *told, *(name for name in REPLACED if name in there)])


def rows(lake: Lake, paths: Sequence[str], *, located: bool = False) -> str:
    """Return the query of all rows of files of the lake: columns of the schema and of `TOLD`.

    With `located`, also `filename` and `file_row_number`.
    """
    place = ", filename, file_row_number" if located else ""
    options = ", filename = true, file_row_number = true" if located else ""
    parts = []
    for second in (False, True):
        chosen = [path for path in paths if path.endswith(SECOND_LAYOUT) == second]
        if chosen:
            told = ", ".join(
                name if second else f"CAST(NULL AS {kind}) AS {name}" for name, kind in TOLD.items()
            )
            listed = duck.file_list([str(lake.folder / path) for path in chosen])
            parts.append(
                f"SELECT {', '.join(SCHEMA.names)}, {told}{place} "
                f"FROM read_parquet({listed}{options})"
            )
    return " UNION ALL ".join(parts)


def commit(
    held: Lease,
    handle: DeltaTable,
    adds: Sequence[AddAction],
    removes: Sequence[LakeFile] = (),
    *,
    transactions: Sequence[tuple[str, int]] = (),
    note: dict[str, str] | None = None,
) -> None:
    """Commit through `handle`: all or nothing, and not at all if another did the same meanwhile.

    `held` is the maintenance lease. Raises deltalake.exceptions.CommitFailedError on a conflict:
    start again from a new handle; Unavailable when the lease was lost while the files were written.
    """
    held.require()
    memory.announce(held.database, handle)
    now = clock.microseconds(clock.now()) // 1000
    gone = [
        RemoveAction(
            file.path,
            data_change=True,
            deletion_timestamp=now,
            size=file.size,
            partition_values={"month": file.month, "bucket": file.bucket},
        )
        for file in removes
    ]
    handle.create_write_transaction(
        [*adds, *gone],
        mode="append",
        schema=handle.schema(),
        partition_by=PARTITIONS,
        commit_properties=CommitProperties(
            custom_metadata=note,
            app_transactions=[Transaction(app, version) for app, version in transactions],
        ),
    )
    fsync_folder(Path(handle.table_uri.removeprefix("file://")) / "_delta_log")
    handle.update_incremental()
    remember(held.database, handle)


def remember(database: Database, handle: DeltaTable) -> None:
    """Let the store remember the lake as the handle sees it."""
    memory.note(
        database,
        lake_id=str(handle.metadata().id),
        version=handle.version(),
        watermark=watermark(handle),
        events=events(handle),
    )


def records(action: AddAction) -> int:
    """Return how many events a written file holds."""
    return int(json.loads(action.stats)["numRecords"])


def discard(lake: Lake, actions: Sequence[AddAction]) -> None:
    """Take away files that were written but not committed."""
    for action in actions:
        (lake.folder / action.path).unlink(missing_ok=True)


def vacuum(lake: Lake, held: Lease, *, hours: int) -> int:
    """Delete files that no version of the last `hours` uses; return how many.

    Files that were written and never committed go at once: under the maintenance lease `held`,
    nobody else is writing one.
    """
    held.require()
    handle = lake.open()
    wanted = {file.path for file in files(handle)}
    if hours:
        wanted |= _removed(handle, 0) - _removed(handle, hours)
    unused = [path for path in lake.folder.glob("*.parquet") if path.name not in wanted]
    for path in unused:
        path.unlink(missing_ok=True)
    return len(unused)


def removed(handle: DeltaTable) -> set[str]:
    """Return the files that commits took out of the lake and that may still lie about."""
    return _removed(handle, 0)


def _removed(handle: DeltaTable, hours: int) -> set[str]:
    """Return the files that commits took out of the lake more than `hours` ago."""
    return set(handle.vacuum(retention_hours=hours, dry_run=True, enforce_retention_duration=False))


def _action(
    path: Path, footer: Footer, month: str | None, bucket: str | None, *, moved: bool
) -> AddAction:
    names = ("identity_id", "occurred_at")
    statistics: dict[str, Any] = {
        "numRecords": footer.events,
        "minValues": dict(zip(names, footer.least, strict=True)),
        "maxValues": dict(zip(names, footer.greatest, strict=True)),
        "nullCount": {},
    }
    return AddAction(
        path=path.name,
        size=path.stat().st_size,
        partition_values={"month": month, "bucket": bucket},
        modification_time=int(path.stat().st_mtime * 1000),
        data_change=not moved,
        stats=json.dumps(statistics),
    )


def fsync(path: Path) -> None:
    """Make a written file durable."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_folder(folder: Path) -> None:
    """Make the newest entries of a folder durable: the files written last, then their names."""
    newest = sorted(folder.glob("*.json"))[-2:]
    for file in newest:
        fsync(file)
    if os.name == "nt":
        return
    for place in (folder, folder.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
