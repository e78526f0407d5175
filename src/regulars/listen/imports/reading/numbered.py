"""Tables whose rows are numbered by their place: the engine reads them with all its threads.

A `row_number()` beside the read would let it use one. Where rows are taken out, those left are
copied, for the engine gives no promise on the places of what stands behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.listen.imports.expressions import quote

if TYPE_CHECKING:
    import duckdb


def make(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    """Make the relation `name` (quoted or plain) of the query's rows with `_row`, from 1."""
    connection.execute(f"CREATE TABLE {_below(name)} AS {query}")
    connection.execute(f"CREATE VIEW {name} AS SELECT rowid + 1 AS _row, * FROM {_below(name)}")


def drop(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Drop the relation, made in part or as a whole, or a table that is no such one."""
    kind = "VIEW" if _is_one(connection, name) else "TABLE"
    connection.execute(f"DROP {kind} IF EXISTS {name}; DROP TABLE IF EXISTS {_below(name)}")


def delete(connection: duckdb.DuckDBPyConnection, name: str, where: str) -> None:
    """Take rows out of the relation, or of a table that is no such one; others keep numbers."""
    if not _is_one(connection, name):
        connection.execute(f"DELETE FROM {name} WHERE {where}")
        return
    connection.execute(
        f"CREATE TABLE numbered AS SELECT * FROM {name} WHERE NOT coalesce({where}, FALSE)"
    )
    drop(connection, name)
    connection.execute(f"ALTER TABLE numbered RENAME TO {name}")


def _below(name: str) -> str:
    return quote(_bare(name) + "_read")


def _bare(name: str) -> str:
    return name.strip('"')


def _is_one(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM duckdb_views() WHERE view_name = ?", [_bare(name)]
    ).fetchone()
    return found is not None
