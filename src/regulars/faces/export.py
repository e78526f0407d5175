"""What is shown, as a file: CSV or Excel, streamed, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import StreamingResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from regulars.faces.language import say
from regulars.kit.errors import Invalid, NotAllowed
from regulars.kit.text import Text

Format = Literal["csv", "xlsx"]
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings of a formula; spreadsheets of the Far East take the full-width signs for one, too."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
CHUNK = 64 * 1024
YES, NO = Text("yes", "是"), Text("no", "否")
MAX_ROWS_OF_EXCEL = 1_048_575


def asked(request: Request) -> Format | None:
    """Return which file the address asks for (`?format=csv`), or None for the page itself.

    Raises Invalid for another word, NotAllowed for a caller who may look but not take away.
    """
    wish = request.query_params.get("format")
    if wish is None:
        return None
    principal = getattr(request.state, "principal", None)
    if principal is not None:
        _require_export(principal)
    if wish == "csv":
        return "csv"
    if wish == "xlsx":
        return "xlsx"
    raise Invalid(
        "export.format",
        Text("The format is csv or xlsx.", "导出格式只能是 csv 或 xlsx。"),
        field="format",
    )


def _require_export(principal: Any) -> None:
    if not principal.may("export"):
        raise NotAllowed(
            "export.right",
            Text(
                "Your account may look at this and not take it away as a file.",
                "您的账号可以查看，但不能导出文件。",
            ),
            right="export",
        )


def send(
    request: Request,
    kind: Format,
    name: str,
    columns: Sequence[str | Text],
    rows: Iterable[Sequence[Any]],
) -> StreamingResponse:
    """Return a download of `rows` under `columns`; `name` is the file's, without its ending.

    Moments are written in the workspace's reporting zone, with the offset in CSV. CSV begins with
    a byte order mark, by which Excel knows UTF-8; `?bom=0` leaves it out.
    """
    zone = request.app.state.workspace.zone
    heads = distinct([say(head) if isinstance(head, Text) else head for head in columns])
    if kind == "csv":
        body = csv_bytes(heads, rows, zone, bom=request.query_params.get("bom") != "0")
        return _download(body, CSV, f"{name}.csv")
    return _download(xlsx_bytes(heads, rows, zone), XLSX, f"{name}.xlsx")


def distinct(heads: Sequence[str]) -> list[str]:
    """Return heads of which no two are equal.

    Those that stand several times, such as the ends of intervals, are told apart by the column
    they belong to, the one before them: "Amount", "Low", "Share", "Low" become "Amount",
    "Amount: Low", "Share", "Share: Low".
    """
    times, owner, result = Counter(heads), "", []
    for head in heads:
        repeated = times[head] > 1
        owner = owner if repeated else head
        result.append(f"{owner}: {head}" if repeated and owner else head)
    for at, head in enumerate(result):
        number = 1
        while result[at] in result[:at]:
            number += 1
            result[at] = f"{head} ({number})"
    return result


def _download(body: Iterator[bytes], media_type: str, file: str) -> StreamingResponse:
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", file)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file)}"
    return StreamingResponse(
        body, media_type=media_type, headers={"Content-Disposition": disposition}
    )


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return "'" + text if text.startswith(DANGEROUS) else text


def _csv_cell(value: Any, zone: tzinfo) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return say(YES if value else NO)
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    if isinstance(value, Text):
        return safe(say(value))
    return safe(value) if isinstance(value, str) else value


def csv_bytes(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], zone: tzinfo, *, bom: bool
) -> Iterator[bytes]:
    """Yield the file in pieces of about 64 KB."""
    buffer = io.StringIO(newline="")
    if bom:
        buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow([safe(column) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(value, zone) for value in row])
        if buffer.tell() >= CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _xlsx_cell(sheet: Any, value: Any, zone: tzinfo) -> Any:
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None)
    if isinstance(value, date):
        return value
    words = say(value) if isinstance(value, Text) else str(value)
    cell = WriteOnlyCell(sheet, CONTROL.sub("", words)[:32_767])
    cell.data_type = "s"  # text stays text, also when it begins with "="
    return cell


def xlsx_bytes(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], zone: tzinfo
) -> Iterator[bytes]:
    """Yield an Excel file with one sheet, its first row bold and fixed.

    Raises Invalid when there are more rows than a sheet holds.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Regulars")
    sheet.freeze_panes = "A2"
    heads = [WriteOnlyCell(sheet, column) for column in columns]
    for head in heads:
        head.data_type = "s"
        head.font = Font(bold=True)
    sheet.append(heads)
    for count, row in enumerate(rows):
        if count >= MAX_ROWS_OF_EXCEL:
            raise Invalid(
                "export.rows",
                Text(
                    "Excel holds 1,048,575 rows: export CSV, or narrow the filter.",
                    "Excel 最多容纳 1,048,575 行：请导出 CSV，或缩小筛选范围。",
                ),
            )
        sheet.append([_xlsx_cell(sheet, value, zone) for value in row])
    return _pieces(book)


def _pieces(book: Workbook) -> Iterator[bytes]:
    with tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024) as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(CHUNK):
            yield piece
