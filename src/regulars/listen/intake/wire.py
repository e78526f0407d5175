"""The bodies that senders post, as the Segment HTTP tracking API has them.

Of a name that stands twice in an object the last counts.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from regulars.kit.errors import RegularsError
from regulars.kit.text import Text

Id = str | int | None
CALLS = ("identify", "track", "page", "screen", "group", "alias")
NOTHING = msgspec.Raw(b"")


class Context(msgspec.Struct, rename="camel", gc=False):
    """The parts of `context` that we read; a part of the wrong kind is passed over."""

    traits: Any = None
    library: Any = None
    device: Any = None
    session_id: Any = None
    locale: Any = None
    channel: Any = None
    actor: Any = None


class Message(msgspec.Struct, rename="camel", gc=False):
    """One call: identify, track, page, screen, group or alias."""

    type: str | None = None
    message_id: Id = None
    user_id: Id = None
    anonymous_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    timestamp: str | int | float | None = None
    original_timestamp: str | int | float | None = None
    sent_at: str | int | float | None = None
    channel: str | None = None
    actor: str | None = None
    properties: msgspec.Raw = NOTHING
    traits: msgspec.Raw = NOTHING
    context: Context | None = None


class Batch(msgspec.Struct, rename="camel"):
    """Many calls in one body; each is read apart, so that a bad one loses only itself."""

    batch: list[msgspec.Raw]
    sent_at: str | int | float | None = None
    write_key: str | None = None
    context: Context | None = None


class _Calls(msgspec.Struct, rename="camel"):
    batch: list[Message]


class _Keyed(msgspec.Struct, rename="camel"):
    write_key: str | None = None


class BadBody(RegularsError):
    """The body as a whole cannot be read."""

    status = 400


class TooLarge(RegularsError):
    """The body is larger than the limit."""

    status = 413


decode_message = msgspec.json.Decoder(Message).decode
decode_any = msgspec.json.Decoder().decode
decode_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_batch = msgspec.json.Decoder(Batch).decode
_decode_calls = msgspec.json.Decoder(_Calls).decode
_decode_keyed = msgspec.json.Decoder(_Keyed).decode
_AT = re.compile(r"`\$\.?([^`]*)`")
CUT = "\ufffd"
"""What stands for half a character: text was cut in the middle of an emoji."""
NUL = r"\u0000"
"""How a NUL character is spelled, which no database keeps as text."""
DEEPEST = 64
"""Levels of objects and lists in one event; whoever reads it later must not run out of stack."""
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_PAIR = rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_WHOLE = re.compile(
    rb"(?:[^\\]++|" + _PAIR + rb"|\\(?!u[dD][89a-fA-F])[\x00-\xff])*+",
)
_LONE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the decoders raise for bytes that are not what they should be."""


def too_many(events: int, limit: int) -> TooLarge:
    """Return the error of a batch of more than `limit` events, of which nothing is kept."""
    return TooLarge(
        "intake.too_many_events",
        Text(
            f"{events} events in one batch: nothing was kept. Send at most {limit} at a time.",
            f"一批有 {events} 个事件，均未保存。请每批最多发送 {limit} 个。",
        ),
        field="batch",
        limit=limit,
        events=events,
    )


def too_large(limit: int, what: str = "body") -> TooLarge:
    """Return the error of a body or event over `limit` bytes."""
    return TooLarge(
        "intake.too_large",
        Text(
            f"More than {limit} bytes: send smaller events or fewer in a batch.",
            f"超过 {limit} 字节：请缩小事件或减少每批的数量。",
        ),
        field=what,
        limit=limit,
    )


def has_surrogates(body: bytes) -> bool:
    """Tell whether a body spells characters as surrogates, whole pairs or halves."""
    return b"\\" in body and _SURROGATE.search(body) is not None


def mend(body: bytes) -> bytes:
    """Return the body with each half of a surrogate pair replaced, so that only it is spoilt.

    An emoji that was cut in the middle (`"\\ud83d"`) is no character; the decoder would refuse the
    whole body for it.
    """
    parts: list[bytes] = []
    start = 0
    while (end := _end_of_whole(body, start)) < len(body):
        lone = _LONE.match(body, end)
        if lone is None:  # no JSON either; the decoder says what is wrong
            break
        parts += (body[start:end], rb"\ufffd")
        start = lone.end()
    return b"".join([*parts, body[start:]]) if parts else body


def _end_of_whole(body: bytes, start: int) -> int:
    found = _WHOLE.match(body, start)
    return found.end() if found else start


def is_deep(text: str, read: Any) -> bool:
    """Tell whether a value, as it was written and read, has more than `DEEPEST` levels."""
    return text.count("{") + text.count("[") > DEEPEST and _depth(read) > DEEPEST


def _depth(value: Any) -> int:
    """Return the levels of a value, without recursion."""
    levels, inner = 0, [value]
    while inner and levels <= DEEPEST:
        inner = [one for part in inner for one in _parts(part)]
        levels += 1
    return levels


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def without_nul(value: Any) -> Any:
    """Return a value, of `DEEPEST` levels at most, without NUL characters in names and texts."""
    if isinstance(value, dict):
        return {without_nul(key): without_nul(part) for key, part in value.items()}
    if isinstance(value, list):
        return [without_nul(part) for part in value]
    return value.replace("\0", "") if isinstance(value, str) else value


def field_of(error: Exception) -> str:
    """Return the path of the field that a decoding error names, or `body`."""
    found = _AT.search(str(error))
    return (found.group(1) if found else "") or "body"


def said(error: Exception) -> Text:
    """Return what a decoding error says."""
    if isinstance(error, RecursionError):
        return Text("it is nested too deeply", "嵌套过深")
    return Text(str(error), str(error))


def _unreadable(error: Exception) -> BadBody:
    why = said(error)
    return BadBody(
        "intake.unreadable",
        Text(f"The body is not what was expected: {why.en}.", f"请求内容不符合要求：{why.zh}。"),
        field=field_of(error),
    )


def unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    """Return the body without its content encoding; raises BadBody for one we do not know."""
    named = encoding.strip().lower()
    if named in ("gzip", "x-gzip", "deflate"):
        return gunzip(body, limit)
    if named in ("", "identity"):
        return body
    raise BadBody(
        "intake.encoding",
        Text(
            f"“{encoding[:40]}” is not understood here: send gzip, deflate or plain JSON.",
            f"不支持“{encoding[:40]}”编码：请使用 gzip、deflate 或未压缩的 JSON。",
        ),
        field="Content-Encoding",
    )


def gunzip(body: bytes, limit: int) -> bytes:
    """Return the unpacked body; raises BadBody, or TooLarge before unpacking past `limit`."""
    unpacker = zlib.decompressobj(wbits=47)  # gzip or zlib, by its header
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise _unreadable(error) from error
    if len(plain) > limit:
        raise too_large(limit)
    if not unpacker.eof:
        raise _unreadable(EOFError("the gzip stream ends too early"))
    return plain


class _Outline(msgspec.Struct, rename="camel"):
    type: Any = None
    message_id: Any = None
    user_id: Any = None
    anonymous_id: Any = None
    previous_id: Any = None
    traits: Any = None
    context: Any = None


_decode_outline = msgspec.json.Decoder(_Outline).decode


def outline(raw: msgspec.Raw) -> Message:
    """Return who and which a call that cannot be read is about, as far as that can be told."""
    try:
        decoded = _decode_outline(raw)
    except UNREADABLE:
        return Message()
    context = decoded.context if isinstance(decoded.context, dict) else {}
    return Message(
        type=decoded.type if isinstance(decoded.type, str) else None,
        message_id=_told(decoded.message_id),
        user_id=_told(decoded.user_id),
        anonymous_id=_told(decoded.anonymous_id),
        previous_id=_told(decoded.previous_id),
        traits=msgspec.Raw(msgspec.json.encode(decoded.traits)),
        context=Context(traits=context.get("traits")),
    )


def _told(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int | float) else None


def read_batch(body: bytes) -> Batch:
    """Return the calls of a batch body, still raw."""
    try:
        return _decode_batch(body)
    except UNREADABLE as error:
        raise _unreadable(error) from error


def read_messages(body: bytes, calls: Sequence[msgspec.Raw]) -> Sequence[Message | None]:
    """Return what the calls of a batch body say, decoded together; None where one of them is bad.

    Then each is decoded apart, and tells what is wrong with it.
    """
    try:
        return _decode_calls(body).batch
    except UNREADABLE:
        return [None] * len(calls)


def read_single(body: bytes) -> Batch:
    """Return a body that is one call as a batch of one."""
    try:
        keyed = _decode_keyed(body)
    except UNREADABLE as error:
        raise _unreadable(error) from error
    return Batch(batch=[msgspec.Raw(body)], write_key=keyed.write_key)
