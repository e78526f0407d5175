"""Who has rows of a metric again: whether nobody has two of them between any two days.

A person has two rows between two days when a day with a row, and the last such day before it, both
lie between, or when a day has two rows. So people are counted by pairs of these days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from regulars.understand.metrics.queries.clusters import CLUSTER
from regulars.understand.metrics.queries.days import in_buckets
from regulars.understand.metrics.queries.scene import BUCKET, Scene

if TYPE_CHECKING:
    import ibis.expr.types as ir

SINCE = "since"


def again(scene: Scene, rows: ir.Table) -> ir.Table:
    """Return n people by slice, day and the last day before it on which they had a row too.

    Whoever answered on the 1st, and twice on the 3rd, counts under (3rd, 1st) and (3rd, 3rd).
    """
    keys = [key for key in scene.keys if key not in (BUCKET, CLUSTER)]
    rows = rows.filter(rows[CLUSTER].notnull())
    days = rows.group_by([*keys, BUCKET, CLUSTER]).aggregate(times=rows.n.sum())
    order = ibis.window(
        group_by=[*(days[key] for key in keys), days[CLUSTER]], order_by=days[BUCKET]
    )
    before = days.mutate(**{SINCE: days[BUCKET].lag().over(order)})
    before = before.filter(before[SINCE].notnull())
    twice = days.filter(days.times > 1).mutate(**{SINCE: ibis._[BUCKET]})
    columns = [*keys, BUCKET, SINCE]
    both = before.select(*columns).union(twice.select(*columns))
    return both.group_by(columns).aggregate(n=both.count())


def within(
    repeats: pa.Table, grain: str | None, days: tuple[date, date], keys: Sequence[str]
) -> set[tuple[Any, ...]]:
    """Return the slices (with their bucket, where there is a grain) in which somebody has two."""
    day, since = repeats.column(BUCKET), repeats.column(SINCE)
    low, high = (pa.scalar(edge, day.type) for edge in days)
    both = pc.and_(pc.greater_equal(since, low), pc.less(day, high))
    inside = repeats.filter(pc.and_(both, pc.greater_equal(day, low)))
    by = list(keys)
    if grain is not None:
        inside = in_buckets(inside, grain)
        inside = inside.filter(pc.greater_equal(inside.column(SINCE), inside.column(BUCKET)))
        by.append(BUCKET)
    if not by:
        return {()} if inside.num_rows else set()
    made = inside.group_by(by).aggregate([])
    return set(zip(*(made.column(name).to_pylist() for name in by), strict=True))
