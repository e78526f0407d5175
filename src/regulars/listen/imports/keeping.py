"""Whether the values of a text file are worth a table, or are made again by whoever looks at them.

A table of values is a second copy of the file: where reading a cell is no more than a cast, two
looks (one that checks, one that loads) cost less than to write and read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regulars.listen.imports.columns import NUMERIC
from regulars.listen.imports.fields import Field
from regulars.listen.imports.model import Recipe
from regulars.listen.imports.reading.tables import RawRows

if TYPE_CHECKING:
    import duckdb


def worth(raw: RawRows, fields: Sequence[Field], recipe: Recipe) -> bool:
    """Tell whether reading the cells costs more than a table of what they say."""
    if raw.typed:
        return False
    plain = raw.tidy and not raw.part.formerly and all(_plain(field) for field in fields)
    return not plain or _readers(raw.part.name, recipe) > 1


def all_own(connection: duckdb.DuckDBPyConnection, rows: str) -> bool:
    """Tell whether every one of `rows` (a query) brings an id, `_own`, along."""
    found = connection.execute(f"SELECT 1 FROM ({rows}) WHERE _own IS NULL LIMIT 1")
    return found.fetchone() is None


def _plain(field: Field) -> bool:
    """Tell whether a cast at most makes the value of a cell."""
    column = field.column
    if field.header is None:
        return True
    if column.values or field.clock is not None:
        return False
    if column.type in NUMERIC or column.type == "currency":
        return field.written.plain
    return bool(field.form) if column.type == "moment" else column.type in ("text", "id")


def _readers(name: str, recipe: Recipe) -> int:
    """Return how many events and tables are made of an input; a table counts twice."""
    events = sum(event.from_ == name for event in recipe.events)
    tables = sum(
        name in (table.from_, *table.union, *(join.table for join in table.join))
        for table in recipe.tables
    )
    return events + 2 * tables
