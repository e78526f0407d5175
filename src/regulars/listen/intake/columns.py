"""From the properties of a call to the typed columns of an event."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from regulars.listen.intake import commerce, feedback, wire
from regulars.listen.intake.fields import Sender, read_said, word
from regulars.listen.intake.model import Row
from regulars.listen.intake.wire import Context, Message
from regulars.timeline import vocabulary

VIEWS = {"page": vocabulary.PAGE_VIEWED, "screen": "Screen Viewed"}
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
SPENT, FELT = "money and lines", "scores and words"
MEANT = {**dict.fromkeys(commerce.KEYS, SPENT), **dict.fromkeys(feedback.KEYS, FELT), **PLAIN}
"""What a property is read for; all others only stay as they came."""
NO_CONTEXT = Context()
PLATFORM_CHANNELS = {"web": "web", "browser": "web", "mobile": "app", "app": "app"}


def promote(row: Row, call: str, message: Message, sender: Sender) -> None:
    """Fill the typed columns from the properties, which stay as they came."""
    context = message.context or sender.context or NO_CONTEXT
    properties, text = read_said(message.properties, "properties")
    if properties:
        row.properties = text
        spent = felt = False
        for key, value in properties.items():
            column = MEANT.get(key)
            if column is None:
                continue
            if column is SPENT:
                spent = True
            elif column is FELT:
                felt = True
            elif key == column or getattr(row, column) is None:
                setattr(row, column, word(value))
        if spent:
            commerce.fill(row, properties, sender.currency)
        if felt:
            feedback.fill(row, properties, context.locale)
    if row.channel is None:
        row.channel = _channel(call, message, context)
    if row.session_id is None and context.session_id is not None:
        row.session_id = word(context.session_id)
    if call in VIEWS:
        _name_view(row, message, properties)


def _name_view(row: Row, message: Message, properties: Mapping[str, Any]) -> None:
    named = wire.without_nul({"name": message.name, "category": message.category})
    added = {key: value for key, value in named.items() if value and key not in properties}
    if added:
        row.properties = msgspec.json.encode({**properties, **added}).decode()


def _channel(call: str, message: Message, context: Context) -> str | None:
    """Return the channel that is said, or that device, library or kind of call give away."""
    said = word(context.channel)
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
