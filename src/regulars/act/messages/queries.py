"""The SQL of the outbox."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regulars.act.messages.model import (
    PRUNED,
    Letter,
    MessageState,
    Pause,
    Reason,
    Result,
)
from regulars.act.messages.tables import message_pauses, messages
from regulars.store.database import insert_or_ignore, put

COLUMN = messages.c
LISTED = (
    "id", "state", "purpose", "channel", "address", "subject", "reason", "error", "receipt",
    "tries", "put_at", "next_at", "stale_at", "changed_at",
)  # fmt: skip
ERASED = {"address": None, "subject": None, "body": None, "fingerprint": None, "person": None,
          "recipient": None, "error": None, "receipt": None}  # fmt: skip


def add(connection: sa.Connection, **values: Any) -> int | None:
    """Let a message wait; None where one of its key is known."""
    adding = insert_or_ignore(connection, messages).values(**values).returning(COLUMN.id)
    return connection.execute(adding).scalar()


def of_key(connection: sa.Connection, key: str) -> tuple[int, str | None]:
    """Return the number and fingerprint of a message that is known."""
    row = connection.execute(
        sa.select(COLUMN.id, COLUMN.fingerprint).where(COLUMN.key == key)
    ).one()
    return row.id, row.fingerprint


def matching(state: str | None, purpose: str | None) -> sa.Select[Any]:
    """Return the messages of a state and purpose as a query."""
    query = sa.select(*(COLUMN[name] for name in LISTED))
    for column, value in ((COLUMN.state, state), (COLUMN.purpose, purpose)):
        query = query.where(column == value) if value else query
    return query


def one(connection: sa.Connection, number: int) -> sa.RowMapping | None:
    """Return all of one message."""
    return connection.execute(sa.select(messages).where(COLUMN.id == number)).mappings().first()


def has_work(connection: sa.Connection, now: datetime, channels: Collection[str]) -> bool:
    """Tell whether anything of these channels is due, too old, or was left by a sender."""
    paused = sa.select(message_pauses.c.channel).where(message_pauses.c.until > now)
    free = (COLUMN.next_at <= now) & COLUMN.channel.in_(list(channels))
    free &= COLUMN.channel.not_in(paused)
    due = (COLUMN.state == MessageState.QUEUED) & (free | (COLUMN.stale_at <= now))
    query = sa.select(COLUMN.id).where(due | (COLUMN.state == MessageState.SENDING)).limit(1)
    return connection.execute(query).first() is not None


def next_due(connection: sa.Connection) -> datetime | None:
    """Return when the next waiting message is to be tried, its channel's pause included."""
    paused = sa.func.coalesce(message_pauses.c.until, COLUMN.next_at)
    later = sa.case((paused > COLUMN.next_at, paused), else_=COLUMN.next_at)
    joined = messages.outerjoin(message_pauses, message_pauses.c.channel == COLUMN.channel)
    query = sa.select(sa.func.min(later)).select_from(joined)
    found: datetime | None = connection.execute(
        query.where(COLUMN.state == MessageState.QUEUED)
    ).scalar()
    return found


def due(
    connection: sa.Connection, channel: str, now: datetime, *, above: int, most: int
) -> Sequence[Any]:
    """Return the waiting messages of a channel that are due, in the order they were put."""
    query = sa.select(messages).where(
        COLUMN.state == MessageState.QUEUED,
        COLUMN.channel == channel,
        COLUMN.next_at <= now,
        COLUMN.id > above,
    )
    return connection.execute(query.order_by(COLUMN.id).limit(most)).mappings().all()


def begin(
    connection: sa.Connection, numbers: Sequence[int], worker: str, now: datetime
) -> set[int]:
    """Note that these are being sent, if they still wait; return which do.

    Those that this worker has noted already count: it may not have heard of its own commit.
    """
    if not numbers:
        return set()
    own = (COLUMN.state == MessageState.SENDING) & (COLUMN.worker == worker)
    change = (
        sa.update(messages)
        .where(COLUMN.id.in_(numbers), (COLUMN.state == MessageState.QUEUED) | own)
        .values(state=MessageState.SENDING, worker=worker, changed_at=now, reason=None, error=None)
    )
    return set(connection.execute(change.returning(COLUMN.id)).scalars())


def end(connection: sa.Connection, result: Result, worker: str, now: datetime) -> None:
    """Note what became of a letter, unless somebody has decided about it meanwhile.

    A worker that was taken for dead still knows best what became of what it sent.
    """
    sent_here = COLUMN.state.in_([MessageState.SENDING, MessageState.UNCERTAIN])
    refused = result.state in (MessageState.QUEUED, MessageState.FAILED)
    standing = sent_here & (COLUMN.worker == worker)
    if refused:
        standing |= COLUMN.state == MessageState.QUEUED
    values = {
        "state": result.state, "reason": result.reason, "tries": result.letter.tries + 1,
        "error": _unless_erased(result.error), "receipt": _unless_erased(result.receipt),
        "changed_at": now,
    }  # fmt: skip
    if result.next_at is not None:
        values["next_at"] = result.next_at
    connection.execute(
        sa.update(messages).where(COLUMN.id == result.letter.id, standing).values(**values)
    )


def _unless_erased(words: str | None) -> sa.ColumnElement[str | None]:
    """Return what a server said, which may name the address, where that still stands."""
    return sa.case((COLUMN.address.isnot(None), words), else_=sa.null())


def abandon(connection: sa.Connection, now: datetime) -> int:
    """Note that nobody knows what became of what was being sent; return how many."""
    return _move(connection, COLUMN.state == MessageState.SENDING, now,
                 state=MessageState.UNCERTAIN, reason=Reason.CRASHED)  # fmt: skip


def expire(connection: sa.Connection, now: datetime) -> int:
    """Give up what is too old to be sent; return how many. What the server last said stays."""
    old = (COLUMN.state == MessageState.QUEUED) & (COLUMN.stale_at <= now)
    return _move(connection, old, now, state=MessageState.FAILED, reason=Reason.STALE)


def hold(connection: sa.Connection, now: datetime) -> int:
    """Let nothing that waits be sent; return how many."""
    waiting = COLUMN.state == MessageState.QUEUED
    return _move(connection, waiting, now, state=MessageState.HELD, reason=Reason.RESTORED)


def _move(
    connection: sa.Connection, which: sa.ColumnElement[bool], now: datetime, **values: Any
) -> int:
    change = sa.update(messages).where(which).values(changed_at=now, **values)
    return connection.execute(change).rowcount


def decide(
    connection: sa.Connection, number: int, states: Collection[MessageState], **values: Any
) -> bool:
    """Write a person's decision about a message in one of these states; tell whether it was."""
    change = sa.update(messages).where(COLUMN.id == number, COLUMN.state.in_(list(states)))
    return connection.execute(change.values(**values)).rowcount == 1


def forget(connection: sa.Connection, identities: Collection[str], now: datetime) -> int:
    """Take address and words from messages of these; what waited is not sent."""
    named = list(identities)
    theirs = COLUMN.person.in_(named) | COLUMN.recipient.in_(named)
    waiting = theirs & COLUMN.state.in_([MessageState.QUEUED, MessageState.HELD])
    _move(connection, waiting, now, state=MessageState.CANCELLED, reason=Reason.ERASED)
    return connection.execute(sa.update(messages).where(theirs).values(**ERASED)).rowcount


def prune(connection: sa.Connection, before: datetime) -> int:
    """Delete what is done with since then; return how many."""
    done = COLUMN.state.in_(list(PRUNED)) & (COLUMN.changed_at < before)
    return connection.execute(sa.delete(messages).where(done)).rowcount


def counts(connection: sa.Connection, purpose: str | None = None) -> dict[MessageState, int]:
    """Return how many messages are in each state."""
    query = sa.select(COLUMN.state, sa.func.count()).group_by(COLUMN.state)
    if purpose is not None:
        query = query.where(COLUMN.purpose == purpose)
    return {MessageState(state): count for state, count in connection.execute(query)}


def newest_error(connection: sa.Connection, purpose: str) -> tuple[str, str | None] | None:
    """Return reason and words of the newest refusal of what still waits; None without."""
    query = sa.select(COLUMN.reason, COLUMN.error).where(
        COLUMN.purpose == purpose,
        COLUMN.state == MessageState.QUEUED,
        COLUMN.reason.isnot(None),
    )
    row = connection.execute(query.order_by(COLUMN.id.desc()).limit(1)).first()
    return (row.reason, row.error) if row else None


def pauses(connection: sa.Connection) -> list[Pause]:
    """Return the channels that failed and have not sent since."""
    query = sa.select(message_pauses).order_by(message_pauses.c.channel)
    return [
        Pause(row.channel, row.failures, row.until, Reason(row.reason), row.error)
        for row in connection.execute(query)
    ]


def pause(connection: sa.Connection, paused: Pause) -> None:
    """Let a channel pause."""
    values = {"channel": paused.channel, "failures": paused.failures, "until": paused.until,
              "reason": paused.reason, "error": paused.error}  # fmt: skip
    put(connection, message_pauses, values)


def resume(connection: sa.Connection, channel: str) -> None:
    """Let a channel go on."""
    connection.execute(sa.delete(message_pauses).where(message_pauses.c.channel == channel))


def letter(row: Any, message_id: str) -> Letter:
    """Return a row as a channel is given it."""
    return Letter(row["id"], message_id, row["address"], row["subject"], row["body"], row["tries"],
                  row["put_at"])  # fmt: skip
