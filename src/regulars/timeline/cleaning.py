"""Cleaning the inbox: which groups that the lake has may go, and what is kept of them instead.

They stay while a reaction has not seen them, a day at most; then what matters to it goes into its
backlog, and they go. Readers and flush go by the watermark, so none is read twice meanwhile.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regulars.timeline import backlog, cursors, memory
from regulars.timeline.tables import inbox, reactions

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

FEW = 3
"""Groups deleted in one transaction: intake waits for each."""
PAUSE = 0.02
"""Seconds between two of these: whoever waits for SQLite's lock looks for it only now and then."""


def clean(workspace: Workspace, watermark: int, now: datetime) -> None:
    """Delete the groups up to the watermark that may go, under the maintenance lease."""
    cursors.drop_undeclared(workspace, now)
    while True:
        with workspace.database.transaction() as connection:
            free = _free(connection, watermark, now)
            if free:
                put_by(connection, free[-1])
                connection.execute(sa.delete(inbox).where(inbox.c.seq <= free[-1]))
        if len(free) < FEW:
            return
        time.sleep(PAUSE)


def due(workspace: Workspace, now: datetime) -> bool:
    """Tell whether groups may go that were not let go when they were flushed."""
    with workspace.database.reading() as connection:
        return bool(_free(connection, memory.watermark(connection), now))


def _free(connection: sa.Connection, watermark: int, now: datetime) -> list[int]:
    """Return the first few groups that may go: seen by every reaction, or a day old."""
    query = sa.select(inbox.c.seq, inbox.c.appended_at).where(inbox.c.seq <= watermark)
    lowest = connection.execute(sa.select(sa.func.min(reactions.c.seq))).scalar()
    free: list[int] = []
    for seq, appended_at in connection.execute(query.order_by(inbox.c.seq).limit(FEW)):
        if lowest is not None and seq > lowest and appended_at > now - cursors.WAIT:
            break
        free.append(seq)
    return free


def put_by(connection: sa.Connection, last: int, *, without: Collection[str] = ()) -> None:
    """Put what reactions have not seen up to a group into their backlogs; they pass the groups.

    Events whose ids are in `without` stay out: they come again with a number of their own.
    """
    late = sa.select(reactions.c.name, reactions.c.events, reactions.c.seq)
    late = late.where(reactions.c.seq < last).order_by(reactions.c.name).with_for_update()
    ids = pa.array(sorted(without), pa.string())
    for name, events, seq in connection.execute(late).all():
        groups = sa.select(inbox.c.seq, inbox.c.appended_at, inbox.c.batch)
        unseen = groups.where(inbox.c.seq > seq, inbox.c.seq <= last).order_by(inbox.c.seq)
        for row in connection.execute(unseen):
            table = backlog.mattering(row.batch, json.loads(events))
            table = table.filter(pc.invert(pc.is_in(table.column("event_id"), value_set=ids)))
            backlog.keep(connection, name, [(row.seq, table)], row.appended_at)
        mine = sa.update(reactions).where(reactions.c.name == name)
        connection.execute(mine.values(seq=last))
