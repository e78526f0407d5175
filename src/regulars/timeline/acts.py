"""Acts: what we do is an event, committed in the transaction of the change of state itself.

It goes into a staging table, so that the act's transaction never waits for the inbox's lock; the
react lane moves what is staged into the inbox within a second (docs/adr/0019).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regulars.store.workspace import Store
from regulars.timeline import batches, bell, inbox, required
from regulars.timeline.event import MOMENT, SCHEMA
from regulars.timeline.tables import staged_acts

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

ROW_EVENTS = 1_000
"""Events of one staged row at most."""
MOVED_EVENTS, MOVED_ROWS = 10_000, 1_000
"""Events, and rows, that one transaction moves: more than that is moved by several."""


def record(
    store: Store, connection: sa.Connection, rows: Iterable[Mapping[str, Any]], *, now: datetime
) -> None:
    """Stage events inside the caller's transaction: act and event stand or fall together.

    `rows` have the columns of `event.SCHEMA`, of which `name` must be given. The actor is the
    system and the act occurs now, unless a row says otherwise; without an `event_id` it gets one.
    Events of erased persons are left out. Raises Invalid when an event lacks what the schema
    requires, so that nothing is staged that the inbox would not take.
    """
    stage(store, connection, inbox.make((_completed(row, now) for row in rows), now), now=now)


def stage(store: Store, connection: sa.Connection, events: pa.Table, *, now: datetime) -> None:
    """Stage complete events (columns of `event.SCHEMA`), as `record` does with rows."""
    required.refuse(required.lacking_in(events))
    for start in range(0, events.num_rows, ROW_EVENTS):
        some = batches.without_erased(store, connection, events.slice(start, ROW_EVENTS))
        if some.num_rows:
            connection.execute(
                sa.insert(staged_acts).values(
                    events=some.num_rows, staged_at=now, batch=inbox.encode(some)
                )
            )
    bell.ring(connection)


def move(workspace: Workspace, *, now: datetime) -> int:
    """Move everything that is staged to the inbox, each event once; return how many events.

    Each transaction takes rows out of the one table and appends them to the other, so a crash at
    any point leaves an event in exactly one of them.
    """
    total = 0
    while waiting(workspace)[0]:
        with workspace.database.transaction() as connection:
            total += _move_some(workspace, connection, now)
    return total


def waiting(store: Store) -> tuple[int, datetime | None]:
    """Return how many events are staged, and since when the oldest is."""
    count = sa.func.coalesce(sa.func.sum(staged_acts.c.events), 0)
    with store.database.reading() as connection:
        row = connection.execute(sa.select(count, sa.func.min(staged_acts.c.staged_at))).one()
    return int(row[0]), row[1]


def _completed(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "actor": "system",
        "occurred_at": now,
        **row,
        "event_id": row.get("event_id") or secrets.token_hex(16),
    }


def _move_some(workspace: Workspace, connection: sa.Connection, now: datetime) -> int:
    """Move the first rows there are; the inbox's lock comes first, as in an erasure.

    Rows are taken by their numbers: one with a lower number may become visible meanwhile, and
    then its turn is the next transaction's.
    """
    inbox.lock_inbox(connection)
    listing = sa.select(staged_acts.c.id, staged_acts.c.events).order_by(staged_acts.c.id)
    chosen: list[int] = []
    events = 0
    for number, count in connection.execute(listing.limit(MOVED_ROWS)):
        chosen.append(number)
        events += count
        if events >= MOVED_EVENTS:
            break
    taken = sa.delete(staged_acts).where(staged_acts.c.id.in_(chosen))
    rows = connection.execute(taken.returning(staged_acts.c.id, staged_acts.c.batch)).all()
    if not rows:
        return 0
    batches = [inbox.decode(row.batch) for row in sorted(rows, key=lambda row: int(row.id))]
    table = _known_now(pa.Table.from_batches(batches, SCHEMA), now)
    return inbox.append(workspace, connection, table, now=now).accepted


def _known_now(events: pa.Table, now: datetime) -> pa.Table:
    """Let nobody who asks as of an earlier moment see what no reader could see then."""
    place = SCHEMA.get_field_index("known_at")
    known, moved = events.column(place), pa.scalar(now, MOMENT)
    known = pc.if_else(pc.less(known, moved), moved, known)
    return events.set_column(place, SCHEMA.field(place), known)
