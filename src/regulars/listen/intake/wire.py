"""The bodies that senders post, as the Segment HTTP tracking API has them."""

from __future__ import annotations

import re
import zlib
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
_decode_batch = msgspec.json.Decoder(Batch).decode
_decode_keyed = msgspec.json.Decoder(_Keyed).decode
_AT = re.compile(r"`\$\.?([^`]*)`")
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the decoders raise for bytes that are not what they should be."""


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


_decode_outline = msgspec.json.Decoder(_Outline).decode


def outline(raw: msgspec.Raw) -> Message:
    """Return who and which a call that cannot be read is about, as far as that can be told."""
    try:
        found = _decode_outline(raw)
    except UNREADABLE:
        return Message()
    return Message(
        type=found.type if isinstance(found.type, str) else None,
        message_id=_told(found.message_id),
        user_id=_told(found.user_id),
        anonymous_id=_told(found.anonymous_id),
        previous_id=_told(found.previous_id),
        traits=msgspec.Raw(msgspec.json.encode(found.traits)),
    )


def _told(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int | float) else None


def read_batch(body: bytes) -> Batch:
    """Return the calls of a batch body, still raw."""
    try:
        return _decode_batch(body)
    except UNREADABLE as error:
        raise _unreadable(error) from error


def read_single(body: bytes) -> Batch:
    """Return a body that is one call as a batch of one."""
    try:
        keyed = _decode_keyed(body)
    except UNREADABLE as error:
        raise _unreadable(error) from error
    return Batch(batch=[msgspec.Raw(body)], write_key=keyed.write_key)
