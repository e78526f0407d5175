"""Reactions: what follows from an event, done once, in the transaction that notes it as done.

A reaction has a cursor in the inbox, stored together with what it caused. What it has not seen
stays for it: in the inbox, whose clean-up waits a day at most, then in a backlog of its own
(docs/adr/0020). The erased, and what was taken in as history, wake none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pyarrow as pa
import sqlalchemy as sa
import structlog

from regulars.timeline import backlog, batches, cursors, erasure, failing, lagging
from regulars.timeline.backlog import Group, Portion
from regulars.timeline.cursors import Cursor
from regulars.timeline.lagging import Lag
from regulars.timeline.tables import inbox

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

log = structlog.get_logger(__name__)

Handle = Callable[["Workspace", sa.Connection, pa.Table, datetime], None]

PORTION = 2_000
"""Events that a reaction is given at once, at most; a group of the inbox is not divided."""
SCANNED = 200_000
"""Events of the inbox that are looked through at once, at most, for some that matter."""
UNNOTED = timedelta(seconds=5)
"""Time for which groups without an event that matters are passed over without a note of it."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What is done when one of the named events was taken in.

    `handle` is given the workspace, the connection of the transaction in which everything it
    causes is written, the events (columns of `event.SCHEMA`, in the inbox's order), and now.
    """

    name: str
    events: tuple[str, ...]
    handle: Handle


def reacts_to(*events: str, name: str) -> Callable[[Handle], Reaction]:
    """Declare a reaction to the named events, in the file `reactions.py` of a noun.

    Under `name` the database keeps how far it has come: under another it would begin anew.
    """

    def declare(handle: Handle) -> Reaction:
        return Reaction(name, events, handle)

    return declare


def declare(workspace: Workspace, reactions: Iterable[Reaction], *, now: datetime) -> None:
    """Say which reactions there are, before they are advanced, and whenever that may have changed.

    A new one begins at the present; one that is no longer declared is dropped after a day.
    """
    cursors.declare(workspace, {one.name: one.events for one in reactions}, now)


def behind(workspace: Workspace, reactions: Iterable[Reaction], now: datetime) -> list[Lag]:
    """Return how far each of the declared reactions lags; then what is no longer declared."""
    return lagging.behind(workspace, [one.name for one in reactions], now)


def advance(workspace: Workspace, reaction: Reaction, *, now: datetime) -> int:
    """Let a reaction see what comes next, in one transaction; return how many events it saw.

    0 when there is nothing, or when it waits until it is tried again. What it raises is kept and
    shown, and what it raises on is tried again after growing pauses, then set aside (`failing`).
    """
    while True:
        cursor = cursors.of(workspace, reaction.name, reaction.events, now)
        if cursor.pauses(now):
            return 0
        portion = None if cursor.backlog else _next(workspace, reaction, cursor)
        if portion is not None and not portion.groups:
            if not _pass_over(workspace, cursor, portion.last or 0, now):
                return 0
        elif seen := _see(workspace, reaction, cursor, portion, now):
            return seen


def _next(workspace: Workspace, reaction: Reaction, cursor: Cursor) -> Portion:
    """Look for what comes next in the inbox; what was passed over already is not read again."""
    last = max(cursor.seq, _passed(workspace).get(reaction.name, 0))
    query = sa.select(inbox.c.seq, inbox.c.events, inbox.c.batch).order_by(inbox.c.seq)
    groups: list[Group] = []
    scanned = events = 0
    with workspace.database.reading() as connection:
        above = query.where(inbox.c.seq > last).execution_options(yield_per=20)
        for row in connection.execute(above):
            table = backlog.mattering(row.batch, reaction.events)
            if table.num_rows:
                groups.append((row.seq, table))
            last, scanned, events = row.seq, scanned + row.events, events + table.num_rows
            if events >= PORTION or scanned >= SCANNED:
                break
    return Portion(groups, last=last)


def _pass_over(workspace: Workspace, cursor: Cursor, last: int, now: datetime) -> bool:
    """Pass over groups in which nothing mattered; return whether there may be more.

    A note of each would be a transaction for every group that intake commits.
    """
    before = max(cursor.seq, _passed(workspace).get(cursor.name, 0))
    _passed(workspace)[cursor.name] = last
    if last > cursor.seq and now - cursor.noted_at >= UNNOTED:
        with workspace.database.transaction() as connection:
            if cursors.still(connection, cursor):
                cursors.move(connection, cursor, last, now)
    return last > before


def _see(
    workspace: Workspace,
    reaction: Reaction,
    cursor: Cursor,
    portion: Portion | None,
    now: datetime,
) -> int:
    """Let it see a portion, or without one the front of its backlog; return how many events."""
    try:
        with workspace.database.transaction() as connection:
            erasure.hold_off(connection)
            if not cursors.still(connection, cursor):
                return 0
            portion = portion or backlog.front(connection, cursor.name, cursor.most(PORTION))
            events = batches.without_erased(workspace, connection, portion.events)
            if events.num_rows:
                reaction.handle(workspace, connection, events, now)
            backlog.take_off(connection, portion)
            cursors.done(connection, cursor, portion.last, PORTION, now)
        return int(events.num_rows)
    except Exception as error:
        if portion is None:
            raise
        log.warning("reaction.failed", reaction=reaction.name, exc_info=True)
        failing.note(workspace, cursor, portion, error, now)
        return 0


_passed_by: WeakKeyDictionary[Workspace, dict[str, int]] = WeakKeyDictionary()
"""Up to which group nothing more mattered to a reaction, where that is not noted yet."""


def _passed(workspace: Workspace) -> dict[str, int]:
    return _passed_by.setdefault(workspace, {})
