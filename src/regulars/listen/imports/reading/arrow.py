"""Excel workbooks and XES logs as Arrow tables of text; Parquet as it is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from lxml import etree

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports.expressions import quote
from regulars.listen.imports.reading.delimited import distinct
from regulars.listen.imports.reading.files import File

if TYPE_CHECKING:
    import duckdb

BATCH = 50_000
MOST_UNPACKED = 2 << 30
"""Bytes that the parts of a workbook may have: a small file can unpack to any size."""
VALUES = ("string", "date", "int", "float", "boolean", "id")


def _store(
    connection: duckdb.DuckDBPyConnection,
    batches: Iterator[dict[str, list[str | None]]],
    table: str,
) -> None:
    """Make `table` of batches that may differ in their columns; `_row` counts from 1."""
    parts = [
        pa.table({name: pa.array(column, pa.string()) for name, column in batch.items()})
        for batch in batches
    ]
    whole = pa.concat_tables(parts, promote_options="default") if parts else pa.table({})
    count = whole.num_rows
    numbered = whole.add_column(0, "_row", pa.array(range(1, count + 1), pa.int64()))
    connection.register("arrived", numbered)
    filled = ", ".join(quote(name) for name in whole.column_names)
    blank = f" WHERE coalesce({filled}) IS NOT NULL" if filled else ""
    connection.execute(f"CREATE TABLE {table} AS SELECT * FROM arrived{blank}")
    connection.unregister("arrived")


def read_excel(
    connection: duckdb.DuckDBPyConnection,
    file: File,
    sheet: str | None,
    names: Sequence[str],
    table: str,
) -> None:
    """Make `table` of one sheet (the first unless named), its first row being the header.

    Raises Invalid when the workbook or the sheet cannot be read.
    """
    import openpyxl

    with file.open() as stream:
        content = io.BytesIO(stream.read(MOST_UNPACKED))
    try:
        _check_size(content, file)
        book = openpyxl.load_workbook(content, read_only=True, data_only=True)
        page = book[sheet] if sheet else book.worksheets[0]
    except Invalid:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise Invalid(
            "import.excel",
            Text(
                f"{file.name} cannot be read as a workbook{' with that sheet' if sheet else ''}.",
                f"无法把 {file.name} 读作工作簿{'中的该工作表' if sheet else ''}。",
            ),
            file=file.name,
        ) from error
    _store(connection, _sheet(page.iter_rows(values_only=True), names, file), table)
    book.close()


def _check_size(content: io.BytesIO, file: File) -> None:
    """Refuse a workbook that would fill the memory once its parts are unpacked."""
    with zipfile.ZipFile(content) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > MOST_UNPACKED:
        raise Invalid(
            "import.excel_size",
            Text(
                f"{file.name} is too large for a workbook: save it as CSV, or in parts.",
                f"工作簿 {file.name} 过大：请另存为 CSV，或拆分成几份。",
            ),
            file=file.name,
        )
    content.seek(0)


def _sheet(
    rows: Iterator[tuple[Any, ...]], names: Sequence[str], file: File
) -> Iterator[dict[str, list[str | None]]]:
    first = None if names else next(rows, None)
    if not names and not first:
        raise Invalid(
            "import.empty",
            Text(f"{file.name} is empty.", f"{file.name} 是空文件。"),
            file=file.name,
        )
    header = list(names) or distinct([str(cell or "").strip() for cell in first or ()])
    columns: dict[str, list[str | None]] = {name: [] for name in header}
    for row in rows:
        cells = [*map(_word, row), *[None] * len(header)]
        for name, cell in zip(header, cells, strict=False):
            columns[name].append(cell)
        if len(columns[header[0]]) == BATCH:
            yield columns
            columns = {name: [] for name in header}
    yield columns


def _word(cell: Any) -> str | None:
    """Return a cell as text: ISO dates, whole numbers without a point."""
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def read_xes(connection: duckdb.DuckDBPyConnection, file: File, table: str) -> None:
    """Make `table` of an event log: attributes by their keys, those of the case after `case:`.

    Raises Invalid with the line at which the file is not well-formed.
    """
    try:
        with file.open() as stream:
            _store(connection, _log(stream), table)
    except etree.XMLSyntaxError as error:
        raise Invalid(
            "import.xes",
            Text(
                f"{file.name} is no well-formed XES (line {error.lineno}).",
                f"{file.name} 不是格式正确的 XES（第 {error.lineno} 行）。",
            ),
            file=file.name,
        ) from error


def _log(stream: Any) -> Iterator[dict[str, list[str | None]]]:
    columns: dict[str, list[str | None]] = {}
    count = 0
    walk = etree.iterparse(
        stream, events=("end",), tag="{*}trace", resolve_entities=False, no_network=True
    )
    for _action, trace in walk:
        case = {f"case:{key}": value for key, value in _attributes(trace)}
        for event in trace.iterchildren("{*}event"):
            for key, value in (*case.items(), *_attributes(event)):
                column = columns.setdefault(key, [])
                column += [None] * (count - len(column))
                if len(column) == count:
                    column.append(value)
            count += 1
        trace.clear()
        while trace.getprevious() is not None:
            del trace.getparent()[0]
        if count >= BATCH:
            yield _even(columns, count)
            columns, count = {}, 0
    if count:
        yield _even(columns, count)


def _attributes(element: Any) -> Iterator[tuple[str, str]]:
    for child in element.iterchildren():
        if isinstance(child.tag, str) and etree.QName(child).localname in VALUES:
            yield child.get("key"), child.get("value")


def _even(columns: dict[str, list[str | None]], count: int) -> dict[str, list[str | None]]:
    return {key: column + [None] * (count - len(column)) for key, column in columns.items()}
