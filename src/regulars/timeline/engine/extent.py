"""What stretch of time a state of the lake covers, and what of it is not yet to be seen."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from regulars.kit import clock, sql
from regulars.kit.period import day_start
from regulars.timeline import duck

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.workspace import Workspace


def moments(
    root: duckdb.DuckDBPyConnection, files: list[str]
) -> tuple[tuple[datetime, datetime] | None, datetime | None]:
    """Return the first and last moments at which anything occurred, and the last of knowing.

    Read from what the files tell of their columns, and from the columns where one does not tell.
    """
    listed = duck.file_list(files)
    told = f"""
        WITH told AS (
            SELECT path_in_schema AS name, TRY_CAST(stats_min_value AS TIMESTAMPTZ) AS least,
                TRY_CAST(stats_max_value AS TIMESTAMPTZ) AS greatest
            FROM parquet_metadata({listed})
            WHERE path_in_schema IN ('occurred_at', 'known_at') AND num_values > 0
        )
        SELECT min(least) FILTER (name = 'occurred_at') AS first,
            max(greatest) FILTER (name = 'occurred_at') AS last,
            max(greatest) FILTER (name = 'known_at') AS known,
            bool_and(least IS NOT NULL AND greatest IS NOT NULL) AS complete
        FROM told
    """
    row = root.execute(
        f"SELECT epoch_us(first), epoch_us(last), epoch_us(known), complete FROM ({told})"
    ).fetchone()
    if row is None or not row[3]:
        row = root.execute(
            "SELECT epoch_us(min(occurred_at)), epoch_us(max(occurred_at)), "
            f"epoch_us(max(known_at)) FROM read_parquet({listed})"
        ).fetchone()
    first, last, known = (
        None if value is None else clock.of_microseconds(value)
        for value in (row or (None, None, None))[:3]
    )
    return (first, last) if first is not None and last is not None else None, known


def end(workspace: Workspace, last: datetime | None, as_of: datetime) -> datetime:
    """Return the end of the day of the last event, or of `as_of` when that comes first."""
    latest = as_of if last is None else last
    day: date = min(latest, as_of).astimezone(workspace.zone).date()
    return day_start(day + timedelta(days=1), workspace.zone)


def hidden(last: datetime | None, known: datetime | None, as_of: datetime, until: datetime) -> str:
    """Return the condition that hides what is not yet to be seen; mostly there is nothing."""
    hides = []
    if known is not None and known > as_of:
        hides.append(f"known_at <= {sql.moment(as_of)}")
    if last is not None and last >= until:
        hides.append(f"occurred_at < {sql.moment(until)}")
    return f" WHERE {' AND '.join(hides)}" if hides else ""
