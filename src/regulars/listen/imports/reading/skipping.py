"""Rows of a file that are no data: blank ones, further headers, answers given as a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from regulars.kit.headers import fold
from regulars.listen.imports.expressions import literal, quote
from regulars.listen.imports.reading import numbered
from regulars.listen.imports.reading.careful import FileContent

if TYPE_CHECKING:
    import duckdb

BLANK, HEADER, PREVIEW = "blank", "header", "preview"
STATES = ("status", "response_type", "distribution_channel", "distributionchannel")
"""Columns in which survey tools say how an answer came (folded)."""
TRIED = ("survey preview", "survey test", "preview", "test")
TRIED_CODES = ("1", "2")
"""How Qualtrics writes them when it exports codes."""


def set_apart(connection: duckdb.DuckDBPyConnection, table: str, file: FileContent) -> None:
    """Move the rows of a file that are no data from `table` and `unread` to `apart`."""
    for numbers in file.blank:
        connection.register("blank_rows", pa.table({"row": numbers}))
        connection.execute(f"INSERT INTO apart SELECT row, '{BLANK}' FROM blank_rows WHERE row > 0")
        connection.unregister("blank_rows")
    if file.below:
        below = f"_row <= {file.below}"
        connection.execute(
            f"INSERT INTO apart SELECT i, '{HEADER}' FROM range(1, {file.below + 1}) AS r(i) "
            f"WHERE i NOT IN (SELECT row FROM apart)"
        )
        numbered.delete(connection, table, below)
        connection.execute(f"DELETE FROM unread WHERE row <= {file.below}")
    if len(file.columns) > 1:
        # To look for words is cheaper than to trim them, and most rows end there.
        again = " AND ".join(
            f"contains({quote(name)}, {literal(name)}) AND trim({quote(name)}) = {literal(name)}"
            for name in file.columns
        )
        _move(connection, table, again, HEADER)
    for name in file.columns:
        if fold(name) in STATES:
            tried = [*TRIED, *(TRIED_CODES if file.below > 1 else ())]
            listed = ", ".join(literal(word) for word in tried)
            _move(connection, table, f"lower(trim({quote(name)})) IN ({listed})", PREVIEW)


def _move(connection: duckdb.DuckDBPyConnection, table: str, where: str, reason: str) -> None:
    row = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()
    if row and row[0]:
        connection.execute(f"INSERT INTO apart SELECT _row, '{reason}' FROM {table} WHERE {where}")
        numbered.delete(connection, table, where)
