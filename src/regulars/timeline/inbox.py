"""The inbox: events made durable in the SQL database, once each, before anything else.

A group of events is one row: an Arrow record batch. Sequence numbers become visible in order,
because a group takes the write lock before its first insert and holds it to the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from regulars.kit import clock
from regulars.store.database import run, stored
from regulars.store.workspace import Store
from regulars.timeline import bell, memory, required, seen
from regulars.timeline.event import SCHEMA
from regulars.timeline.tables import inbox, tombstones

WRITE_LOCK = 7_236_401
"""Key of PostgreSQL's advisory lock that orders the groups."""
CHUNK = 400
TOMBSTONE = "tombstone"
_APPEND = (
    "INSERT INTO inbox (revision, events, appended_at, batch) VALUES (0, ?, ?, ?) RETURNING seq"
)
_ANY_ERASED = "SELECT 1 FROM tombstones LIMIT 1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of each event of a group, in its order.

    `fresh[i]` is False for a duplicate; `refused[i]` is True when its person was erased.
    `seq` is the group's sequence number, None when nothing was new.
    """

    seq: int | None
    fresh: list[bool]
    refused: list[bool]

    @property
    def accepted(self) -> int:
        """How many events were new and were kept."""
        return sum(self.fresh)


def make(rows: Iterable[Mapping[str, Any]], now: datetime) -> pa.Table:
    """Return events as an Arrow table with the whole schema.

    Missing columns are null; `actor` is customer, `received_at` now and `known_at` as received,
    unless a row says otherwise.
    """
    defaults = {"actor": "customer", "received_at": now, "known_at": now}
    complete = [{**defaults, **row} for row in rows]
    columns = [[row.get(name) for row in complete] for name in SCHEMA.names]
    return from_columns(columns)


def from_columns(columns: Sequence[Sequence[Any]]) -> pa.Table:
    """Return an Arrow table of one Python list a column, in the order of the schema."""
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def accept(store: Store, table: pa.Table, *, now: datetime | None = None) -> Receipt:
    """Append in a transaction of its own; when it returns, the new events are durable."""
    with store.database.transaction() as connection:
        return append(store, connection, table, now=now)


def append(
    store: Store, connection: sa.Connection, table: pa.Table, *, now: datetime | None = None
) -> Receipt:
    """Append events inside the caller's transaction, so that act and event stand or fall together.

    `table` has the columns of `event.SCHEMA`. Events whose id was seen within the window, or
    whose person was erased, are left out and marked in the receipt. Raises Invalid when an event
    lacks what the schema requires.
    """
    now = now or clock.now()
    required.refuse(required.lacking_in(table))
    lock_inbox(connection)
    refused = _erased(store, connection, table)
    fresh = seen.note(connection, table.column("event_id").to_pylist(), refused, now)
    if not any(fresh):
        return Receipt(None, fresh, refused)
    kept = table if all(fresh) else table.filter(pa.array(fresh))
    bell.ring(connection)
    at = stored(connection, now)
    rows = run(connection, _APPEND, kept.num_rows, at, encode(kept))
    return Receipt(rows[0][0], fresh, refused)


def encode(table: pa.Table) -> bytes:
    """Return the events as one Arrow record batch, without its schema."""
    batches = table.to_batches()
    if len(batches) > 1:
        batches = table.combine_chunks().to_batches()
    return bytes(batches[0].serialize()) if batches else b""


def decode(batch: bytes) -> pa.RecordBatch:
    """Return the record batch that `encode` wrote."""
    return pa.ipc.read_record_batch(pa.py_buffer(batch), SCHEMA)


def tombstone(store: Store, identity_id: str) -> str:
    """Return the hash under which an erased identity is refused."""
    return store.keyed_hash(TOMBSTONE, identity_id)


def backlog(store: Store) -> tuple[int, datetime | None]:
    """Return how many events of the inbox the lake does not have, and since when the oldest waits.

    Groups that are there only until reactions have seen them do not count.
    """
    with store.database.reading() as connection:
        row = connection.execute(
            sa.select(
                sa.func.coalesce(sa.func.sum(inbox.c.events), 0), sa.func.min(inbox.c.seq)
            ).where(inbox.c.seq > memory.watermark(connection))
        ).one()
        if row[1] is None:
            return 0, None
        oldest = sa.select(inbox.c.appended_at).where(inbox.c.seq == row[1])
        return int(row[0]), connection.execute(oldest).scalar()


def lock_inbox(connection: sa.Connection) -> None:
    """Order this transaction among those that write the inbox."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITE_LOCK)))


def any_erased(connection: sa.Connection) -> bool:
    """Tell whether anybody ever was."""
    return bool(run(connection, _ANY_ERASED))


def erased_so_far(connection: sa.Connection) -> int:
    """Return how many identities were ever erased: what tells that one was meanwhile."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(tombstones)).scalar() or 0)


def erased_among(store: Store, connection: sa.Connection, identities: set[str]) -> set[str]:
    """Return those of the identities that were erased."""
    if not any_erased(connection):
        return set()
    hashes = {tombstone(store, one): one for one in identities}
    erased: set[str] = set()
    every = list(hashes)
    for start in range(0, len(every), CHUNK):
        chunk = every[start : start + CHUNK]
        query = sa.select(tombstones.c.hash).where(tombstones.c.hash.in_(chunk))
        erased.update(hashes[one] for one in connection.execute(query).scalars())
    return erased


def _erased(store: Store, connection: sa.Connection, table: pa.Table) -> list[bool]:
    if not any_erased(connection):
        return [False] * table.num_rows
    identities = table.column("identity_id").to_pylist()
    found = erased_among(store, connection, set(identities) - {None})
    return [one in found for one in identities]
