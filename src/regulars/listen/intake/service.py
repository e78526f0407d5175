"""Take events in: durable, once each, with what they say about people; tell what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from regulars.kit.errors import NotFound
from regulars.kit.text import Text
from regulars.listen.identities import service as identities
from regulars.listen.identities.service import Observed
from regulars.listen.intake import queries
from regulars.listen.intake.model import ERASED, Arrival, RefusalReason, Verdict, to_table
from regulars.listen.intake.queries import Refusal
from regulars.listen.profiles import service as profiles
from regulars.listen.profiles.model import Value
from regulars.timeline import inbox, seen
from regulars.timeline.erasure import counted, erasable
from regulars.timeline.event import event_hash
from regulars.timeline.nobody import plain as plain_value
from regulars.timeline.workspace import Workspace

LONGEST_WORD = 40
"""Characters of a value that names nobody under which it is counted."""
MAX_KEPT = 200
"""Refusals of one request that are kept; of the others one row says how many there were."""
Judged = tuple[Arrival, Verdict]


def store(
    workspace: Workspace,
    arrivals: Sequence[Arrival],
    now: datetime,
    *,
    sizes: Sequence[int] | None = None,
) -> list[Verdict]:
    """Make arrivals durable in one transaction; when it returns they are, and told in order.

    Links and profile values of an event are kept together with it, and only when it is new.
    `sizes` says how many arrivals each request brought, in their order; None: they are one's.
    """
    rows = [arrival.row for arrival in arrivals if arrival.row is not None]
    table = to_table(rows) if rows else None
    with workspace.database.transaction() as connection:
        told = []
        if table is not None:
            receipt = inbox.append(workspace, connection, table, now=now)
            told = _told(receipt)
        verdicts = told if len(rows) == len(arrivals) else _with_refusals(arrivals, told)
        more = [
            (arrival, verdict)
            for arrival, verdict in zip(arrivals, verdicts, strict=True)
            if verdict is not True or arrival.ties or arrival.traits or arrival.nobodies
        ]
        if more:  # most events only happened
            _keep_facts(workspace, connection, more)
            _count_nobodies(connection, more, now)
            _keep_repeats(connection, more, now)
            _keep_refusals(workspace, connection, _refused(arrivals, verdicts, sizes), now)
    return verdicts


def _told(receipt: inbox.Receipt) -> list[Verdict]:
    if not any(receipt.refused):
        return list(receipt.fresh)
    pairs = zip(receipt.fresh, receipt.refused, strict=True)
    return [ERASED if erased else fresh for fresh, erased in pairs]


def _with_refusals(arrivals: Sequence[Arrival], told: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts on all arrivals, of which those that could be read are told."""
    rest = iter(told)
    return [next(rest) if one.reason is None else one.reason for one in arrivals]


def _keep_facts(workspace: Workspace, connection: sa.Connection, judged: Sequence[Judged]) -> None:
    ties: list[Observed] = []
    values: list[Value] = []
    for arrival, verdict in judged:
        row, source = arrival.row, arrival.source
        if verdict is not True or row is None or not (arrival.ties or arrival.traits):
            continue
        at, known_at = moment(row.occurred_at), moment(row.known_at)
        ties += [
            Observed(
                tie.left_id,
                tie.right_id,
                tie.kind,
                source,
                at,
                known_at,
                tie.through_id,
                arrival.user_id,
                tie.former_id,
            )
            for tie in arrival.ties
        ]
        values += [
            Value(str(row.identity_id), name, source, value, at)
            for name, value in arrival.traits.items()
        ]
    if ties:
        identities.observe(workspace, connection, ties)
    if values:
        profiles.keep(workspace, connection, values)


def _count_nobodies(connection: sa.Connection, judged: Sequence[Judged], now: datetime) -> None:
    """Count, by source and value, the new events in which a value names nobody."""
    counted = Counter(
        (arrival.source, kind, plain_value(value)[:LONGEST_WORD])
        for arrival, verdict in judged
        if verdict is True
        for kind, value in arrival.nobodies
    )
    if counted:
        queries.count_nobodies(connection, counted, now)


def _keep_repeats(connection: sa.Connection, judged: Sequence[Judged], now: datetime) -> None:
    repeated = [event_hash(arrival.message_id) for arrival, verdict in judged if verdict is False]
    if repeated:
        queries.note_repeats(connection, repeated, now)


def _refused(
    arrivals: Sequence[Arrival], verdicts: Sequence[Verdict], sizes: Sequence[int] | None
) -> list[tuple[Arrival, RefusalReason]]:
    """Return the refusals to keep: the first of each request, and how many more it had."""
    pairs = zip(arrivals, verdicts, strict=True)
    stored: list[tuple[Arrival, RefusalReason]] = []
    for size in sizes or [len(arrivals)]:
        theirs = [(one, why) for one, why in islice(pairs, size) if isinstance(why, RefusalReason)]
        stored += theirs[:MAX_KEPT]
        if (more := len(theirs) - MAX_KEPT) > 0:
            stored.append((Arrival("", theirs[0][0].source, None, kind="batch"), _and_more(more)))
    return stored


def _and_more(count: int) -> RefusalReason:
    return RefusalReason(
        "intake.more_refused",
        "batch",
        Text(
            f"{count} more events of the same request were refused.",
            f"同一请求中另有 {count} 个事件被拒收。",
        ),
    )


def _keep_refusals(
    workspace: Workspace,
    connection: sa.Connection,
    refused: Sequence[tuple[Arrival, RefusalReason]],
    now: datetime,
) -> None:
    if refused:
        _drop_erased(workspace, connection, [arrival for arrival, _reason in refused])
        queries.insert_refusals(connection, refused, now)


def _drop_erased(
    workspace: Workspace, connection: sa.Connection, refused: Iterable[Arrival]
) -> None:
    """Leave out the payload of refused events that name an erased person."""
    inbox.lock_inbox(connection)
    named = {one for arrival in refused for one in arrival.identities}
    erased = inbox.erased_among(workspace, connection, named)
    for arrival in refused:
        if erased.intersection(arrival.identities):
            arrival.payload, arrival.identities = b"", ()


def moment(micros: int) -> datetime:
    """Return microseconds since 1970 as an aware moment, exact."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


@dataclass(frozen=True, slots=True)
class EventReceipt:
    """What became of a message id.

    `accepted_on` is the day (UTC) it was taken in, None when it was not; `repeats` how often it
    came again and `repeated_at` when last; `refusals` what was refused under this id.
    """

    message_id: str
    accepted_on: datetime | None
    repeats: int
    repeated_at: datetime | None
    refusals: tuple[Refusal, ...]

    @property
    def status(self) -> str:
        """accepted: on the timeline, once; refused: never taken in."""
        return "accepted" if self.accepted_on else "refused"


def receipt(workspace: Workspace, message_id: str) -> EventReceipt:
    """Return the receipt of one event; raises NotFound when the id was not seen in the window."""
    hashed = event_hash(message_id)
    with workspace.database.reading() as connection:
        seen_on = seen.seen_on(connection, message_id)
        again = queries.repeats_of(connection, hashed)
        refused = tuple(queries.refusals(connection, message_id=message_id))
    if seen_on is None and not refused:
        days = workspace.settings.intake.remember_days
        raise NotFound(
            "intake.unknown_message",
            Text(
                f"No event with this id came in during the last {days} days.",
                f"最近 {days} 天内没有收到该编号的事件。",
            ),
            messageId=message_id,
        )
    times, last = again or (0, None)
    return EventReceipt(message_id, seen_on, times, last, refused)


def refusals(workspace: Workspace, *, before: int | None = None, limit: int = 50) -> list[Refusal]:
    """Return the newest refused events; `before` a refusal's id gives the next page."""
    with workspace.database.reading() as connection:
        return queries.refusals(connection, before=before, limit=limit)


def nobodies(workspace: Workspace, *, now: datetime) -> list[tuple[str, str, str, int]]:
    """Return (source, kind, value, events) of values that named nobody within the window."""
    since = now - timedelta(days=workspace.settings.intake.remember_days)
    with workspace.database.reading() as connection:
        return queries.nobodies(connection, since.date())


def forget_old(workspace: Workspace, now: datetime) -> int:
    """Delete refusals and repeats older than the declared window; return the rows gone."""
    oldest = now - timedelta(days=workspace.settings.intake.remember_days)
    with workspace.database.transaction() as connection:
        return queries.forget_before(connection, oldest)


def plain(reason: RefusalReason, language: str) -> dict[str, Any]:
    """Return a reason as the API shows it."""
    return {"code": reason.code, "field": reason.field, "message": reason.message.in_(language)}


@counted("refused events")
def held(_workspace: Workspace, connection: sa.Connection, wanted: frozenset[str]) -> int:
    """Count the refused events that name one of the identities."""
    return queries.count_naming(connection, sorted(wanted))


@erasable("refused events")
def forget(workspace: Workspace, connection: sa.Connection, wanted: frozenset[str]) -> int:
    """Delete the refused events that name one of the identities."""
    return queries.forget_identities(connection, sorted(wanted))
