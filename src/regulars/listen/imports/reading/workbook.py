"""What a workbook's cells do not say themselves: merged cells, formulas never calculated."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
from lxml import etree

from regulars.kit.text import Text
from regulars.listen.imports.expressions import quote
from regulars.listen.imports.model import Note
from regulars.listen.imports.questions import UNANSWERED, Choice, Question, answer_to
from regulars.listen.imports.reading.careful import FileContent

if TYPE_CHECKING:
    import duckdb

MOST = 1 << 28
"""Bytes of a sheet that is looked through for what its cells do not say."""
FORMULA = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*><f[^>]*?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>'
)
MERGED = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
KEY = "merged"
FILL, BLANK = "fill", "blank"
EXAMPLES = 5


def sheet_bytes(content: BinaryIO, title: str) -> bytes:
    """Return the part of a workbook that is the sheet of that title, empty when it is too large."""
    content.seek(0)
    with zipfile.ZipFile(content) as parts:
        book = etree.fromstring(parts.read("xl/workbook.xml"))
        links = etree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): str(link.get("Target")) for link in links}
        for sheet in book.iterfind(".//{*}sheet"):
            name = targets.get(sheet.get(RELATION), "")
            path = name.lstrip("/") if name.startswith("/") else f"xl/{name}"
            if sheet.get("name") == title and path in parts.namelist():
                return parts.read(path) if parts.getinfo(path).file_size <= MOST else b""
    return b""


def uncalculated(sheet: bytes, header: Sequence[str], above: int) -> list[Note]:
    """Tell of cells whose formula was never calculated: they have no value."""
    cells = [(_number(match[1]), int(match[2]) - above) for match in FORMULA.finditer(sheet)]
    found = [
        f"{header[column]} #{row}" for column, row in cells if row > 0 and column < len(header)
    ]
    if not found:
        return []
    examples, count = tuple(found[:EXAMPLES]), len(found)
    listed = ", ".join(examples)
    return [
        Note(
            "not_calculated",
            count,
            Text(
                f"Formulas that were never calculated give no value: {count:,} "
                f"cell{'' if count == 1 else 's'} ({listed}). Open and save the workbook in a "
                "spreadsheet program, and import it again.",
                f"从未计算的公式没有值：{count:,} 个单元格（{listed}）。"
                "请用电子表格软件打开并保存，然后重新导入。",
            ),
            examples,
        )
    ]


def merge(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    sheet: bytes,
    content: FileContent,
    *,
    above: int,
    answers: Mapping[str, str],
) -> None:
    """Fill or leave the cells that a merged one covers; unanswered, their rows go to `unread`."""
    merges = _merges(sheet, content.columns, above)
    if not merges:
        return
    answer = answer_to(answers, KEY, (FILL, BLANK))
    if answer == BLANK:
        return
    covered = 0
    for name, spans in merges.items():
        rows = pa.table(
            {"top": [top for top, _end in spans], "bottom": [end for _top, end in spans]}
        )
        connection.register("merged_rows", rows)
        column = quote(name)
        inside = (
            f"FROM merged_rows JOIN {table} AS first ON first._row = merged_rows.top "
            f"WHERE {table}._row > top AND {table}._row <= bottom "
            f"AND {table}.{column} IS NULL AND first.{column} IS NOT NULL"
        )
        if answer == FILL:
            connection.execute(f"UPDATE {table} SET {column} = first.{column} {inside}")
        else:
            covered += _hold_back(connection, table, inside)
        connection.unregister("merged_rows")
    if covered:
        content.questions.append(Question(KEY, _words(covered), _CHOICES, rows=covered))


def _hold_back(connection: duckdb.DuckDBPyConnection, table: str, inside: str) -> int:
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE held AS SELECT DISTINCT {table}._row AS _row "
        f"{inside.replace('FROM merged_rows', f'FROM {table}, merged_rows', 1)}"
    )
    row = connection.execute("SELECT count(*) FROM held").fetchone()
    connection.execute(
        f"INSERT INTO unread SELECT _row, '{UNANSWERED}', to_json(shown)::VARCHAR "
        f"FROM (SELECT _row, struct_pack(*COLUMNS(* EXCLUDE _row)) AS shown FROM {table}) "
        "SEMI JOIN held USING (_row)"
    )
    connection.execute(f"DELETE FROM {table} WHERE _row IN (SELECT _row FROM held)")
    return int(row[0]) if row else 0


def _merges(sheet: bytes, header: Sequence[str], above: int) -> dict[str, list[tuple[int, int]]]:
    """Return for each column the spans of rows that one merged cell covers."""
    merges: dict[str, list[tuple[int, int]]] = {}
    for match in MERGED.finditer(sheet):
        left, right = _number(match[1]), _number(match[3])
        top, bottom = int(match[2]) - above, int(match[4]) - above
        if top < 1 or bottom == top or left != right or left >= len(header):
            continue
        merges.setdefault(header[left], []).append((top, bottom))
    return merges


def _number(letters: bytes) -> int:
    """Return a column's place from its letters: A is 0, AA is 26."""
    result = 0
    for letter in letters:
        result = result * 26 + letter - 64
    return result - 1


def _words(rows: int) -> Text:
    return Text(
        f"Merged cells cover {rows:,} row{'' if rows == 1 else 's'}: does the value above hold for "
        "each row, or have the others none?",
        f"有 {rows:,} 行被合并单元格覆盖：上方的值适用于每一行，还是其余各行没有值？",
    )


_CHOICES = (
    Choice(FILL, Text("The value holds for every row it covers.", "该值适用于所覆盖的每一行。")),
    Choice(BLANK, Text("Only the first row has it.", "只有第一行有该值。")),
)
