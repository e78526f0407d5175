"""Adding up what is kept by day."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from regulars.understand.metrics import periods
from regulars.understand.metrics.queries.scene import BUCKET


def added(kept: pa.Table, grain: str | None, days: tuple[date, date], keys: list[str]) -> pa.Table:
    """Return the days between added up, by the buckets of the grain."""
    day = kept.column(BUCKET)
    low, high = (pa.scalar(edge, day.type) for edge in days)
    table = kept.filter(pc.and_(pc.greater_equal(day, low), pc.less(day, high)))
    if grain is not None:
        table = in_buckets(table, grain)
    by = [*keys, BUCKET] if grain else keys
    sums = [name for name in table.column_names if name not in (*by, BUCKET)]
    if not table.num_rows:
        return table.select([*by, *sums])
    made = table.group_by(by, use_threads=False).aggregate([(name, "sum") for name in sums])
    return made.select([*by, *(f"{name}_sum" for name in sums)]).rename_columns([*by, *sums])


def in_buckets(table: pa.Table, grain: str) -> pa.Table:
    """Return the table with each day's bucket in the stead of the day."""
    if grain == "day":
        return table
    days = pc.unique(table.column(BUCKET))
    buckets = pa.array([periods.bucket_of(day, grain) for day in days.to_pylist()], days.type)
    place = pc.index_in(table.column(BUCKET), days).combine_chunks()
    return table.set_column(table.schema.get_field_index(BUCKET), BUCKET, buckets.take(place))
