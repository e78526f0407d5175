"""Repair: events that an earlier version stored without what every event has are filled in.

Looked for once: the lake's own log says that it was, from its making on or from the repair. New
files are checked as they are written (`timeline.required`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction

from regulars.kit import clock
from regulars.kit.text import Text
from regulars.timeline import duck, lake, required
from regulars.timeline.engine import standing
from regulars.timeline.event import REQUIRED
from regulars.timeline.lake import LakeFile
from regulars.timeline.lease import MAINTENANCE, Lease, lease

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.workspace import Workspace

log = structlog.get_logger()
PATIENCE = 3600.0
ACTION = "lake.repaired"
"""The action of the audit log."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """How many events of how many files lacked each of these columns, and have it now.

    `since` is when the first of them came; what was computed before had no need of them.
    """

    files: int
    lacked: Mapping[str, int]
    since: datetime

    @property
    def note(self) -> Text:
        """Say in words what was filled in."""
        en = ", ".join(f"{name} ({count:,})" for name, count in self.lacked.items())
        zh = "、".join(f"{name}（{count:,}）" for name, count in self.lacked.items())
        return Text(
            f"An earlier version had stored events without {en}, and numbers left them out. They "
            "are filled in now (known_at: when it occurred); the next refresh counts them.",
            f"旧版本保存的部分事件缺少 {zh}，因而未计入指标。现已补全（known_at "
            "取发生时间），下次刷新后指标将包含这些事件。",
        )


def lacking(workspace: Workspace) -> dict[str, int]:
    """Return how many events of the lake lack which required column; reads no column."""
    connection = duck.connect(workspace, share=0.5)
    try:
        return _total(_holes(workspace, connection, lake.files(workspace.lake.open())))
    finally:
        connection.close()


def repair(workspace: Workspace) -> Repaired | None:
    """Fill in what events of the lake lack, in one commit; None when nothing had to be.

    A lake that cannot be read is left as it is, to be looked at again by the next opening.
    """
    if not DeltaTable.is_deltatable(str(workspace.lake.folder)):
        return None
    import duckdb

    try:
        if lake.is_complete(workspace.lake.open()):
            return None
        with lease(workspace.database, MAINTENANCE, patience=PATIENCE) as held:
            handle = workspace.lake.open()
            return None if lake.is_complete(handle) else _repaired(workspace, held, handle)
    except (DeltaError, duckdb.IOException, duckdb.InvalidInputException) as error:
        log.warning("lake.not_examined", reason=str(error).partition("\n")[0])
        return None


def _repaired(workspace: Workspace, held: Lease, handle: DeltaTable) -> Repaired | None:
    connection = duck.connect(workspace, share=0.5)
    try:
        holes = list(_holes(workspace, connection, lake.files(handle)))
        since = _since(workspace, connection, [file for file, _columns in holes])
        adds = [_rewritten(workspace, connection, *hole) for hole in holes]
    finally:
        connection.close()
    written = [action for action in adds if action is not None]
    files = [file for file, _columns in holes]
    lake.commit(held, handle, written, files, transactions=[lake.COMPLETE])
    if not holes:
        return None
    standing.Kept(workspace.folder / standing.FOLDER).sweep(None)  # sums without these events
    lacked = _total(holes)
    log.warning("lake.repaired", files=len(files), **lacked)
    return Repaired(len(files), lacked, since)


def _holes(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, files: list[LakeFile]
) -> Iterator[tuple[LakeFile, dict[str, int]]]:
    """Yield the files that lack something, with how many events lack which column."""
    by_path = {workspace.lake.absolute(file): file for file in files}
    for path, columns in required.lacking(connection, list(by_path)).items():
        yield by_path[path], columns


def _total(holes: Iterable[tuple[LakeFile, dict[str, int]]]) -> dict[str, int]:
    total = Counter[str]()
    for _file, columns in holes:
        total.update(columns)
    return dict(total)


def _since(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, files: Sequence[LakeFile]
) -> datetime:
    """Return when the first event came that lacks something."""
    if not files:
        return clock.now()
    source = duck.file_list([workspace.lake.absolute(file) for file in files])
    lacks = " OR ".join(f"{name} IS NULL" for name in REQUIRED)
    row = connection.execute(
        "SELECT epoch_us(coalesce(min(received_at), min(known_at), min(occurred_at))) "
        f"FROM read_parquet({source}) WHERE {lacks}"
    ).fetchone()
    return clock.of_microseconds(row[0] if row and row[0] else 0)


def _rewritten(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    file: LakeFile,
    columns: Mapping[str, int],
) -> AddAction | None:
    """Write the file anew with what it lacks; where moments changed, compaction sorts it anew."""
    path = workspace.lake.absolute(file)
    arrived = f"to_timestamp({Path(path).stat().st_mtime})"
    source = f"read_parquet({duck.file_list([path])})"
    moved = "occurred_at" in columns
    return lake.write(
        workspace.lake,
        connection,
        required.filled(source, arrived),
        month=None if moved else file.month,
        bucket=None if moved else file.bucket,
    )
