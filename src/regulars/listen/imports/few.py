"""Words of which a large import has few, such as names and channels: numbers with a list of them.

So they take a byte of each row that is sorted, and nobody looks them up once more to write them.
Files say the same: to whoever reads one they are words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from regulars.kit import sql
from regulars.listen.imports.expressions import quote

if TYPE_CHECKING:
    import duckdb

LARGE = 200_000
"""Rows from which it is worth a look."""
LOOKED_AT = 20_000
"""Rows that show whether all are looked at."""
MOST = 250
WORDS = (
    *("actor", "name", "touchpoint", "channel", "place", "source"),
    *("currency", "metric", "survey_kind", "language"),
)
"""Columns that mostly have few words."""
Sources = Sequence[tuple[str, Mapping[str, str]]]


def kinds(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], sources: Sources
) -> dict[str, str]:
    """Return column → the engine's type of its words, for those of `names` that have few.

    `sources` are the relations that events are made of, each with the SQL of its columns.
    """
    counted = _over(connection, names, sources, "count(DISTINCT {})", f" LIMIT {LOOKED_AT}")
    likely = [name for name, count in counted.items() if 0 < count <= MOST]
    found = _over(connection, likely, sources, "list(DISTINCT {0}) FILTER ({0} IS NOT NULL)")
    return {name: sql.one_of(sorted(words)) for name, words in found.items() if len(words) <= MOST}


def _over(
    connection: duckdb.DuckDBPyConnection,
    names: Sequence[str],
    sources: Sources,
    aggregate: str,
    limit: str = "",
) -> dict[str, Any]:
    """Return column → what is asked of it over the rows of all sources."""
    if not names:
        return {}
    rows = " UNION ALL ".join(
        f"(SELECT {_columns(names, columns)} FROM {table}{limit})" for table, columns in sources
    )
    parts = ", ".join(aggregate.format(quote(name)) for name in names)
    row = connection.execute(f"SELECT {parts} FROM ({rows})").fetchone() or ()
    return dict(zip(names, row, strict=True))


def _columns(names: Sequence[str], columns: Mapping[str, str]) -> str:
    return ", ".join(
        f"CAST({columns.get(name, 'NULL')} AS VARCHAR) AS {quote(name)}" for name in names
    )
