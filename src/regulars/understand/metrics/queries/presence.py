"""In which buckets of a period each person was there, as bits: one row a person, not one a bucket.

Grouping by person and bucket sorts the whole timeline into millions of groups; grouping by person
follows the order of the files and costs a third.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as dt

from regulars.understand.metrics.queries.scene import BUCKET, Scene, summed

if TYPE_CHECKING:
    import ibis.expr.types as ir

WORD = 60
"""Bits of one column."""


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def bit_or(bits: dt.int64) -> dt.int64:
    """All bits that are set in any row, as every engine calls it."""


@dataclass(frozen=True)
class Presence:
    """Rows by slice and person; `at(mark, k)` is 1 where `mark` held in bucket number k, else 0."""

    table: ir.Table
    keys: list[str]
    buckets: list[date]

    def at(self, mark: str, number: int) -> ir.Value:
        """Return whether the mark held in a bucket: 1 or 0."""
        return (self._word(mark, number) >> number % WORD) & 1

    def began(self, mark: str, number: int) -> ir.Value:
        """Return whether the mark held in a bucket and in none before it: 1 or 0."""
        word, _bit = divmod(number, WORD)
        none = [self.table[_column(mark, earlier)] == 0 for earlier in range(word)]
        bit = 1 << number % WORD
        lower = (self._word(mark, number) & ibis.literal(2 * bit - 1, "int64")) == bit
        return ibis.ifelse(ibis.and_(lower, *none), 1, 0)

    def _word(self, mark: str, number: int) -> ir.Value:
        return self.table[_column(mark, number // WORD)]

    def summed(
        self, sums: Callable[[int], Mapping[str, ir.Value]], buckets: Sequence[date] | None = None
    ) -> ir.Table:
        """Return rows by slice and bucket with the sums over people of what `sums` makes of each.

        `buckets` (None: all) are numbered from 0 on; those where every sum is 0 are left out.
        """
        buckets = self.buckets if buckets is None else buckets
        made = {
            (name, number): value.sum()
            for number in range(len(buckets))
            for name, value in sums(number).items()
        }
        names = list(dict.fromkeys(name for name, _number in made))
        columns = {f"{name}_{number}": value for (name, number), value in made.items()}
        wide = summed(self.table, self.keys, **columns)
        rows = [
            ibis.struct(
                {BUCKET: ibis.literal(bucket)}
                | {name: wide[f"{name}_{number}"].cast("int64") for name in names}
            )
            for number, bucket in enumerate(buckets)
        ]
        long = wide.select(*self.keys, row=ibis.array(rows).unnest())
        fields = {name: long["row"][name] for name in (BUCKET, *names)}
        long = long.select(*self.keys, **fields)
        return long.filter(ibis.or_(*(long[name] > 0 for name in names)))


def presence(
    scene: Scene,
    unnamed: ir.Table,
    buckets: list[date],
    marks: Mapping[str, Callable[[ir.Table], ir.BooleanValue] | None],
) -> Presence:
    """Return in which buckets each person has an event, one set of bits for each mark.

    A mark makes a condition of events, None stands for any event. Events lie within the buckets;
    they may be without their person, since bits of identities make those of their person.
    """
    keys = [key for key in scene.keys if key != BUCKET]
    words = range((len(buckets) - 1) // WORD + 1)
    events = unnamed.mutate(
        bucket_number=scene.number_of(unnamed.occurred_at, buckets),
        **{name: mark(unnamed) for name, mark in marks.items() if mark is not None},
    )
    bit = ibis.literal(1).cast("int64") << (events.bucket_number % WORD)
    bits = {
        _column(name, word): bit_or(
            _where(
                bit,
                [events[name]] if mark is not None else [],
                [events.bucket_number // WORD == word] if len(words) > 1 else [],
            )
        )
        for name, mark in marks.items()
        for word in words
    }
    ids = scene.named(events.group_by([*keys, "identity_id"]).aggregate(**bits))
    table = ids.group_by([*keys, "person_id"]).aggregate(
        **{name: bit_or(ids[name]) for name in bits}
    )
    return Presence(table, keys, buckets)


def _where(bit: ir.Value, *conditions: list[ir.BooleanValue]) -> ir.Value:
    found = [one for some in conditions for one in some]
    return ibis.ifelse(ibis.and_(*found), bit, ibis.literal(0, "int64")) if found else bit


def _column(mark: str, word: int) -> str:
    return f"{mark}_{word}"
