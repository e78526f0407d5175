"""What every event has: checked at the doors of inbox and lake, filled in where it was not.

A null in a column that the schema calls non-null hides its event from queries without a word, so
it is refused before it is stored. Parquet files tell at their end how many nulls a column has;
no column is read for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.timeline import duck
from regulars.timeline.event import REQUIRED

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

NAMELESS = "Unnamed Event"
"""The name of an event that was stored without one."""


@dataclass(frozen=True, slots=True)
class Footer:
    """What a file says of itself: its events, least and greatest of two columns, what it lacks.

    `least` and `greatest` are of `identity_id` and of `occurred_at` (ISO 8601 in UTC), None where
    the file does not tell; `lacking` counts the nulls of required columns that have any.
    """

    events: int
    least: tuple[str | None, str | None]
    greatest: tuple[str | None, str | None]
    lacking: dict[str, int]


def footer(connection: duckdb.DuckDBPyConnection, path: str) -> Footer:
    """Read what a Parquet file of events says of itself."""
    listed = duck.file_list([path])
    counted = connection.execute(f"SELECT num_rows FROM parquet_file_metadata({listed})").fetchone()
    events = int(counted[0]) if counted else 0
    edges = connection.execute(_EDGES.format(files=listed)).fetchone() if events else None
    least, greatest = ((edges[0], edges[1]), (edges[2], edges[3])) if edges else ((None,) * 2,) * 2
    return Footer(events, least, greatest, lacking(connection, [path]).get(path, {}))


_MOMENT = "strftime({value} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
_EDGES = f"""
    WITH told AS (
        SELECT path_in_schema AS name, stats_min_value AS least, stats_max_value AS greatest,
            (stats_min_value IS NULL OR stats_max_value IS NULL)
                AND coalesce(stats_null_count, 0) < num_values AS silent
        FROM parquet_metadata({{files}}) WHERE path_in_schema IN ('identity_id', 'occurred_at')
    ), known AS (SELECT * FROM told WHERE name NOT IN (SELECT name FROM told WHERE silent))
    SELECT min(least) FILTER (name = 'identity_id'),
        {_MOMENT.format(value="min(TRY_CAST(least AS TIMESTAMPTZ)) FILTER (name = 'occurred_at')")},
        max(greatest) FILTER (name = 'identity_id'),
        {
    _MOMENT.format(value="max(TRY_CAST(greatest AS TIMESTAMPTZ)) FILTER (name = 'occurred_at')")
}
    FROM known
"""


def lacking(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Return, of the files that lack something, how many events lack which required column."""
    if not paths:
        return {}
    names = ", ".join(f"'{name}'" for name in REQUIRED)
    rows = connection.execute(
        "SELECT file_name, path_in_schema, sum(stats_null_count), "
        "bool_and(stats_null_count IS NOT NULL) "
        f"FROM parquet_metadata({duck.file_list(list(paths))}) "
        f"WHERE path_in_schema IN ({names}) AND num_values > 0 GROUP BY ALL"
    ).fetchall()
    found: dict[str, dict[str, int]] = {}
    for path, name, nulls, told in rows:
        count = int(nulls) if told else _counted(connection, path, name)
        if count:
            found.setdefault(path, {})[name] = count
    return found


def _counted(connection: duckdb.DuckDBPyConnection, path: str, name: str) -> int:
    """Count the nulls of a column whose file does not tell."""
    row = connection.execute(
        f"SELECT count(*) FROM read_parquet({duck.file_list([path])}) WHERE {name} IS NULL"
    ).fetchone()
    return int(row[0]) if row else 0


def lacking_in(table: pa.Table) -> dict[str, int]:
    """Return how many events of an Arrow table lack which required column."""
    counts = {name: table.column(name).null_count for name in REQUIRED}
    return {name: count for name, count in counts.items() if count}


def refuse(lacks: Mapping[str, int]) -> None:
    """Raise Invalid when events lack a required column; whoever calls has stored none of them."""
    for name, count in lacks.items():
        raise Invalid(
            "timeline.required",
            Text(
                f"{count:,} events have no “{name}”, which every event needs: none was stored. "
                "Give every row a value there.",
                f"{count:,} 个事件缺少必填的“{name}”，均未保存。请为每一行补上该值。",
            ),
            field=name,
        )


def filled(relation: str, arrived: str) -> str:
    """Return the query of `relation` with every required column filled.

    An event without a moment gets the one it has of its others, at last `arrived` (SQL): when it
    came. Known is what has occurred, as at imports; an id is made of the whole event.
    """
    occurred = f"coalesce(occurred_at, received_at, known_at, {arrived})"
    values = {
        "event_id": f"coalesce(event_id, md5(CAST({_ROW} AS VARCHAR)))",
        "actor": "coalesce(actor, 'customer')",
        "occurred_at": occurred,
        "received_at": f"coalesce(received_at, known_at, {arrived})",
        "known_at": f"coalesce(known_at, {occurred})",
        "name": f"coalesce(name, '{NAMELESS}')",
    }
    replaced = ", ".join(f"{values[name]} AS {name}" for name in REQUIRED)
    return f"SELECT * REPLACE ({replaced}) FROM {relation} AS {_ROW}"


_ROW = "whole_event"
