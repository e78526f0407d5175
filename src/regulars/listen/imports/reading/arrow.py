"""Excel workbooks and XES logs as Arrow tables of text; Parquet as it is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from lxml import etree

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports.model import Input, Note
from regulars.listen.imports.reading import heading, workbook
from regulars.listen.imports.reading.careful import FileContent
from regulars.listen.imports.reading.delimited import header_of
from regulars.listen.imports.reading.files import File

if TYPE_CHECKING:
    import duckdb

BATCH = 50_000
MAX_UNPACKED = 2 << 30
"""Bytes that the parts of a workbook may have: a small file can unpack to any size."""
CASE = "case:concept:name"
VALUES = ("string", "date", "int", "float", "boolean", "id")


def _store(
    connection: duckdb.DuckDBPyConnection,
    batches: Iterator[dict[str, list[str | None]]],
    table: str,
) -> FileContent:
    """Make `table` of batches that may differ in their columns; `_row` counts from 1.

    Blank rows are left out; those at the very end do not count.
    """
    parts = [
        pa.table({name: pa.array(column, pa.string()) for name, column in batch.items()})
        for batch in batches
    ]
    whole = pa.concat_tables(parts, promote_options="default") if parts else pa.table({})
    numbers = np.arange(1, whole.num_rows + 1)
    empty = np.ones(whole.num_rows, np.bool_)
    for column in whole.columns:
        empty &= column.is_null().to_numpy()
    filled = np.flatnonzero(~empty)
    count = int(filled[-1]) + 1 if len(filled) else 0
    rows = whole.add_column(0, "_row", pa.array(numbers, pa.int64())).take(pa.array(filled))
    connection.register("arrived", rows)
    connection.execute(f"CREATE TABLE {table} AS SELECT * FROM arrived")
    connection.unregister("arrived")
    blank = numbers[:count][empty[:count]]
    return FileContent(count, blank=[blank], columns=list(whole.column_names))


def read_excel(
    connection: duckdb.DuckDBPyConnection,
    file: File,
    part: Input,
    table: str,
    answers: Mapping[str, str],
) -> FileContent:
    """Make `table` of one sheet (the first one shown unless named); titles above are skipped.

    Raises Invalid when the workbook or the sheet cannot be read.
    """
    import openpyxl

    with file.open() as stream:
        content = io.BytesIO(stream.read(MAX_UNPACKED))
    try:
        _check_size(content, file)
        book = openpyxl.load_workbook(content, read_only=True, data_only=True)
        shown = [one for one in book.worksheets if one.sheet_state == "visible"]
        page = book[part.sheet] if part.sheet else (shown or book.worksheets)[0]
    except Invalid:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise
        named = part.sheet is not None
        raise Invalid(
            "import.excel",
            Text(
                f"{file.name} cannot be read as a workbook{' with that sheet' if named else ''}.",
                f"无法把 {file.name} 读作工作簿{'中的该工作表' if named else ''}。",
            ),
            file=file.name,
        ) from error
    rows = page.iter_rows(values_only=True)
    top = [[_word(cell) for cell in row] for row in islice(rows, heading.LOOKED_AT)]
    above, header = header_of(file, [[cell or "" for cell in row] for row in top], part)
    stored = _store(connection, _sheet(chain(top[above:], rows), header), table)
    stored.titles = above if part.names else above - 1
    stored.below = 0 if part.names else heading.below(top[above:], part)
    book.close()
    sheet = workbook.sheet_bytes(content, page.title)
    stored.notes += workbook.uncalculated(sheet, header, above)
    workbook.merge(connection, table, sheet, stored, above=above, answers=answers)
    return stored


def _check_size(content: io.BytesIO, file: File) -> None:
    """Refuse a workbook that would fill the memory once its parts are unpacked."""
    with zipfile.ZipFile(content) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > MAX_UNPACKED:
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
    rows: Iterator[Sequence[Any]], header: Sequence[str]
) -> Iterator[dict[str, list[str | None]]]:
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


def read_xes(connection: duckdb.DuckDBPyConnection, file: File, table: str) -> FileContent:
    """Make `table` of an event log: attributes by their keys, those of the case after `case:`.

    Raises Invalid with the line at which the file is not well-formed.
    """
    try:
        with file.open() as stream:
            nameless: list[str] = []
            stem = file.bare.removesuffix(".xes")
            stored = _store(connection, _log(stream, stem, nameless), table)
    except etree.XMLSyntaxError as error:
        raise Invalid(
            "import.xes",
            Text(
                f"{file.name} is no well-formed XES (line {error.lineno}).",
                f"{file.name} 不是格式正确的 XES（第 {error.lineno} 行）。",
            ),
            file=file.name,
        ) from error
    stored.columns = []
    if nameless:
        stored.notes.append(_numbered_cases(file, nameless))
    return stored


def _numbered_cases(file: File, names: Sequence[str]) -> Note:
    count = len(names)
    return Note(
        "numbered_cases",
        count,
        Text(
            f"{count:,} traces of {file.name} have no name (concept:name) and were numbered: "
            f"{names[0]} …",
            f"{file.name} 中有 {count:,} 条轨迹没有名称（concept:name），已编号：{names[0]} …",
        ),
        tuple(names[:5]),
    )


def _log(stream: Any, name: str, nameless: list[str]) -> Iterator[dict[str, list[str | None]]]:
    columns: dict[str, list[str | None]] = {}
    count = 0
    walk = etree.iterparse(
        stream, events=("end",), tag="{*}trace", resolve_entities=False, no_network=True
    )
    for number, (_action, trace) in enumerate(walk, 1):
        case = {f"case:{key}": value for key, value in _attributes(trace)}
        if not case.get(CASE):
            case[CASE] = f"{name} {number}"
            nameless.append(case[CASE])
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
