"""Moments as plain integers, for arithmetic that no calendar has to take part in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.datatypes as dt

if TYPE_CHECKING:
    import ibis.expr.types as ir

SECOND = 1_000_000
"""Microseconds of a second."""
DAY = 86_400 * SECOND
"""Microseconds of a day."""
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2070, 1, 1, tzinfo=UTC)
"""Between these a zone's changes of the clocks are known here; outside, the nearest one holds."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def epoch_us(moment: dt.Timestamp(timezone="UTC")) -> dt.int64:  # type: ignore[valid-type]
    """Microseconds since 1970, as DuckDB calls it."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def unix_micros(moment: dt.Timestamp(timezone="UTC")) -> dt.int64:  # type: ignore[valid-type]
    """Microseconds since 1970, as Spark calls it."""


def micros(moment: ir.Value) -> ir.Value:
    """Return microseconds since 1970 as an integer; `moment` must come from a column.

    The one place where the engines differ. Ibis offers nothing that serves: its `epoch_seconds`
    gives DuckDB's wall clock of the reporting zone, an hour wrong across a change of the clocks,
    and its `delta` and `truncate` go through the calendar, ten times as slow.
    """
    spark = moment.get_backend().name == "pyspark"
    return unix_micros(moment) if spark else epoch_us(moment)


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def make_date(days: dt.int32) -> dt.date:
    """The date so many days after 1970-01-01, as DuckDB calls it."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def date_from_unix_date(days: dt.int32) -> dt.date:
    """The date so many days after 1970-01-01, as Spark calls it."""


def local_date(moment: ir.Value, zone: ZoneInfo) -> ir.Value:
    """Return the date that `zone` had at a moment; `moment` must come from a column.

    The same as truncating to days in a session of that zone, at a quarter of its cost: adds the
    zone's offset, found among its changes of the clocks by halving, and counts days.
    """
    at = micros(moment)
    days = ((at + _offset(at, _changes(zone))) // DAY).cast("int32")
    spark = moment.get_backend().name == "pyspark"
    return date_from_unix_date(days) if spark else make_date(days)


def _offset(at: ir.Value, changes: tuple[tuple[int, int], ...]) -> ir.Value:
    if len(changes) == 1:
        return ibis.literal(changes[0][1], "int64")
    half = len(changes) // 2
    earlier, later = changes[:half], changes[half:]
    return ibis.ifelse(at < later[0][0], _offset(at, earlier), _offset(at, later))


@cache
def _changes(zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
    """Return (since when, offset) in microseconds for each change of the zone's clocks."""
    changes = [(0, _offset_at(FIRST, zone))]
    at = FIRST
    while at < LAST:
        following = at + timedelta(days=7)
        while _offset_at(following, zone) != changes[-1][1]:
            change = _first_after(at, following, zone, changes[-1][1])
            changes.append((_micros_of(change), _offset_at(change, zone)))
            at = change
        at = following
    return tuple(changes)


def _first_after(before: datetime, after: datetime, zone: ZoneInfo, offset: int) -> datetime:
    """Return the first second after `before` at which the offset is another, by halving."""
    low, high = 0, round((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_at(before + timedelta(seconds=middle), zone) == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _offset_at(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset() or timedelta(0)
    return round(offset.total_seconds()) * SECOND


def _micros_of(moment: datetime) -> int:
    return round((moment - FIRST).total_seconds()) * SECOND
