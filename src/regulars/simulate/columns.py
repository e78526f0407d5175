"""From numpy arrays to Arrow tables of the event schema, without a step per row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.simulate.model import CURRENCY
from regulars.timeline.event import LINE, MOMENT, MONEY, SCHEMA

Ints = npt.NDArray[Any]
MONEY_SCALE = 10_000


@dataclass(frozen=True, slots=True)
class Words:
    """A column whose rows are few different words; code -1 is null."""

    codes: Ints
    words: Sequence[str] | pa.Array

    def arrow(self) -> pa.Array:
        """Return the dictionary-encoded column."""
        codes = pa.array(self.codes.astype(np.int32), mask=self.codes < 0)
        return pa.DictionaryArray.from_arrays(codes, pa.array(self.words, pa.string()))


@dataclass(frozen=True, slots=True)
class Numbered:
    """A column of ids: a prefix and a number; -1 is null."""

    prefix: str
    numbers: Ints

    def arrow(self) -> pa.Array:
        """Return the ids as strings."""
        numbers = pa.array(self.numbers, pa.int64(), mask=self.numbers < 0)
        return pc.binary_join_element_wise(self.prefix, numbers.cast(pa.string()), "")


def money(yuan: npt.NDArray[np.float64]) -> pa.Array:
    """Return amounts, rounded to cents, as decimals; NaN is null."""
    empty = np.isnan(yuan)
    units = np.where(empty, 0, np.round(yuan * 100)).astype(np.int64) * (MONEY_SCALE // 100)
    wide = np.empty((len(units), 2), np.int64)
    wide[:, 0], wide[:, 1] = units, units >> 63
    valid = pa.py_buffer(np.packbits(~empty, bitorder="little").tobytes())
    return pa.Array.from_buffers(MONEY, len(units), [valid, pa.py_buffer(wide.tobytes())])


def moments(microseconds: Ints) -> pa.Array:
    """Return moments in UTC."""
    return pa.array(microseconds, pa.int64()).cast(MOMENT)


def order_lines(
    counts: Ints, numbers: Words, categories: Words, quantities: Ints, amounts: Any
) -> pa.Array:
    """Return each order's lines: `counts` says how many of the flat rows are whose."""
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    position = np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts)
    flat = pa.StructArray.from_arrays(
        [
            pa.array(position + 1).cast(pa.string()),
            numbers.arrow().cast(pa.string()),
            categories.arrow().cast(pa.string()),
            pa.array(quantities.astype(np.float64)),
            money(amounts),
        ],
        fields=list(LINE),
    )
    return pa.ListArray.from_arrays(pa.array(offsets), flat)


def block(who: Words, at: Ints, name: str | Words, **columns: Any) -> pa.Table:
    """Return one kind of events as a table of the event schema, without ids of its own.

    A column is a word (the same in every row), `Words`, `Numbered`, an Arrow array, or numpy
    floats (NaN is null). What is not given is null; the actor is the customer.
    """
    given = {"identity_id": who, "name": name, "actor": "customer", "source": "shop", **columns}
    count = len(at)
    arrays = []
    for field in SCHEMA:
        if field.name == "event_id":
            arrays.append(pa.nulls(count, pa.string()))
        elif field.name in ("occurred_at", "known_at"):
            arrays.append(moments(at))
        elif field.name == "received_at":
            arrays.append(moments(at + 700_000))
        elif field.name == "currency" and "amount" in given:
            arrays.append(_fill(CURRENCY, count))
        else:
            arrays.append(_column(given.get(field.name), field.type, count))
    return pa.Table.from_arrays(arrays, names=SCHEMA.names)


def finish(blocks: Sequence[pa.Table], prefix: str, start: int, end: int) -> pa.Table:
    """Join blocks into one table of the schema: events in [start, end), each with its id."""
    plain = pa.schema([pa.field(field.name, field.type) for field in SCHEMA])
    table = pa.concat_tables([part.cast(plain) for part in blocks if part.num_rows])
    low, high = (pa.scalar(edge, pa.int64()).cast(MOMENT) for edge in (start, end))
    inside = pc.and_(
        pc.greater_equal(table["occurred_at"], low), pc.less(table["occurred_at"], high)
    )
    table = table.filter(inside)
    ids = Numbered(prefix, np.arange(table.num_rows)).arrow()
    received = table["received_at"]
    late = pc.if_else(pc.less(received, high), received, high)
    table = table.set_column(0, "event_id", ids)
    table = table.set_column(SCHEMA.get_field_index("received_at"), "received_at", late)
    return table.cast(SCHEMA)


def _fill(word: str, count: int) -> pa.Array:
    return Words(np.zeros(count, np.int32), [word]).arrow()


def _column(value: Any, kind: pa.DataType, count: int) -> pa.Array:
    if value is None:
        return pa.nulls(count, kind)
    if isinstance(value, str):
        return _fill(value, count)
    if isinstance(value, Words | Numbered):
        return value.arrow()
    if isinstance(value, pa.Array | pa.ChunkedArray):
        return value
    if isinstance(value, int | float):
        return pa.array(np.full(count, float(value)))
    return pa.array(value, mask=np.isnan(value))
