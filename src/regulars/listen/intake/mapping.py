"""From a call of the tracking API to an event, the facts in it, or the reason of a refusal."""

from __future__ import annotations

import hashlib
import uuid
from functools import lru_cache

import msgspec

from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.listen.identities.model import email_is_sound
from regulars.listen.intake import columns, facts, timing, wire
from regulars.listen.intake.commerce import filled
from regulars.listen.intake.fields import LONGEST_ID, Sender, Who, read_id, unreadable
from regulars.listen.intake.model import NOTHING, Arrival, RefusalReason, Refused, Row
from regulars.listen.intake.wire import Id, Message
from regulars.timeline import vocabulary
from regulars.timeline.event import ACTORS
from regulars.timeline.identity import BLANK

LONGEST_NAME = 200
KEPT_PAYLOAD = 8_192
"""Bytes of a refused event that are kept, to see what was wrong with it."""
SAYING = ("track", *columns.VIEWS)
"""Calls that say something in their properties."""
OF_US = {"identify": "Identified", "alias": "Identity Aliased", "group": "Group Joined"}
NAMES = {**OF_US, **columns.VIEWS}
"""Names of the events that calls become; one of `track` has its own."""


def read(
    raw: msgspec.Raw, sender: Sender, call: str | None = None, message: Message | None = None
) -> Arrival:
    """Return one call as an arrival; never raises for what the sender wrote.

    `call` is the name of the endpoint, None within a batch, where each says its `type`; `message`
    is the call where it has been decoded together with others.
    """
    arrival = Arrival("", sender.key.source, kind=call or "")
    try:
        if len(raw) > sender.event_bytes:
            raise Refused(
                "intake.event_too_large", "event", wire.too_large(sender.event_bytes).message
            )
        if message is None:
            message = wire.decode_message(raw)
        _read_into(arrival, message, raw, sender, call)
    except wire.UNREADABLE as error:
        _refuse(arrival, unreadable(error, wire.field_of(error)).reason, raw, message, sender)
    except Refused as refused:
        _refuse(arrival, refused.reason, raw, message, sender)
    except RegularsError as error:  # a rule below that says no: of identities, of profiles
        field = str(error.details.get("field", "event"))
        _refuse(arrival, RefusalReason(error.code, field, error.message), raw, message, sender)
    return arrival


def _refuse(
    arrival: Arrival,
    reason: RefusalReason,
    raw: msgspec.Raw,
    message: Message | None,
    sender: Sender,
) -> None:
    """Keep the reason. The payload is kept only under identities by which it can be erased."""
    arrival.row, arrival.reason = None, reason
    arrival.ties, arrival.traits = (), NOTHING
    if message is None:
        message = wire.outline(raw) if len(raw) <= sender.event_bytes else Message()
    arrival.message_id = arrival.message_id or _shown(message.message_id)
    arrival.kind = arrival.kind or (message.type or "")[:20]
    arrival.identities = _identities_named(message, sender)
    if arrival.identities:
        arrival.payload = bytes(raw)[:KEPT_PAYLOAD]


def _shown(value: Id) -> str:
    return "" if value is None else str(value).strip().replace("\0", "")[:LONGEST_ID]


def _identities_named(message: Message, sender: Sender) -> list[str]:
    """Return whom a call names; an id that is an e-mail address names also whoever has that."""
    named = (
        ("user", message.user_id),
        ("anonymous", message.anonymous_id),
        ("user", message.previous_id),
        ("anonymous", message.previous_id),
    )
    given = [(kind, str(value).strip(BLANK)) for kind, value in named if value is not None]
    given += [("email", value) for _kind, value in given if email_is_sound(value)]
    ids = [sender.identities.of(kind, value) for kind, value in given if value]
    return [one for one in ids if one is not None] + facts.addresses(message, sender)


def _read_into(
    arrival: Arrival, message: Message, raw: msgspec.Raw, sender: Sender, call: str | None
) -> None:
    arrival.message_id = read_id(message.message_id, "messageId") or _own_id(message, raw, sender)
    call = call or message.type or ""
    if call not in wire.CALLS:
        calls = ", ".join(wire.CALLS)
        raise Refused(
            "intake.type", "type", Text(f"The type is one of {calls}.", f"类型只能是 {calls}。")
        )
    arrival.kind = call
    who = sender.identities.who(message.user_id, message.anonymous_id)
    row = _row(arrival.message_id, call, who, message, sender)
    arrival.user_id = who.user
    if who.user is None or who.device_id is not None:
        arrival.nobodies = who.nobodies()
    if call in SAYING:
        columns.promote(row, call, message, sender)
    elif call == "group":
        row.properties = facts.group(message)
    elif call == "alias":
        arrival.ties = facts.alias_ties(message, sender)
    else:
        facts.identify(arrival, who, message, sender)
    arrival.row = row


def _own_id(message: Message, raw: msgspec.Raw, sender: Sender) -> str:
    """Return an id where the sender gives none: a repeated post doubles nothing if it is timed."""
    if message.timestamp is None and message.original_timestamp is None:
        return str(uuid.uuid4())
    content = hashlib.blake2b(bytes(raw), digest_size=16, key=sender.key.source.encode()[:64])
    return content.hexdigest()


def _row(message_id: str, call: str, who: Who, message: Message, sender: Sender) -> Row:
    name, actor = _named(call, "" if message.event is None else message.event.strip())
    when, received = _occurred(message, sender), sender.received_at
    context = message.context or sender.context
    claimed: object = message.actor
    if claimed is None and context is not None:
        claimed = context.actor
    if claimed is not None:
        actor = _actor(claimed, sender)
    known = when if sender.history else received
    row = Row(message_id, who.user or who.device, actor, when, received, known, name)
    row.source = sender.key.source
    return row


@lru_cache(maxsize=10_000)
def _named(call: str, event: str) -> tuple[str, str]:
    """Return the name of a call's event, and its actor where none is given."""
    name = _sound(event) if call == "track" else NAMES[call]
    return name, "system" if call in OF_US else vocabulary.OURS.get(name, "customer")


def _sound(name: str) -> str:
    if not name or len(name) > LONGEST_NAME or "\0" in name or wire.CUT in name:
        raise Refused(
            "intake.event",
            "event",
            Text(
                f"Name the event in 1 to {LONGEST_NAME} whole characters.",
                f"事件名称须为 1 至 {LONGEST_NAME} 个完整字符。",
            ),
        )
    return name


def _occurred(message: Message, sender: Sender) -> int:
    stamp, where = message.original_timestamp, "originalTimestamp"
    if stamp is None or filled(stamp) is None:
        stamp, where = message.timestamp, "timestamp"
        if stamp is None or filled(stamp) is None:
            return sender.received_at
    sent_at = sender.sent_at
    if sent_at is None and (own := message.sent_at) is not None and filled(own) is not None:
        sent_at = timing.moment(own, "sentAt")
    when = timing.moment(stamp, where)
    if sent_at is None and when <= sender.received_at:
        return when
    return timing.occurred(when, sent_at, sender.received_at)


def _actor(claimed: object, sender: Sender) -> str:
    if claimed not in ACTORS or claimed not in sender.key.actors:
        allowed = ", ".join(sorted(sender.key.actors))
        raise Refused(
            "intake.actor",
            "actor",
            Text(f"This key may send as {allowed} only.", f"此密钥只能以 {allowed} 的身份发送。"),
        )
    return str(claimed)
