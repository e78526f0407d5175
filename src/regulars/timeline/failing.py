"""What becomes of events that a reaction fails on: tried again, then set aside, never lost.

Of several events it is found which one it is, by halves. That one is tried again after growing
pauses, while the others wait, for order is kept; then it is set aside, and they go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from regulars.kit.errors import NotFound
from regulars.kit.text import Text
from regulars.store.workspace import Store
from regulars.timeline import backlog, cursors, erasure
from regulars.timeline.backlog import Portion
from regulars.timeline.batches import without_erased
from regulars.timeline.cursors import Cursor
from regulars.timeline.inbox import decode, encode
from regulars.timeline.tables import reactions, set_aside

PAUSES = tuple(timedelta(seconds=some) for some in (1, 5, 30, 120))
"""Before each further attempt; after the last an event is set aside."""
LONGEST_ERROR = 1_000
"""Characters that are kept of what a reaction said when it failed."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """An event that a reaction failed on every time: which, how often, and what it said."""

    id: int
    reaction: str
    event_id: str
    event: str
    occurred_at: datetime
    failures: int
    error: str
    set_aside_at: datetime


def note(store: Store, cursor: Cursor, tried: Portion, error: Exception, now: datetime) -> None:
    """Note that a reaction failed on a portion, whose transaction was undone.

    What came from the inbox goes to the reaction's backlog: there its events can be told apart,
    and the inbox need not be kept for them.
    """
    with store.database.transaction() as connection:
        erasure.hold_off(connection)
        if not cursors.still(connection, cursor):
            return
        if not cursor.backlog:
            groups = [(seq, without_erased(store, connection, one)) for seq, one in tried.groups]
            backlog.keep(connection, cursor.name, groups, now)
        front = backlog.front(connection, cursor.name, tried.events.num_rows)
        seq = cursor.seq if tried.last is None else tried.last
        values: dict[str, Any] = {
            "seq": seq,
            "noted_at": now,
            "failed_at": now,
            "error": _words(error),
        }
        if front.events.num_rows != 1:
            values |= {"take": max(front.events.num_rows // 2, 1), "failures": 0}
        elif cursor.failures < len(PAUSES):
            pause = PAUSES[cursor.failures]
            values |= {"take": 1, "failures": cursor.failures + 1, "retry_at": now + pause}
        else:
            _set_aside(connection, cursor, front.events, error, now)
            backlog.take_off(connection, front)
            values |= {"take": 1, "failures": 0, "retry_at": None}
        mine = sa.update(reactions).where(reactions.c.name == cursor.name)
        connection.execute(mine.values(**values))


def _set_aside(
    connection: sa.Connection, cursor: Cursor, events: pa.Table, error: Exception, now: datetime
) -> None:
    connection.execute(
        sa.insert(set_aside).values(
            reaction=cursor.name,
            events=events.num_rows,
            failures=cursor.failures + 1,
            error=_words(error),
            set_aside_at=now,
            batch=encode(events),
        )
    )


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]


def listed(store: Store, reaction: str | None = None, *, limit: int = 1_000) -> list[SetAside]:
    """Return the events that were set aside, of one reaction or of all, the oldest first."""
    query = sa.select(set_aside).order_by(set_aside.c.id).limit(limit)
    if reaction is not None:
        query = query.where(set_aside.c.reaction == reaction)
    with store.database.reading() as connection:
        return [_shown(row) for row in connection.execute(query)]


def _shown(row: sa.Row[tuple[object, ...]]) -> SetAside:
    (event,) = decode(row.batch).select(["event_id", "name", "occurred_at"]).to_pylist()
    return SetAside(
        row.id, row.reaction, event["event_id"], event["name"], event["occurred_at"],
        row.failures, row.error, row.set_aside_at,
    )  # fmt: skip


def retry(
    store: Store, reaction: str, *, now: datetime, numbers: Sequence[int] | None = None
) -> int:
    """Let a reaction see again what was set aside, all or the given ones; return how many events.

    They come behind what its backlog holds, so after events that were later than they. Raises
    NotFound when there is no such reaction.
    """
    chosen = set_aside.c.reaction == reaction
    if numbers is not None:
        chosen &= set_aside.c.id.in_(numbers)
    with store.database.transaction() as connection:
        erasure.hold_off(connection)
        mine = reactions.c.seq.is_not(None) & (reactions.c.name == reaction)
        if connection.execute(sa.select(reactions.c.name).where(mine)).first() is None:
            raise NotFound(
                "reaction.unknown",
                Text(
                    f"There is no reaction “{reaction}”: see regulars reactions list.",
                    f"没有名为“{reaction}”的响应：请查看 regulars reactions list。",
                ),
            )
        taken = sa.delete(set_aside).where(chosen).returning(set_aside.c.id, set_aside.c.batch)
        rows = sorted(connection.execute(taken).all(), key=lambda row: int(row.id))
        groups = [(0, pa.Table.from_batches([decode(row.batch)])) for row in rows]
        backlog.keep(connection, reaction, groups, now)
    return len(rows)
