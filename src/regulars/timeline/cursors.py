"""How far each reaction has come, as the database keeps it; what the inbox's clean-up goes by."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from regulars.store.database import put
from regulars.store.workspace import Store
from regulars.timeline import backlog, inbox, lineage
from regulars.timeline.tables import reaction_backlog, reactions, set_aside

WAIT = timedelta(days=1)
"""How long the inbox keeps for a reaction what the lake has already, and for a reaction that is no
longer declared its place."""
TOLD = timedelta(days=30)
"""How long it is told that a reaction was dropped."""
NOWHERE = dict.fromkeys(("take", "failed_at", "retry_at", "error", "undeclared_at"))
"""What the row of a reaction that begins does not say."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to which group of the inbox a reaction is done; `backlog`: with what is kept before.

    After a failure it is given `take` events at once, until it is found which one it fails on;
    `failures` times it failed on that one alone.
    """

    name: str
    seq: int
    take: int | None
    failures: int
    retry_at: datetime | None
    noted_at: datetime
    backlog: bool

    def pauses(self, now: datetime) -> bool:
        """Whether it waits until it is tried again."""
        return self.retry_at is not None and now < self.retry_at

    def most(self, most: int) -> int:
        """Return how many events it is given at once, where `most` would do otherwise."""
        return most if self.take is None else min(most, self.take)


def declare(store: Store, declared: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Note which reactions there are, by name, with the names of their events.

    A new one begins at the present. One that is no longer declared keeps its place for a day, as
    if it were stopped: a server of an earlier release, or one without a plugin, loses it nothing.
    """
    wanted = {name: json.dumps(sorted(events)) for name, events in declared.items()}
    with store.database.reading() as connection:
        rows = connection.execute(sa.select(reactions)).all()
    if wanted == {row.name: row.events for row in rows if row.undeclared_at is None}:
        return
    _begin(store, wanted, now)
    with store.database.transaction() as connection:
        for name, events in wanted.items():
            mine = sa.update(reactions).where(reactions.c.name == name)
            connection.execute(mine.values(events=events, undeclared_at=None))
        gone = reactions.c.name.not_in(list(wanted)) & reactions.c.undeclared_at.is_(None)
        connection.execute(sa.update(reactions).where(gone).values(undeclared_at=now))


def of(store: Store, name: str, events: Sequence[str], now: datetime) -> Cursor:
    """Return a reaction's cursor; a reaction that had none begins at the present."""
    with store.database.reading() as connection:
        known = _read(connection, name)
    if known is not None:
        return known
    _begin(store, {name: json.dumps(sorted(events))}, now)
    with store.database.transaction() as connection:
        mine = sa.update(reactions).where(reactions.c.name == name)
        connection.execute(mine.values(undeclared_at=None))
        begun = _read(connection, name)
    assert begun is not None
    return begun


def _begin(store: Store, wanted: Mapping[str, str], now: datetime) -> None:
    """Let reactions that have no place, or were dropped, begin at the present.

    The inbox's lock makes a line of it; nobody who runs a reaction waits for such a row meanwhile.
    """
    placed = sa.select(reactions.c.name).where(reactions.c.seq.is_not(None))
    with store.database.transaction() as connection:
        inbox.lock_inbox(connection)
        known = set(connection.execute(placed).scalars())
        values = {"seq": lineage.last_number(connection), "failures": 0, "noted_at": now}
        for name in sorted(wanted.keys() - known):
            put(connection, reactions, {**NOWHERE, "name": name, "events": wanted[name], **values})


def _read(connection: sa.Connection, name: str) -> Cursor | None:
    kept = sa.exists().where(reaction_backlog.c.reaction == reactions.c.name)
    names = ("name", "seq", "take", "failures", "retry_at", "noted_at")
    query = sa.select(*(reactions.c[one] for one in names), kept.label("backlog"))
    row = connection.execute(
        query.where(
            reactions.c.name == name,
            reactions.c.seq.is_not(None),
            reactions.c.undeclared_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    return Cursor(
        row.name, row.seq, row.take, row.failures, row.retry_at, row.noted_at, bool(row.backlog)
    )


def still(connection: sa.Connection, cursor: Cursor) -> bool:
    """Hold the cursor for this transaction; False when it is no longer where it was.

    Whoever else lets the same reaction see something waits here, and then has nothing to do.
    """
    mine = sa.select(reactions.c.name).where(reactions.c.name == cursor.name)
    connection.execute(mine.with_for_update())
    return _read(connection, cursor.name) == cursor


def move(connection: sa.Connection, cursor: Cursor, seq: int, now: datetime) -> None:
    """Note that nothing matters up to `seq`."""
    mine = sa.update(reactions).where(reactions.c.name == cursor.name)
    connection.execute(mine.values(seq=seq, noted_at=now))


def done(
    connection: sa.Connection, cursor: Cursor, last: int | None, most: int, now: datetime
) -> None:
    """Note, in the transaction of what it caused, that a reaction is done with a portion."""
    take = None if cursor.take is None or cursor.take * 2 >= most else cursor.take * 2
    seq = cursor.seq if last is None else last
    mine = sa.update(reactions).where(reactions.c.name == cursor.name)
    healed = {"take": take, "failures": 0, "failed_at": None, "retry_at": None, "error": None}
    connection.execute(mine.values(seq=seq, noted_at=now, **healed))


def pass_over(connection: sa.Connection, watermark: int) -> None:
    """Let no reaction see again what the lake has: the workspace was put back from a backup.

    What it did about these events since the backup is not in the database any more, but may be
    done all the same. What waits above the watermark is as the database has it.
    """
    behind = reactions.c.seq < watermark
    connection.execute(sa.update(reactions).where(behind).values(seq=watermark))
    backlog.drop(connection)


def drop_undeclared(store: Store, now: datetime) -> None:
    """Drop reactions that have not been declared for a day; forget them after a month."""
    dropped = (reactions.c.undeclared_at <= now - WAIT) & reactions.c.seq.is_not(None)
    forgotten = reactions.c.undeclared_at <= now - TOLD
    with store.database.reading() as connection:
        names = list(connection.execute(sa.select(reactions.c.name).where(dropped)).scalars())
        old = list(connection.execute(sa.select(reactions.c.name).where(forgotten)).scalars())
    if not names and not old:
        return
    with store.database.transaction() as connection:
        backlog.drop(connection, names)
        mine = reactions.c.name.in_(names) & dropped
        connection.execute(sa.update(reactions).where(mine).values(seq=None, retry_at=None))
        connection.execute(sa.delete(set_aside).where(set_aside.c.reaction.in_(old)))
        connection.execute(sa.delete(reactions).where(forgotten))
