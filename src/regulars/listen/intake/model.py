"""One event on its way in: its row, the facts it carries about a person, or why it was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, chain
from types import MappingProxyType
from typing import Any

import msgspec
import pyarrow as pa

from regulars.kit.text import Text
from regulars.timeline.event import LINE, SCHEMA

Line = tuple[str, str | None, str | None, float, Decimal | None]
"""line_id, product, category, quantity, amount: the fields of `event.LINE` in their order."""


class Row(msgspec.Struct, gc=False):
    """An event in the columns of `timeline.event.SCHEMA`, in their order.

    Moments are microseconds in UTC.
    """

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
    lines: list[Line] | None = None
    metric: str | None = None
    score: float | None = None
    scale_min: float | None = None
    scale_max: float | None = None
    survey_kind: str | None = None
    weight: float | None = None
    text: str | None = None
    language: str | None = None
    properties: str | None = None


def to_table(rows: list[Row]) -> pa.Table:
    """Return the rows (at least one) as an Arrow table of the event schema."""
    columns = zip(*map(msgspec.structs.astuple, rows), strict=True)
    arrays = [_array(column, field) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _array(column: tuple[Any, ...], field: pa.Field) -> pa.Array:
    if column[0] is None and column.count(None) == len(column):
        return _nulls(field, len(column))
    return _lines(column) if field.name == "lines" else pa.array(column, field.type)


def _nulls(field: pa.Field, size: int) -> pa.Array:
    """Return a column of nothing; making one costs more than cutting it off a longer one."""
    known = _NULLS.get(field.name)
    if known is None or len(known) < size:
        known = _NULLS[field.name] = pa.nulls(max(size, 4_096), field.type)
    return known.slice(0, size)


_NULLS: dict[str, pa.Array] = {}


def _lines(column: tuple[list[Line] | None, ...]) -> pa.Array:
    """Build the list column from flat arrays, several times as fast as from objects."""
    sizes = [0 if lines is None else len(lines) for lines in column]
    flat = zip(*chain.from_iterable(filter(None, column)), strict=True)
    parts = [pa.array(part, field.type) for part, field in zip(flat, LINE, strict=True)]
    offsets = pa.array([0, *accumulate(sizes)], pa.int32())
    structs = pa.StructArray.from_arrays(parts, fields=list(LINE))
    if 0 not in sizes:
        return pa.ListArray.from_arrays(offsets, structs, type=pa.list_(LINE))
    missing = pa.array([lines is None for lines in column])
    return pa.ListArray.from_arrays(offsets, structs, type=pa.list_(LINE), mask=missing)


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """Why an event is refused: a stable code, the field that is meant, and what to do."""

    code: str
    field: str
    message: Text


class Refused(Exception):
    """Raised while an event is read; `reason` goes into the answer and the receipt."""

    def __init__(self, code: str, where: str, message: Text) -> None:
        super().__init__(f"{code} ({where})")
        self.reason = RefusalReason(code, where, message)


@dataclass(frozen=True, slots=True)
class Tie:
    """Two identities that the sender says are one person.

    `through_id` is the one of them that several people may share: a device, an address, a number,
    an id of before. `former_id` is the id under which an earlier release kept that one.
    """

    left_id: str
    right_id: str
    kind: str
    through_id: str | None = None
    former_id: str | None = None


NOTHING: Mapping[str, str | None] = MappingProxyType({})


class Arrival(msgspec.Struct, gc=False):
    """One event that came in, read: either `row` or `reason` is set.

    `payload` (the raw JSON) and `identities` are kept for a refusal only. `user_id` is the
    identity of the user id that a tie rests on; `nobodies` are values given as somebody's that
    name nobody, by kind.
    """

    message_id: str
    source: str
    row: Row | None = None
    ties: Sequence[Tie] = ()
    traits: Mapping[str, str | None] = NOTHING
    reason: RefusalReason | None = None
    identities: Sequence[str] = ()
    payload: bytes = b""
    kind: str = ""
    user_id: str | None = None
    nobodies: Sequence[tuple[str, str]] = ()


Verdict = RefusalReason | bool
"""What became of an event: why it was refused, or whether it was new; False is a duplicate."""
ERASED = RefusalReason(
    "intake.erased",
    "userId",
    Text(
        "This person was erased; nothing more is kept about them.",
        "该客户的数据已被删除，不再保存其任何信息。",
    ),
)
