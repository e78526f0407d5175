"""The verbs of the outbox: put, deliver, decide, try out, tidy."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog

from regulars.act.messages import channel as channels
from regulars.act.messages import delivering, queries
from regulars.act.messages.model import (
    CANCELLABLE,
    KEEP,
    LONGEST_ADDRESS,
    LONGEST_KEY,
    RESENDABLE,
    Message,
    MessageState,
    Overview,
    Purpose,
    Reason,
    Tried,
    said,
)
from regulars.company.audit.service import record
from regulars.company.rights.model import Principal
from regulars.kit import clock
from regulars.kit.errors import Conflict, Invalid, NotFound, Unavailable
from regulars.kit.text import Text
from regulars.timeline import bell, identity, inbox, settling
from regulars.timeline.erasure import erasable
from regulars.timeline.lease import lease
from regulars.timeline.workspace import Workspace

log = structlog.get_logger(__name__)
EMAIL = "email"
LEASE = "messages"
"""Who holds it sends; whatever somebody else was sending then is uncertain."""
TEST_STALE, TEST_PATIENCE = timedelta(minutes=10), 30.0
TEST_SUBJECT = Text("Test email", "测试邮件")
TEST_WORDS = Text("Email from {name} arrives here.", "{name} 的邮件可以送达此地址。")


def put(ws: Workspace, connection: sa.Connection, message: Message, *, now: datetime) -> int | None:
    """Let a message wait, in the caller's transaction; return its number.

    A message of its key that is known already stands, and nothing is added; None where its person
    was erased. Raises Conflict where the one that is known says something else, Invalid where
    there is no such channel, or it cannot send to the address.
    """
    _check(message)
    if message.person and inbox.erased_among(ws, connection, {message.person}):
        return None
    fingerprint = _fingerprint(ws, message)
    recipients = identity.known_as(ws, "email", message.address)
    number = queries.add(
        connection, key=message.key, fingerprint=fingerprint, purpose=str(message.purpose),
        channel=message.channel, person=message.person,
        recipient=recipients[0] if recipients else None, address=message.address,
        subject=message.subject, body=message.text, state=MessageState.QUEUED, tries=0,
        put_at=now, next_at=now, stale_at=now + message.stale_after, changed_at=now,
    )  # fmt: skip
    if number is not None:
        bell.ring(connection)
        return number
    number, known = queries.of_key(connection, message.key)
    if known not in (None, fingerprint):
        raise Conflict(
            "messages.key",
            Text(
                f"Another message has the key “{message.key}” already.",
                f"另一条消息已使用键“{message.key}”。",
            ),
            field="key",
        )
    return number


def reaches(channel: str, address: str) -> bool:
    """Tell whether a channel can send to an address."""
    return len(address) <= LONGEST_ADDRESS and channels.every().get(channel).reaches(address)


def is_set_up(ws: Workspace, channel: str) -> bool:
    """Tell whether a channel has something to send through."""
    return channels.every().get(channel).is_set_up(ws.settings)


def _check(message: Message) -> None:
    if not reaches(message.channel, message.address):
        raise Invalid(
            "messages.address",
            Text(
                f"“{message.address}” is no address to send to.",
                f"“{message.address}”不是可发送的地址。",
            ),
            field="address",
        )
    one_line = message.subject.splitlines() in ([], [message.subject])
    if not 0 < len(message.key) <= LONGEST_KEY or not one_line:
        raise Invalid(
            "messages.message",
            Text("A message needs a key, and a subject of one line.", "消息需要键，主题须为一行。"),
        )


def _fingerprint(ws: Workspace, message: Message) -> str:
    parts = (message.channel, message.address, message.subject, message.text)
    return ws.keyed_hash("message", msgspec.json.encode(parts).decode())


def deliver(ws: Workspace, *, now: datetime) -> int:
    """Send what is due; return how many messages the servers took.

    One process sends at a time: where another does, nothing happens. What its predecessor was
    sending when it died becomes uncertain first, and what is too old is given up. At most
    `delivering.MOST` messages of a channel are sent at a call: whoever gets more than 0 calls
    again.
    """
    ready = [one for one in channels.every().values() if one.is_set_up(ws.settings)]
    with ws.database.reading() as connection:
        if not queries.has_work(connection, now, [one.name for one in ready]):
            return 0
    worker = secrets.token_hex(16)
    try:
        with lease(ws.database, LEASE, patience=0.0):
            paused = _take_over(ws, now)
            return sum(
                delivering.deliver(ws, channel, worker=worker, now=now)
                for channel in ready
                if channel.name not in paused
            )
    except Unavailable as error:
        if error.code != "lease.busy":
            raise
        return 0


def _take_over(ws: Workspace, now: datetime) -> set[str]:
    """Judge what the one before has left, and what is too old; return the channels that pause."""
    with ws.database.transaction() as connection:
        uncertain = queries.abandon(connection, now)
        stale = queries.expire(connection, now)
        paused = {one.channel for one in queries.pauses(connection) if one.until > now}
    if uncertain or stale:
        log.warning("messages.not_sent", uncertain=uncertain, stale=stale)
    return paused


def due_at(ws: Workspace) -> datetime | None:
    """Return when `deliver` has something to do next; None while nothing waits."""
    with ws.database.reading() as connection:
        return queries.next_due(connection)


def matching(state: str | None = None, purpose: str | None = None) -> sa.Select[Any]:
    """Return the messages of a state and purpose as a query, for a list that cuts it."""
    return queries.matching(state, purpose)


def overview(ws: Workspace) -> Overview:
    """Return how many messages stand in each state, and what keeps channels from sending."""
    with ws.database.reading() as connection:
        counts, pauses = queries.counts(connection), queries.pauses(connection)
    every = channels.every().values()
    return Overview(counts, pauses, [one.name for one in every if not one.is_set_up(ws.settings)])


def waiting(ws: Workspace, purpose: Purpose) -> tuple[int, Text | None]:
    """Return how many messages of a purpose wait, and why, where something keeps them."""
    with ws.database.reading() as connection:
        count = queries.counts(connection, purpose).get(MessageState.QUEUED, 0)
        if not count:
            return 0, None
        pauses, refused = queries.pauses(connection), queries.newest_error(connection, purpose)
    if pauses:
        return count, pauses[0].words
    return count, said(*refused) if refused else None


def resend(ws: Workspace, number: str, caller: Principal, *, now: datetime) -> None:
    """Let a message go that is uncertain, failed or held, as if it were put now.

    Raises NotFound; Conflict where it is in another state, or what it said is erased.
    """
    with ws.database.transaction() as connection:
        row = _must(connection, number)
        if row["address"] is None:
            raise Conflict(
                "messages.erased",
                Text("What it said is erased: it cannot be sent.", "其内容已清除，无法发送。"),
            )
        life = row["stale_at"] - row["put_at"]
        _decide(
            ws, connection, row, caller, "resent", states=RESENDABLE, state=MessageState.QUEUED,
            tries=0, next_at=now, stale_at=now + life, changed_at=now, reason=None, error=None,
            worker=None,
        )  # fmt: skip
        bell.ring(connection)


def cancel(ws: Workspace, number: str, caller: Principal, *, now: datetime) -> None:
    """Let a message not be sent (again): one that waits, is uncertain, failed or held.

    Raises NotFound, Conflict where it is in another state.
    """
    with ws.database.transaction() as connection:
        _decide(
            ws, connection, _must(connection, number), caller, "cancelled", states=CANCELLABLE,
            state=MessageState.CANCELLED, changed_at=now, reason=Reason.DECIDED, error=None,
        )  # fmt: skip


def _must(connection: sa.Connection, number: str) -> sa.RowMapping:
    plain = number.isascii() and number.isdigit() and len(number) < 19
    row = queries.one(connection, int(number)) if plain else None
    if row is None:
        raise NotFound("messages.message", Text("There is no such message.", "没有这条消息。"))
    return row


def _decide(
    ws: Workspace, connection: sa.Connection, row: sa.RowMapping, caller: Principal, done: str,
    *, states: frozenset[MessageState], **values: Any,
) -> None:  # fmt: skip
    if not queries.decide(connection, row["id"], states, **values):
        raise Conflict(
            "messages.state",
            Text(
                "This message is not in a state in which that can be done; look again.",
                "该消息当前的状态不允许此操作，请刷新查看。",
            ),
        )
    record(ws, connection, caller, f"messages.{done}", str(row["id"]), before=row["state"])


def try_out(ws: Workspace, address: str, caller: Principal, *, now: datetime) -> Tried:
    """Send a test mail now, whatever pauses; return what the server said when it took it.

    Raises Unavailable with the reason where it did not, Invalid for an address that is none.
    """
    if not is_set_up(ws, EMAIL):
        raise Unavailable("messages.unset", UNSET)
    language = caller.language or ws.settings.workspace.languages[0]
    words = TEST_WORDS.format(name=ws.settings.workspace.name)
    test = Message(
        f"test {secrets.token_hex(16)}", Purpose.TEST, EMAIL, address,
        TEST_SUBJECT.in_(language), words.in_(language), TEST_STALE,
    )  # fmt: skip
    with lease(ws.database, LEASE, patience=TEST_PATIENCE):
        _take_over(ws, now)
        with ws.database.transaction() as connection:
            number = put(ws, connection, test, now=now)
            record(ws, connection, caller, "messages.tested", address)
        delivering.deliver(
            ws, channels.every().get(EMAIL), worker=secrets.token_hex(16), now=now, only=number
        )
        return _tried(ws, str(number), now)


def _tried(ws: Workspace, number: str, now: datetime) -> Tried:
    """Return the receipt of a test; it is not tried again. Raises Unavailable with the reason."""
    with ws.database.transaction() as connection:
        row = _must(connection, number)
        queries.decide(
            connection, row["id"], {MessageState.QUEUED}, state=MessageState.FAILED, changed_at=now
        )
        pauses = queries.pauses(connection)
    if row["state"] == MessageState.SENT:
        return Tried(str(row["receipt"]))
    reason = said(row["reason"], row["error"]) or (pauses[0].words if pauses else None)
    if reason is None:
        reason = Text("it is not known why", "原因未知")
    raise Unavailable(
        "messages.test",
        Text(f"The test email was not sent: {reason.en}", f"测试邮件未发送：{reason.zh}"),
    )


UNSET = Text(
    "Email is not set up: add [mail] with a host to regulars.toml, then start again.",
    "未启用邮件：请在 regulars.toml 中写入 [mail] 及 host，然后重新启动。",
)


def prune(ws: Workspace, *, now: datetime) -> int:
    """Delete what is done with for longer than `KEEP`; return how many messages."""
    with ws.database.transaction() as connection:
        return queries.prune(connection, now - KEEP)


@settling.after_restore("messages")
def hold(_ws: Workspace, connection: sa.Connection, now: datetime) -> int:
    """Send nothing that waited when the backup was made: it may have gone since."""
    return queries.hold(connection, now) + queries.abandon(connection, now)


@erasable("messages")
def _forget(_ws: Workspace, connection: sa.Connection, identities: frozenset[str]) -> int:
    return queries.forget(connection, identities, clock.now())
