"""Flush: the inbox's groups become one file of the lake, exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlalchemy as sa
from deltalake.exceptions import CommitFailedError

from regulars.kit import clock
from regulars.kit.errors import Unavailable
from regulars.kit.text import Text
from regulars.timeline import acts, cleaning, duck, lake, memory, required, seen
from regulars.timeline.inbox import decode
from regulars.timeline.lease import MAINTENANCE, Lease, lease
from regulars.timeline.tables import inbox

if TYPE_CHECKING:
    from deltalake import DeltaTable

    from regulars.timeline.workspace import Workspace

GROUP_EVENTS = 1_000_000
"""Events of one flushed file at most; a longer inbox takes several rounds."""
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Flushed:
    """How many events went to the lake, and the watermark after it."""

    events: int
    watermark: int


def flush(workspace: Workspace, *, now: datetime | None = None) -> Flushed:
    """Move every group that is in the inbox now to the lake, then clean the inbox.

    Acts that are staged come along: where no lane runs, nobody else moves them. Groups that a
    reaction has not seen stay until it has, a day at most.

    A crash at any point loses nothing and doubles nothing: readers and the next flush go by the
    watermark that the lake's own commit carries.
    """
    total, now = 0, now or clock.now()
    acts.move(workspace, now=now)
    with lease(workspace.database, MAINTENANCE) as held:
        while True:
            events, mark = _round(workspace, held, now)
            total += events
            seen.fold(workspace, at_least=seen.FOLD)
            if events == 0:
                return Flushed(total, mark)


def tidy(workspace: Workspace, *, now: datetime) -> None:
    """Clean the inbox of what was flushed before, where somebody still had to see it then."""
    with lease(workspace.database, MAINTENANCE):
        cleaning.clean(workspace, lake.watermark(workspace.lake.open()), now)


def _round(workspace: Workspace, held: Lease, now: datetime) -> tuple[int, int]:
    """Write and commit one file; on a conflict start again from a new handle."""
    for _attempt in range(ATTEMPTS):
        handle = workspace.lake.open()
        mark = lake.watermark(handle)
        last, table = _above(workspace, mark)
        if table is None:
            _note(workspace, handle, mark)
            cleaning.clean(workspace, mark, now)
            return 0, mark
        connection = duck.connect(workspace, share=0.5)
        try:
            connection.register("flushed", table)
            action = lake.write(
                workspace.lake, connection, f"{_whole(table)} ORDER BY {lake.ORDER}"
            )
        finally:
            connection.close()
        try:
            lake.commit(held, handle, [action] if action else [], transactions=[(lake.INBOX, last)])
        except CommitFailedError:
            lake.discard(workspace.lake, [action] if action else [])
            continue
        cleaning.clean(workspace, last, now)
        return table.num_rows, last
    raise Unavailable(
        "flush.conflict",
        Text(
            "The lake is being changed elsewhere; the flush is tried again later.",
            "数据湖正被其他进程修改，稍后将重试写入。",
        ),
    )


def _note(workspace: Workspace, handle: DeltaTable, mark: int) -> None:
    """Note the watermark where a crash came between the lake's commit and the note of it."""
    with workspace.database.reading() as connection:
        noted = memory.watermark(connection)
    if noted < mark:
        lake.remember(workspace.database, handle)


def _whole(table: pa.Table) -> str:
    """Return the query of what is flushed; an earlier version took in what lacks something."""
    if not required.lacking_in(table):
        return "SELECT * FROM flushed"
    return f"SELECT * FROM ({required.filled('flushed', 'get_current_timestamp()')})"


def _above(workspace: Workspace, mark: int) -> tuple[int, pa.Table | None]:
    query = (
        sa.select(inbox.c.seq, inbox.c.events, inbox.c.batch)
        .where(inbox.c.seq > mark)
        .order_by(inbox.c.seq)
    )
    batches: list[pa.RecordBatch] = []
    events, last = 0, mark
    with workspace.database.reading() as connection:
        for row in connection.execute(query.execution_options(yield_per=100)):
            batches.append(decode(row.batch))
            events += row.events
            last = row.seq
            if events >= GROUP_EVENTS:
                break
    return last, pa.Table.from_batches(batches) if batches else None
