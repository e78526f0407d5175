"""The inbox: events made durable in the SQL database, once each, before anything else.

A group of events is one row: an Arrow record batch. Sequence numbers become visible in order,
because a group takes the write lock before its first insert and holds it to the commit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

import pyarrow as pa
import sqlalchemy as sa

from regulars.kit import clock
from regulars.store.database import Moment
from regulars.store.workspace import Store
from regulars.timeline import bell, memory, required
from regulars.timeline.event import SCHEMA, event_hash
from regulars.timeline.tables import inbox, seen, tombstones

WRITE_LOCK = 7_236_401
"""Key of PostgreSQL's advisory lock that orders the groups."""
CHUNK = 400
PORTION = 10_000
"""Ids remembered in one transaction."""
PAUSE = 0.02
"""Seconds between two of these: whoever waits for SQLite's lock looks for it only now and then."""
TOMBSTONE = "tombstone"
_APPEND = sa.text(
    "INSERT INTO inbox (revision, events, appended_at, batch) VALUES (0, :events, :at, :batch) "
    "RETURNING seq"
).bindparams(sa.bindparam("at", type_=Moment), sa.bindparam("batch", type_=sa.LargeBinary))
_ANY_ERASED = sa.text("SELECT 1 FROM tombstones LIMIT 1")
Hash = TypeVar("Hash", str, bytes)


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
    fresh = _remember(connection, table.column("event_id").to_pylist(), refused, now)
    if not any(fresh):
        return Receipt(None, fresh, refused)
    kept = table if all(fresh) else table.filter(pa.array(fresh))
    bell.ring(connection)
    values = {"events": kept.num_rows, "at": now, "batch": encode(kept)}
    return Receipt(connection.execute(_APPEND, values).scalar_one(), fresh, refused)


def encode(table: pa.Table) -> bytes:
    """Return the events as one Arrow record batch, without its schema."""
    batches = table.combine_chunks().to_batches()
    return bytes(batches[0].serialize()) if batches else b""


def decode(batch: bytes) -> pa.RecordBatch:
    """Return the record batch that `encode` wrote."""
    return pa.ipc.read_record_batch(pa.py_buffer(batch), SCHEMA)


def tombstone(store: Store, identity_id: str) -> str:
    """Return the hash under which an erased identity is refused."""
    return store.keyed_hash(TOMBSTONE, identity_id)


def remember(store: Store, event_ids: Sequence[str], *, now: datetime) -> None:
    """Know ids that are on the timeline already; between portions of them intake goes on."""
    _in_portions(
        store,
        event_ids,
        lambda connection, hashes: _insert_seen(connection, hashes, day_of(now)),
    )


def know(connection: sa.Connection, event_ids: Sequence[str], now: datetime) -> None:
    """Know ids inside the caller's transaction."""
    for hashes in _chunks(sorted(map(event_hash, event_ids))):
        _insert_seen(connection, hashes, day_of(now))


def forget(store: Store, event_ids: Sequence[str]) -> None:
    """Know ids no more: their events were taken back, and may be sent again."""
    _in_portions(
        store,
        event_ids,
        lambda connection, hashes: connection.execute(sa.delete(seen).where(seen.c.id.in_(hashes))),
    )


def _in_portions(
    store: Store,
    event_ids: Sequence[str],
    change: Callable[[sa.Connection, list[bytes]], object],
) -> None:
    """Do `change` with the ids' hashes, a statement's worth at a time, in short transactions.

    They come in the order of the key, so that neighbours are written together.
    """
    hashes = sorted(map(event_hash, event_ids))
    for start in range(0, len(hashes), PORTION):
        with store.database.transaction() as connection:
            for chunk in _chunks(hashes[start : start + PORTION]):
                change(connection, chunk)
        if start + PORTION < len(hashes):
            time.sleep(PAUSE)


def _chunks(hashes: list[Hash]) -> Iterator[list[Hash]]:
    for start in range(0, len(hashes), CHUNK):
        yield hashes[start : start + CHUNK]


def forget_seen(store: Store, *, now: datetime) -> int:
    """Drop remembered ids older than the declared window; return how many.

    In 256 short transactions over ranges of the key: an index on the day would cost every
    acknowledged event as much as the key itself, and one long deletion would hold up intake.
    """
    oldest = day_of(now) - store.settings.intake.remember_days
    gone = 0
    for first in range(256):
        chosen = (seen.c.day < oldest) & (seen.c.id >= bytes([first]))
        if first < 255:
            chosen &= seen.c.id < bytes([first + 1])
        with store.database.reading() as connection:
            if connection.execute(sa.select(seen.c.id).where(chosen).limit(1)).first() is None:
                continue  # who only looks holds nobody up
        with store.database.transaction() as connection:
            gone += connection.execute(sa.delete(seen).where(chosen)).rowcount
    return gone


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


def seen_on(connection: sa.Connection, event_id: str) -> datetime | None:
    """Return the day (its beginning, UTC) an event was taken in, None outside the window."""
    query = sa.select(seen.c.day).where(seen.c.id == event_hash(event_id))
    day = connection.execute(query).scalar()
    return None if day is None else clock.EPOCH + timedelta(days=day)


def any_erased(connection: sa.Connection) -> bool:
    """Tell whether anybody ever was."""
    return connection.execute(_ANY_ERASED).first() is not None


def erased_so_far(connection: sa.Connection) -> int:
    """Return how many identities were ever erased: what tells that one was meanwhile."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(tombstones)).scalar() or 0)


def erased_among(store: Store, connection: sa.Connection, identities: set[str]) -> set[str]:
    """Return those of the identities that were erased."""
    if not any_erased(connection):
        return set()
    hashes = {tombstone(store, one): one for one in identities}
    found: set[str] = set()
    for chunk in _chunks(list(hashes)):
        query = sa.select(tombstones.c.hash).where(tombstones.c.hash.in_(chunk))
        found.update(hashes[one] for one in connection.execute(query).scalars())
    return found


def _erased(store: Store, connection: sa.Connection, table: pa.Table) -> list[bool]:
    if not any_erased(connection):
        return [False] * table.num_rows
    identities = table.column("identity_id").to_pylist()
    found = erased_among(store, connection, set(identities) - {None})
    return [one in found for one in identities]


def _remember(
    connection: sa.Connection, event_ids: list[str], refused: list[bool], now: datetime
) -> list[bool]:
    """Keep the ids' hashes; return for each event whether it is the first with its id.

    They are written in the order of the key, so that neighbours are written together.
    """
    told = zip(event_ids, refused, strict=True)
    hashes = [None if no else event_hash(event_id) for event_id, no in told]
    new: set[bytes | None] = set()
    for chunk in _chunks(sorted({one for one in hashes if one is not None})):
        new.update(_insert_seen(connection, chunk, day_of(now)))
    if len(new) == len(hashes):
        return [True] * len(hashes)
    fresh = []
    for one in hashes:
        fresh.append(one in new)
        new.discard(one)
    return fresh


def _insert_seen(connection: sa.Connection, hashes: list[bytes], day: int) -> list[bytes]:
    if connection.dialect.name == "postgresql":
        statement = sa.text(
            "INSERT INTO seen_events (id, day) SELECT unnest(CAST(:ids AS bytea[])), :day "
            "ON CONFLICT DO NOTHING RETURNING id"
        )
        return list(connection.execute(statement, {"ids": hashes, "day": day}).scalars())
    result = connection.exec_driver_sql(_seen_statement(len(hashes), day), tuple(hashes))
    return [row[0] for row in result.cursor.fetchall()]


@lru_cache(maxsize=CHUNK)
def _seen_statement(ids: int, day: int) -> str:
    values = ",".join([f"(?,{day})"] * ids)
    return f"INSERT OR IGNORE INTO seen_events (id, day) VALUES {values} RETURNING id"


def day_of(moment: datetime) -> int:
    """Return the day under which ids are remembered."""
    return clock.microseconds(moment) // 86_400_000_000
