"""Adding up what is kept by day."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from regulars.understand.metrics import periods
from regulars.understand.metrics.model import Row
from regulars.understand.metrics.queries.scene import BUCKET


def added(kept: pa.Table, grain: str | None, days: tuple[date, date], keys: list[str]) -> list[Row]:
    """Return the days between added up, by the buckets of the grain."""
    day = kept.column(BUCKET)
    low, high = (pa.scalar(edge, day.type) for edge in days)
    table = kept.filter(pc.and_(pc.greater_equal(day, low), pc.less(day, high)))
    if grain not in (None, "day"):
        table = _in_buckets(table, grain or "month")
    by = [*keys, BUCKET] if grain else keys
    sums = [name for name in table.column_names if name not in (*by, BUCKET)]
    if not table.num_rows:
        return []
    made = table.group_by(by, use_threads=False).aggregate([(name, "sum") for name in sums])
    found: list[Row] = made.select([*by, *(f"{name}_sum" for name in sums)]).rename_columns(
        [*by, *sums]
    ).to_pylist()  # fmt: skip
    return found


def _in_buckets(table: pa.Table, grain: str) -> pa.Table:
    days = pc.unique(table.column(BUCKET))
    buckets = pa.array([periods.bucket_of(day, grain) for day in days.to_pylist()], days.type)
    place = pc.index_in(table.column(BUCKET), days).combine_chunks()
    return table.set_column(table.schema.get_field_index(BUCKET), BUCKET, buckets.take(place))
