"""Moments as plain integers, for arithmetic that no calendar has to take part in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as dt

if TYPE_CHECKING:
    import ibis.expr.types as ir

SECOND = 1_000_000
"""Microseconds of a second."""


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
