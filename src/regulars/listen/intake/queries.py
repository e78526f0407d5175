"""SQL of intake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from regulars.kit.text import Text
from regulars.listen.intake.model import Arrival, RefusalReason
from regulars.listen.intake.tables import (
    intake_nobodies,
    intake_refusal_people,
    intake_refusals,
    intake_repeats,
)
from regulars.store.database import upsert

CHUNK = 400


@dataclass(frozen=True, slots=True)
class Refusal:
    """One event that was refused."""

    id: int
    message_id: str
    source: str
    call: str
    reason: RefusalReason
    payload: bytes | None
    refused_at: datetime


def insert_refusals(
    connection: sa.Connection, refused: Iterable[tuple[Arrival, RefusalReason]], now: datetime
) -> None:
    """Keep refused events (at least one): arrival, reason; without identities, without payload.

    The caller holds the inbox's lock, so that the newest rows are these, in their order.
    """
    pairs = list(refused)
    number = intake_refusals.c.id
    before = connection.execute(sa.select(sa.func.coalesce(sa.func.max(number), 0))).scalar_one()
    rows = [_refusal_row(arrival, reason, now) for arrival, reason in pairs]
    connection.execute(sa.insert(intake_refusals), rows)
    newest = sa.select(number).where(number > before).order_by(number)
    numbers = connection.execute(newest).scalars()
    owners = [
        {"refusal_id": number, "identity_id": one}
        for number, (arrival, _reason) in zip(numbers, pairs, strict=True)
        for one in set(arrival.identities)
    ]
    if owners:
        connection.execute(sa.insert(intake_refusal_people), owners)


def _refusal_row(arrival: Arrival, reason: RefusalReason, now: datetime) -> dict[str, object]:
    return {
        "message_id": arrival.message_id,
        "source": arrival.source,
        "call": _storable(arrival.kind)[:20],
        "code": reason.code,
        "field": _storable(reason.field)[:300],
        "message_en": _storable(reason.message.en)[:1000],
        "message_zh": _storable(reason.message.zh)[:1000],
        "payload": arrival.payload if arrival.identities else None,
        "refused_at": now,
    }


def _storable(words: str) -> str:
    """Return the text without NUL characters: one would spoil the whole group on PostgreSQL."""
    return words.replace("\0", "")


def count_nobodies(
    connection: sa.Connection, counted: Mapping[tuple[str, str, str], int], now: datetime
) -> None:
    """Add to the counts by (source, kind, value) of the day."""
    statement = upsert(connection, intake_nobodies)
    more = intake_nobodies.c.events + statement.excluded.events
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["day", "source", "kind", "word"], set_={"events": more}
        ),
        [
            {"day": now.date(), "source": source, "kind": kind, "word": word, "events": events}
            for (source, kind, word), events in sorted(counted.items())
        ],
    )


def nobodies(connection: sa.Connection, since: date) -> list[tuple[str, str, str, int]]:
    """Return (source, kind, value, events) since a day, the most frequent first."""
    columns = intake_nobodies.c
    total = sa.func.sum(columns.events)
    query = (
        sa.select(columns.source, columns.kind, columns.word, total)
        .where(columns.day >= since)
        .group_by(columns.source, columns.kind, columns.word)
        .order_by(total.desc(), columns.source, columns.kind, columns.word)
    )
    return [(row[0], row[1], row[2], int(row[3])) for row in connection.execute(query)]


def note_repeats(connection: sa.Connection, hashes: Sequence[bytes], now: datetime) -> None:
    """Count that events we have were sent again."""
    statement = upsert(connection, intake_repeats)
    times = intake_repeats.c.times + 1
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["event_hash"], set_={"times": times, "last_at": now}
        ),
        [{"event_hash": one, "times": 1, "last_at": now} for one in hashes],
    )


def repeats_of(connection: sa.Connection, event_hash: bytes) -> tuple[int, datetime] | None:
    """Return how often an event was sent again, and when last."""
    columns = intake_repeats.c
    query = sa.select(columns.times, columns.last_at).where(columns.event_hash == event_hash)
    row = connection.execute(query).first()
    return (row[0], row[1]) if row else None


def refusals(
    connection: sa.Connection,
    *,
    message_id: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Refusal]:
    """Return refused events, newest first: of one message id, or a page before an id."""
    query = sa.select(intake_refusals).order_by(intake_refusals.c.id.desc()).limit(limit)
    if message_id is not None:
        query = query.where(intake_refusals.c.message_id == message_id)
    if before is not None:
        query = query.where(intake_refusals.c.id < before)
    return [_refusal(row) for row in connection.execute(query)]


def _refusal(row: sa.Row[tuple[object, ...]]) -> Refusal:
    reason = RefusalReason(row.code, row.field, Text(row.message_en, row.message_zh))
    return Refusal(
        row.id, row.message_id, row.source, row.call, reason, row.payload, row.refused_at
    )


def forget_before(connection: sa.Connection, oldest: datetime) -> int:
    """Delete what is older; return how many rows."""
    old = intake_refusals.c.refused_at < oldest
    gone = _delete_refusals(connection, sa.select(intake_refusals.c.id).where(old))
    connection.execute(sa.delete(intake_nobodies).where(intake_nobodies.c.day < oldest.date()))
    gone += connection.execute(
        sa.delete(intake_repeats).where(intake_repeats.c.last_at < oldest)
    ).rowcount
    return gone


def count_naming(connection: sa.Connection, identities: Sequence[str]) -> int:
    """Return how many refused events name one of the identities."""
    found: set[int] = set()
    for start in range(0, len(identities), CHUNK):
        some = list(identities[start : start + CHUNK])
        found.update(connection.execute(_naming(some)).scalars())
    return len(found)


def _naming(identities: Sequence[str]) -> sa.Select[int]:
    people = intake_refusal_people.c
    return sa.select(people.refusal_id).where(people.identity_id.in_(identities))


def forget_identities(connection: sa.Connection, identities: Sequence[str]) -> int:
    """Delete the refused events that name one of the identities; return how many."""
    gone = 0
    for start in range(0, len(identities), CHUNK):
        some = list(identities[start : start + CHUNK])
        gone += _delete_refusals(connection, _naming(some))
    return gone


def _delete_refusals(connection: sa.Connection, chosen: sa.Select[int]) -> int:
    return connection.execute(
        sa.delete(intake_refusals).where(intake_refusals.c.id.in_(chosen))
    ).rowcount
