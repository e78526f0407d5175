"""Ids of events that came in within the window: what makes each count once.

Of an id 16 bytes are kept, in two tables. A group of events writes its ids as one row of
`seen_lately`; whoever appends has these in memory. They are folded into `seen_events` many at a
time, in the order of its key: an id that is written there alone costs a page of the database,
thousands of them together share theirs.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary, WeakSet

import sqlalchemy as sa

from regulars.kit import clock
from regulars.store.database import run
from regulars.store.workspace import Store
from regulars.timeline.event import event_hash
from regulars.timeline.tables import seen, seen_lately

SIZE = 16
"""Bytes of a hash."""
FOLD = 250_000
"""Ids that lie in `seen_lately` before they are folded: the more, the more share a page."""
MOST = 4 * FOLD
"""Ids at which the next append folds some itself: nobody else does."""
PORTION = 2_500
"""Ids written to `seen_events` in one transaction."""
MANY = 10_000
"""Ids of what was imported, or taken back, that one transaction writes."""
CHUNK = 400
PAUSE = 0.02
"""Seconds between two of these: whoever waits for SQLite's lock looks for it only now and then."""
_NEXT = (
    "SELECT seq, hashes, (SELECT min(seq) FROM seen_lately) FROM seen_lately "
    "WHERE seq > ? ORDER BY seq"
)
_EDGES = "SELECT min(seq), max(seq) FROM seen_lately"
_KEEP = "INSERT INTO seen_lately (day, hashes) VALUES (?, ?)"
_EACH = (
    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 16 FROM n WHERE i + 16 < length(?1)) "
)
"""Where in the bytes that are the first parameter each hash begins, on SQLite."""


class _Lately:
    """The ids of `seen_lately` as one process remembers them: of committed rows only."""

    def __init__(self) -> None:
        self.ids: set[bytes] = set()
        self.last = 0
        self._groups: deque[tuple[int, list[bytes]]] = deque()

    def look(self, connection: sa.Connection) -> None:
        """Let go of what was folded, learn what others and we wrote since."""
        rows = _after(connection, self.last)
        first = rows[0][2] if rows else self._edge(connection)
        while self._groups and self._groups[0][0] < first:
            self.ids.difference_update(self._groups.popleft()[1])
        for seq, hashes, _first in rows or _after(connection, self.last):
            self._groups.append((seq, hashes))
            self.ids.update(hashes)
            self.last = seq

    def _edge(self, connection: sa.Connection) -> int:
        """Return the first row that is there, where none is new.

        If the last one is not either, all were folded, or the database was put back.
        """
        first, last = connection.exec_driver_sql(_EDGES).one()
        if last is None or last < self.last:
            self.ids, self.last = set(), 0
            self._groups.clear()
        return int(first or 0)


_remembered: WeakKeyDictionary[sa.Engine, _Lately] = WeakKeyDictionary()
_looked: WeakSet[sa.Connection] = WeakSet()


def note(
    connection: sa.Connection, event_ids: Sequence[str], refused: Sequence[bool], now: datetime
) -> list[bool]:
    """Keep the ids of a group; return of each event whether it is the first with its id.

    Those of refused events are not kept. The caller holds the inbox's lock.
    """
    hashes: list[bytes | None] = list(map(event_hash, event_ids))
    if True in refused:
        told = zip(hashes, refused, strict=True)
        hashes = [None if no else one for one, no in told]
    new = {one for one in hashes if one is not None}
    new -= _lately(connection, new)
    new -= _found(connection, sorted(new))
    if new:
        run(connection, _KEEP, day_of(now), b"".join(new))
    if len(new) == len(hashes):
        return [True] * len(hashes)
    fresh = []
    for one in hashes:
        fresh.append(one in new)
        if one is not None:
            new.discard(one)
    return fresh


def remember(store: Store, event_ids: Sequence[str], *, now: datetime) -> None:
    """Know ids that are on the timeline already; between portions of them intake goes on."""
    day = day_of(now)
    _in_portions(store, event_ids, lambda connection, hashes: _insert(connection, hashes, day))


def know(connection: sa.Connection, event_ids: Sequence[str], now: datetime) -> None:
    """Know ids inside the caller's transaction."""
    _insert(connection, sorted(map(event_hash, event_ids)), day_of(now))


def forget(store: Store, event_ids: Sequence[str]) -> None:
    """Know ids no more: their events were taken back, and may be sent again.

    The caller holds the maintenance lease, so that nobody folds at this moment.
    """
    if event_ids:
        fold(store)
    _in_portions(store, event_ids, _delete)


def forget_since(connection: sa.Connection, day: int) -> None:
    """Know no more what came in from `day` on, inside the caller's transaction."""
    for row in connection.execute(sa.select(seen_lately).where(seen_lately.c.day < day)).all():
        _insert(connection, sorted(_split(row.hashes)), row.day)
    connection.execute(sa.delete(seen_lately))
    connection.execute(sa.delete(seen).where(seen.c.day >= day))


def forget_old(store: Store, *, now: datetime) -> int:
    """Drop remembered ids older than the declared window; return how many.

    In 256 short transactions over ranges of the key: an index on the day would cost every
    acknowledged event as much as the key itself, and one long deletion would hold up intake.
    The caller holds the maintenance lease.
    """
    fold(store)
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


def fold(store: Store, *, at_least: int = 1) -> int:
    """Move what lies in `seen_lately` to `seen_events`, if it is so much; return how many ids.

    Rows go when all of their ids are there, so a crash between leaves some in both, which harms
    nothing. The caller holds the maintenance lease.
    """
    size = sa.select(sa.func.coalesce(sa.func.sum(sa.func.length(seen_lately.c.hashes)), 0))
    with store.database.reading() as connection:
        if connection.execute(size).scalar_one() < at_least * SIZE:
            return 0
        rows = connection.execute(sa.select(seen_lately).order_by(seen_lately.c.seq)).all()
    count = 0
    for day in sorted({row.day for row in rows}):
        hashes = sorted(one for row in rows if row.day == day for one in _split(row.hashes))
        count += len(hashes)
        for start in range(0, len(hashes), PORTION):
            with store.database.transaction() as connection:
                _insert(connection, hashes[start : start + PORTION], day)
            if len(hashes) > PORTION:
                time.sleep(PAUSE)
    with store.database.transaction() as connection:
        connection.execute(sa.delete(seen_lately).where(seen_lately.c.seq <= rows[-1].seq))
    return count


def seen_on(connection: sa.Connection, event_id: str) -> datetime | None:
    """Return the day (its beginning, UTC) an event was taken in, None outside the window."""
    hashed = event_hash(event_id)
    day = connection.execute(sa.select(seen.c.day).where(seen.c.id == hashed)).scalar()
    if day is None:
        where = "instr(hashes, :id)"
        if connection.dialect.name == "postgresql":
            where = "position(:id in hashes)"
        query = sa.text(f"SELECT day FROM seen_lately WHERE {where} > 0 LIMIT 1")
        day = connection.execute(query, {"id": hashed}).scalar()
    return None if day is None else clock.EPOCH + timedelta(days=day)


def day_of(moment: datetime) -> int:
    """Return the day under which ids are remembered."""
    return clock.microseconds(moment) // 86_400_000_000


def _lately(connection: sa.Connection, wanted: set[bytes]) -> set[bytes]:
    """Return those of the hashes that lie in `seen_lately`.

    What a transaction itself wrote there is looked at anew each time: it may yet be undone.
    """
    lately = _remembered.setdefault(connection.engine, _Lately())
    if connection in _looked:
        own = {one for row in _after(connection, lately.last) for one in row[1]}
        return wanted & lately.ids | wanted & own
    _looked.add(connection)
    lately.look(connection)
    if len(lately.ids) > MOST:
        _fold_some(connection)
    return wanted & lately.ids


def _fold_some(connection: sa.Connection) -> None:
    """Move the oldest rows inside the caller's transaction."""
    count, last = 0, 0
    for row in connection.execute(sa.select(seen_lately).order_by(seen_lately.c.seq).limit(100)):
        hashes = sorted(_split(row.hashes))
        _insert(connection, hashes, row.day)
        count, last = count + len(hashes), row.seq
        if count >= PORTION:
            break
    connection.execute(sa.delete(seen_lately).where(seen_lately.c.seq <= last))


def _after(connection: sa.Connection, last: int) -> list[tuple[int, list[bytes], int]]:
    """Return number and hashes of the rows behind `last`, and the number of the first of all."""
    rows = run(connection, _NEXT, last)
    return [(seq, _split(hashes), first) for seq, hashes, first in rows]


def _split(hashes: bytes) -> list[bytes]:
    return [hashes[start : start + SIZE] for start in range(0, len(hashes), SIZE)]


def _found(connection: sa.Connection, hashes: list[bytes]) -> set[bytes]:
    """Return those of the hashes that `seen_events` has."""
    if not hashes:
        return set()
    if connection.dialect.name == "postgresql":
        asked = sa.text("SELECT id FROM seen_events WHERE id = ANY(CAST(:ids AS bytea[]))")
        return set(connection.execute(asked, {"ids": hashes}).scalars())
    statement = _EACH + "SELECT s.id FROM n CROSS JOIN seen_events s ON s.id = substr(?1, i, 16)"
    return {row[0] for row in run(connection, statement, b"".join(hashes))}


def _insert(connection: sa.Connection, hashes: list[bytes], day: int) -> None:
    """Keep hashes, which come in the order of the key, in `seen_events`."""
    if not hashes:
        return
    if connection.dialect.name == "postgresql":
        known = sa.text(
            "INSERT INTO seen_events (id, day) SELECT unnest(CAST(:ids AS bytea[])), :day "
            "ON CONFLICT DO NOTHING"
        )
        connection.execute(known, {"ids": hashes, "day": day})
        return
    into = "INSERT OR IGNORE INTO seen_events (id, day) "
    statement = into + _EACH + "SELECT substr(?1, i, 16), ?2 FROM n"
    connection.exec_driver_sql(statement, (b"".join(hashes), day))


def _delete(connection: sa.Connection, hashes: list[bytes]) -> None:
    for start in range(0, len(hashes), CHUNK):
        chunk = hashes[start : start + CHUNK]
        connection.execute(sa.delete(seen).where(seen.c.id.in_(chunk)))


def _in_portions(
    store: Store,
    event_ids: Sequence[str],
    change: Callable[[sa.Connection, list[bytes]], object],
) -> None:
    """Do `change` with the ids' hashes, in the order of the key, in short transactions."""
    hashes = sorted(map(event_hash, event_ids))
    for start in range(0, len(hashes), MANY):
        with store.database.transaction() as connection:
            change(connection, hashes[start : start + MANY])
        if start + MANY < len(hashes):
            time.sleep(PAUSE)
