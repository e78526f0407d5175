"""How many people were there between any two days, from the gaps between each one's days.

Somebody is there between two days when one of their days lies between, and on the first of these
the day before it, if any, lies before both. So people are counted once by pairs of a day and the
day before it, whatever the two days asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pyarrow as pa

from regulars.understand.metrics.queries.scene import BUCKET, Scene

if TYPE_CHECKING:
    import ibis.expr.types as ir

MARK, SINCE = "mark", "since"
HERE = "here"
COUNTED = (MARK, SINCE)
NEVER = np.iinfo(np.int32).min
EPOCH = date(1970, 1, 1)


def gaps(
    scene: Scene,
    unnamed: ir.Table,
    marks: Mapping[str, Callable[[ir.Table], ir.BooleanValue]],
) -> ir.Table:
    """Return n people by slice, mark, day and the day before it; the mark HERE is any event.

    Somebody who was there on the 1st, 3rd and 7th counts once under each of (1st, none),
    (3rd, 1st) and (7th, 3rd). Of the days from the 2nd to the 5th only (3rd, 1st) has its day
    within and the day before it outside: one person.
    """
    keys = [key for key in scene.keys if key != BUCKET]
    events = scene.bucketed(unnamed)
    events = events.mutate(
        **{name: ibis.ifelse(mark(events), 1, 0) for name, mark in marks.items()}
    )
    flags = {name: events[name].max() for name in marks}
    # By identity first: far fewer rows than events are then looked up among people.
    ids = events.group_by([*keys, "identity_id", BUCKET]).aggregate(times=events.count(), **flags)
    named = scene.named(ids)
    days = named.group_by([*keys, "person_id", BUCKET]).aggregate(
        times=named.times.sum(), **{name: named[name].max() for name in marks}
    )
    found = _pairs(days, keys, HERE)
    for name in marks:
        found = found.union(_pairs(days.filter(days[name] == 1), keys, name))
    return found


def _pairs(days: ir.Table, keys: Sequence[str], mark: str) -> ir.Table:
    order = ibis.window(
        group_by=[*(days[key] for key in keys), days.person_id], order_by=days[BUCKET]
    )
    days = days.mutate(**{SINCE: days[BUCKET].lag().over(order), MARK: ibis.literal(mark)})
    return days.group_by([*keys, MARK, BUCKET, SINCE]).aggregate(n=days.count())


@dataclass(frozen=True)
class People:
    """The pairs of one slice, as arrays for each mark: days since 1970, and how many people."""

    pairs: Mapping[str, tuple[Any, Any, Any]]

    def between(self, first: date, after: date, mark: str = HERE) -> int:
        """Return how many people were there from the day `first` until before the day `after`."""
        if mark not in self.pairs:
            return 0
        day, since, n = self.pairs[mark]
        low, high = (first - EPOCH).days, (after - EPOCH).days
        return int(n[(day >= low) & (day < high) & (since < low)].sum())

    def known(self, after: date) -> int:
        """Return how many people were there before the day `after`."""
        if HERE not in self.pairs:
            return 0
        day, since, n = self.pairs[HERE]
        return int(n[(since == NEVER) & (day < (after - EPOCH).days)].sum())


def by_slice(table: pa.Table, keys: Sequence[str]) -> Iterator[tuple[dict[str, Any], People]]:
    """Yield each slice of the pairs that `gaps` counted, with its people."""
    slices: dict[tuple[Any, ...], dict[str, tuple[Any, Any, Any]]] = {}
    lists = [(BUCKET, "list"), (SINCE, "list"), ("n", "list")]
    for row in _grouped(table, [*keys, MARK], lists):
        key = tuple(row[name] for name in keys)
        slices.setdefault(key, {})[row[MARK]] = (row[BUCKET], row[SINCE], row["n"])
    for key, pairs in slices.items():
        yield dict(zip(keys, key, strict=True)), People(pairs)


def _grouped(
    table: pa.Table, by: list[str], lists: list[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    for name in (BUCKET, SINCE):
        column = table.column(name).cast(pa.int32())
        table = table.set_column(
            table.schema.get_field_index(name), name, column.fill_null(int(NEVER))
        )
    made = table.group_by(by, use_threads=False).aggregate(lists)
    for place in range(made.num_rows):
        row: dict[str, Any] = {name: made.column(name)[place].as_py() for name in by}
        for name, _how in lists:
            row[name] = made.column(f"{name}_list")[place].values.to_numpy()
        yield row
