"""Tables as Parquet, or as CSV that a spreadsheet may open; written piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from regulars.faces.export import DANGEROUS
from regulars.jobs.export.model import Form

FORMULA = "^[" + "".join("\\" + sign if sign in "+-" else sign for sign in DANGEROUS) + "]"
MARK = b"\xef\xbb\xbf"
"""By this Excel knows UTF-8."""


def write(path: Path, form: Form, schema: pa.Schema, tables: Iterable[pa.Table]) -> int:
    """Write the tables one after another into one file; return how many rows there were.

    The file appears under its name when it is whole.
    """
    growing = path.with_name(path.name + ".part")
    writer: Any
    with growing.open("wb") as sink:
        if form is Form.PARQUET:
            writer = pq.ParquetWriter(sink, schema, compression="zstd")
        else:
            sink.write(MARK)
            writer = pcsv.CSVWriter(sink, plain(schema.empty_table()).schema)
        rows = 0
        with writer:
            for table in tables:
                writer.write_table(table if form is Form.PARQUET else plain(table))
                rows += table.num_rows
    growing.replace(path)
    return rows


def plain(table: pa.Table) -> pa.Table:
    """Return the table with columns that CSV can hold.

    Lists become JSON, times ISO 8601 in UTC, and no text is left that a spreadsheet would take
    for a formula.
    """
    return pa.table({name: _plain(table.column(name)) for name in table.column_names})


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_nested(column.type):
        words = [None if cell is None else json.dumps(cell, default=str, ensure_ascii=False)
                 for cell in column.to_pylist()]  # fmt: skip
        return pa.chunked_array([pa.array(words, pa.string())])
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column.cast(pa.timestamp("us")), "%Y-%m-%dT%H:%M:%SZ")
    if pa.types.is_string(column.type):
        dangerous = pc.match_substring_regex(column, FORMULA)
        return pc.if_else(dangerous, pc.binary_join_element_wise("'", column, ""), column)
    return column
