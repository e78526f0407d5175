"""The columns of an event, the one schema of inbox and lake.

Arrow types; times are microseconds in UTC, money decimal(18,4). Column meanings stand in
docs/concepts/timeline.md.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import pyarrow as pa

Actor = Literal["customer", "staff", "system", "partner"]
ACTORS: tuple[Actor, ...] = ("customer", "staff", "system", "partner")
IDENTITY_KINDS = ("user", "anonymous", "email", "phone", "openid")

MOMENT = pa.timestamp("us", tz="UTC")
MONEY = pa.decimal128(18, 4)
LINE = pa.struct(
    [
        ("line_id", pa.string()),
        ("product", pa.string()),
        ("category", pa.string()),
        ("quantity", pa.float64()),
        ("amount", MONEY),
    ]
)

SCHEMA = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),
        ("identity_id", pa.string()),
        pa.field("actor", pa.string(), nullable=False),
        pa.field("occurred_at", MOMENT, nullable=False),
        pa.field("received_at", MOMENT, nullable=False),
        pa.field("known_at", MOMENT, nullable=False),
        pa.field("name", pa.string(), nullable=False),
        ("touchpoint", pa.string()),
        ("channel", pa.string()),
        ("place", pa.string()),
        ("source", pa.string()),
        ("session_id", pa.string()),
        ("order_id", pa.string()),
        ("case_id", pa.string()),
        ("amount", MONEY),
        ("currency", pa.string()),
        ("lines", pa.list_(LINE)),
        ("metric", pa.string()),
        ("score", pa.float64()),
        ("scale_min", pa.float64()),
        ("scale_max", pa.float64()),
        ("survey_kind", pa.string()),
        ("weight", pa.float64()),
        ("text", pa.string()),
        ("language", pa.string()),
        ("properties", pa.string()),
    ]
)
COLUMNS = tuple(SCHEMA.names)
REQUIRED = tuple(field.name for field in SCHEMA if not field.nullable)
"""What every event has; `timeline.required` holds inbox and lake to it."""


def event_hash(event_id: str) -> bytes:
    """Return the 16 bytes under which an event id is remembered."""
    return hashlib.blake2b(event_id.encode(), digest_size=16).digest()
