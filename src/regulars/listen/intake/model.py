"""One event on its way in: its row, the facts it carries about a person, or why it was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal

import msgspec
import pyarrow as pa

from regulars.kit.text import Text
from regulars.timeline import inbox
from regulars.timeline.event import COLUMNS

Status = Literal["accepted", "duplicate", "refused"]


class Row(msgspec.Struct, gc=False):
    """An event in the columns of `timeline.event.SCHEMA`; moments are microseconds in UTC."""

    event_id: str
    identity_id: str | None
    actor: str
    occurred_at: int
    received_at: int
    known_at: int
    name: str
    touchpoint: str | None = None
    channel: str | None = None
    place: str | None = None
    source: str | None = None
    session_id: str | None = None
    order_id: str | None = None
    case_id: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    lines: list[dict[str, Any]] | None = None
    metric: str | None = None
    score: float | None = None
    scale_min: float | None = None
    scale_max: float | None = None
    survey_kind: str | None = None
    weight: float | None = None
    text: str | None = None
    language: str | None = None
    properties: str | None = None


_values = attrgetter(*COLUMNS)


def to_table(rows: list[Row]) -> pa.Table:
    """Return the rows (at least one) as an Arrow table of the event schema."""
    return inbox.from_columns(list(zip(*map(_values, rows), strict=True)))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an event is refused: a stable code, the field that is meant, and what to do."""

    code: str
    field: str
    message: Text


class Refused(Exception):
    """Raised while an event is read; `reason` goes into the answer and the receipt."""

    def __init__(self, code: str, where: str, message: Text) -> None:
        super().__init__(f"{code} ({where})")
        self.reason = Reason(code, where, message)


@dataclass(frozen=True, slots=True)
class Tie:
    """Two identities that the sender says are one person."""

    left_id: str
    right_id: str
    kind: str


@dataclass(slots=True)
class Arrival:
    """One event that came in, read: either `row` or `reason` is set.

    `payload` (the raw JSON) and `identities` are kept for a refusal only.
    """

    message_id: str
    source: str
    row: Row | None = None
    ties: list[Tie] = field(default_factory=list)
    traits: dict[str, str | None] = field(default_factory=dict)
    reason: Reason | None = None
    identities: list[str] = field(default_factory=list)
    payload: bytes = b""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event."""

    message_id: str
    status: Status
    reason: Reason | None = None


ERASED = Reason(
    "intake.erased",
    "userId",
    Text(
        "This person was erased; nothing more is kept about them.",
        "该客户的数据已被删除，不再保存其任何信息。",
    ),
)
