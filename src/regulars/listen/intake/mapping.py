"""From a call of the tracking API to an event, the facts in it, or the reason of a refusal."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from regulars.company.keys.model import WriteKey
from regulars.kit.text import Text
from regulars.listen.identities.model import email_names_someone, phone_names_someone
from regulars.listen.intake import commerce, feedback, timing, wire
from regulars.listen.intake.model import Arrival, Reason, Refused, Row, Tie
from regulars.listen.intake.wire import Context, Id, Message
from regulars.listen.profiles.model import canonical
from regulars.store.workspace import Store
from regulars.timeline import vocabulary
from regulars.timeline.event import ACTORS
from regulars.timeline.identity import identity_id

LONGEST_ID = 300
LONGEST_NAME = 200
KEPT_PAYLOAD = 8_192
"""Bytes of a refused event that are kept, to see what was wrong with it."""
NAMES = {"identify": "Identified", "alias": "Identity Aliased", "group": "Group Joined"}
VIEWS = {"page": vocabulary.PAGE_VIEWED, "screen": "Screen Viewed"}
OURS = frozenset(
    {
        vocabulary.ORDER_APPROVED,
        vocabulary.ORDER_SHIPPED,
        vocabulary.ORDER_DELIVERED,
        vocabulary.SURVEY_SHOWN,
        vocabulary.CALL_ANSWERED,
        vocabulary.CASE_ASSIGNED,
        vocabulary.CASE_ANSWERED,
        vocabulary.CASE_PLAN_GIVEN,
        vocabulary.CASE_SOLVED,
        vocabulary.CASE_CLOSED,
    }
)
"""Acts of ours: without a declared actor they are the system's, never customer activity."""
LIBRARY_CHANNELS = (
    ("javascript", "web"),
    ("analytics.js", "web"),
    ("ios", "app"),
    ("android", "app"),
    ("swift", "app"),
    ("kotlin", "app"),
    ("flutter", "app"),
    ("react-native", "app"),
)
PLAIN = {
    "channel": "channel",
    "touchpoint": "touchpoint",
    "session_id": "session_id",
    "sessionId": "session_id",
    "place": "place",
    "place_id": "place",
    "store_id": "place",
    "order_id": "order_id",
    "orderId": "order_id",
    "case_id": "case_id",
    "ticket_id": "case_id",
}
"""Properties that are columns as they stand; the one named like its column counts first."""
PLATFORM_CHANNELS = {"web": "web", "browser": "web", "mobile": "app", "app": "app"}


class Identities:
    """Identity ids of one workspace, the latest of them remembered."""

    def __init__(self, store: Store) -> None:
        self.of = lru_cache(maxsize=50_000)(lambda kind, value: identity_id(store, kind, value))


@dataclass(frozen=True, slots=True)
class Sender:
    """Who posts, and what their body says about all of its events. Moments in microseconds."""

    key: WriteKey
    identities: Identities
    currency: str
    event_bytes: int
    received_at: int
    sent_at: int | None = None
    context: Context | None = None
    history: bool = False


def read(raw: msgspec.Raw, sender: Sender, call: str | None = None) -> Arrival:
    """Return one call as an arrival; never raises for what the sender wrote.

    `call` is the name of the endpoint, None within a batch, where each says its `type`.
    """
    arrival = Arrival("", sender.key.source, kind=call or "")
    message: Message | None = None
    try:
        if len(raw) > sender.event_bytes:
            raise Refused(
                "intake.event_too_large", "event", wire.too_large(sender.event_bytes).message
            )
        message = wire.decode_message(raw)
        _read_into(arrival, message, raw, sender, call)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        text = Text(f"Cannot be read: {error}.", f"无法读取：{error}。")
        _refuse(
            arrival, Reason("intake.unreadable", wire.field_of(error), text), raw, message, sender
        )
    except Refused as refused:
        _refuse(arrival, refused.reason, raw, message, sender)
    return arrival


def _refuse(
    arrival: Arrival, reason: Reason, raw: msgspec.Raw, message: Message | None, sender: Sender
) -> None:
    """Keep the reason. The payload is kept only under identities by which it can be erased."""
    arrival.row, arrival.reason = None, reason
    arrival.ties, arrival.traits = [], {}
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
    named = (
        ("user", message.user_id),
        ("anonymous", message.anonymous_id),
        ("user", message.previous_id),
        ("anonymous", message.previous_id),
    )
    return [
        sender.identities.of(kind, str(value).strip())
        for kind, value in named
        if value is not None and str(value).strip()
    ]


def _read_into(
    arrival: Arrival, message: Message, raw: msgspec.Raw, sender: Sender, call: str | None
) -> None:
    arrival.message_id = _message_id(message, raw, sender)
    call = call or message.type or ""
    if call not in wire.CALLS:
        calls = ", ".join(wire.CALLS)
        raise Refused(
            "intake.type", "type", Text(f"The type is one of {calls}.", f"类型只能是 {calls}。")
        )
    arrival.kind = call
    context = message.context or sender.context or Context()
    row = _row(arrival.message_id, call, message, context, sender)
    if call in ("track", "page", "screen"):
        _promote(row, call, message, context, sender)
    elif call == "group":
        row.properties = _group(message)
    elif call == "alias":
        arrival.ties = _alias_ties(message, sender)
    else:
        _identify(arrival, row, message, context, sender)
    arrival.row = row


def _message_id(message: Message, raw: msgspec.Raw, sender: Sender) -> str:
    """Return the sender's id; else the content's hash, so that a repeated post doubles nothing."""
    given = _id(message.message_id, "messageId")
    if given is not None:
        return given
    if message.timestamp is None and message.original_timestamp is None:
        return str(uuid.uuid4())
    content = hashlib.blake2b(bytes(raw), digest_size=16, key=sender.key.source.encode()[:64])
    return content.hexdigest()


def _id(value: Id, where: str) -> str | None:
    if value is None:
        return None
    spelled = value.strip() if type(value) is str else str(value)
    if len(spelled) > LONGEST_ID or "\0" in spelled:
        raise Refused(
            "intake.id",
            where,
            Text(f"An id has at most {LONGEST_ID} characters.", f"编号最多 {LONGEST_ID} 个字符。"),
        )
    return spelled or None


def _row(message_id: str, call: str, message: Message, context: Context, sender: Sender) -> Row:
    user, anonymous = _id(message.user_id, "userId"), _id(message.anonymous_id, "anonymousId")
    if user is None and anonymous is None:
        raise Refused(
            "intake.identity",
            "userId",
            Text("An event needs a userId or an anonymousId.", "事件需要 userId 或 anonymousId。"),
        )
    name = _name(call, message)
    when = _occurred(message, sender)
    return Row(
        event_id=message_id,
        identity_id=sender.identities.of("user", user)
        if user is not None
        else sender.identities.of("anonymous", anonymous),
        actor=_actor(call, name, message, context, sender.key),
        occurred_at=when,
        received_at=sender.received_at,
        known_at=when if sender.history else sender.received_at,
        name=name,
        source=sender.key.source,
    )


def _name(call: str, message: Message) -> str:
    if call in NAMES:
        return NAMES[call]
    if call in VIEWS:
        return VIEWS[call]
    name = (message.event or "").strip()
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        raise Refused(
            "intake.event",
            "event",
            Text(
                f"Name the event in 1 to {LONGEST_NAME} characters.",
                f"事件名称须为 1 至 {LONGEST_NAME} 个字符。",
            ),
        )
    return name


def _occurred(message: Message, sender: Sender) -> int:
    stamp, where = message.timestamp, "timestamp"
    if message.original_timestamp is not None:
        stamp, where = message.original_timestamp, "originalTimestamp"
    if stamp is None:
        return sender.received_at
    sent_at = sender.sent_at
    if sent_at is None and message.sent_at is not None:
        sent_at = timing.moment(message.sent_at, "sentAt")
    return timing.occurred(timing.moment(stamp, where), sent_at, sender.received_at)


def _actor(call: str, name: str, message: Message, context: Context, key: WriteKey) -> str:
    claimed = message.actor if message.actor is not None else context.actor
    if claimed is None:
        return "system" if call in NAMES or name in OURS else "customer"
    if claimed not in ACTORS or claimed not in key.actors:
        allowed = ", ".join(sorted(key.actors))
        raise Refused(
            "intake.actor",
            "actor",
            Text(f"This key may send as {allowed} only.", f"此密钥只能以 {allowed} 的身份发送。"),
        )
    return str(claimed)


def _object(raw: msgspec.Raw, where: str) -> dict[str, Any]:
    """Return an object; nothing and null are an empty one."""
    if not len(raw):
        return {}
    read = wire.decode_any(raw)
    if read is None:
        return {}
    if not isinstance(read, dict):
        raise Refused("intake.object", where, Text("This must be an object.", "此处必须是对象。"))
    return read


def _promote(row: Row, call: str, message: Message, context: Context, sender: Sender) -> None:
    """Fill the typed columns from the properties, which stay as they came."""
    properties = _object(message.properties, "properties")
    if properties:
        row.properties = str(memoryview(message.properties), "utf-8")
        for key, value in properties.items():
            column = PLAIN.get(key)
            if column is not None and (key == column or getattr(row, column) is None):
                setattr(row, column, _word(value))
        if not commerce.KEYS.isdisjoint(properties):
            commerce.fill(row, properties, sender.currency)
        if not feedback.KEYS.isdisjoint(properties):
            feedback.fill(row, properties, context.locale)
    if row.channel is None:
        row.channel = _channel(call, message, context)
    if row.session_id is None:
        row.session_id = _word(context.session_id)
    if call in VIEWS:
        _name_view(row, message, properties)


def _name_view(row: Row, message: Message, properties: Mapping[str, Any]) -> None:
    named = {"name": message.name, "category": message.category}
    added = {key: value for key, value in named.items() if value and key not in properties}
    if added:
        row.properties = msgspec.json.encode({**properties, **added}).decode()


def _word(value: Any) -> str | None:
    """Return a short text; a number as its text; None for anything else."""
    if type(value) is not str:
        if type(value) is not int and type(value) is not float:
            return None
        value = str(value)
    return value.strip().replace("\0", "")[:LONGEST_ID] or None


def _channel(call: str, message: Message, context: Context) -> str | None:
    """Return the channel that is said, or that device, library or kind of call give away."""
    said = _word(context.channel)
    if said is not None:
        return said
    device, library = context.device, context.library
    if isinstance(device, dict) and str(device.get("type", "")).lower() in ("ios", "android"):
        return "app"
    if isinstance(library, dict):
        channel = _library_channel(str(library.get("name", "")))
        if channel is not None:
            return channel
    if message.channel:
        return PLATFORM_CHANNELS.get(message.channel.lower())
    return {"page": "web", "screen": "app"}.get(call)


@lru_cache(maxsize=500)
def _library_channel(name: str) -> str | None:
    lower = name.lower()
    return next((channel for part, channel in LIBRARY_CHANNELS if part in lower), None)


def _group(message: Message) -> str:
    group = _id(message.group_id, "groupId")
    if group is None:
        raise Refused("intake.group", "groupId", Text("Name the group.", "请填写群组编号。"))
    traits = _object(message.traits, "traits")
    return msgspec.json.encode(
        {"groupId": group, **({"traits": traits} if traits else {})}
    ).decode()


def _alias_ties(message: Message, sender: Sender) -> list[Tie]:
    user = _id(message.user_id, "userId")
    previous = _id(message.previous_id, "previousId") or _id(message.anonymous_id, "anonymousId")
    if user is None or previous is None:
        where = "userId" if user is None else "previousId"
        raise Refused(
            "intake.alias",
            where,
            Text("An alias needs userId and previousId.", "alias 需要 userId 和 previousId。"),
        )
    now = sender.identities.of("user", user)
    # The specification leaves open which kind the previous id is; the other kind is nobody's.
    before = {sender.identities.of(kind, previous) for kind in ("anonymous", "user")} - {now}
    return [Tie(now, one, "alias") for one in sorted(before)]


def _identify(
    arrival: Arrival, row: Row, message: Message, context: Context, sender: Sender
) -> None:
    traits = context.traits if isinstance(context.traits, dict) else {}
    arrival.traits = values = canonical({**traits, **_object(message.traits, "traits")})
    main, of = str(row.identity_id), sender.identities.of
    user, anonymous = _id(message.user_id, "userId"), _id(message.anonymous_id, "anonymousId")
    if user is not None and anonymous is not None:
        arrival.ties.append(Tie(of("user", user), of("anonymous", anonymous), "identify"))
    email, phone = values.get("email"), values.get("phone")
    if email and email_names_someone(email):
        arrival.ties.append(Tie(main, of("email", email), "email"))
    if phone and phone_names_someone(phone):
        arrival.ties.append(Tie(main, of("phone", phone), "phone"))
