"""A writer that knows its rows: whatever the dialect, each cell arrives or its line is named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.listen.imports.model import Input
from regulars.listen.imports.reading import delimited, files
from regulars.listen.imports.reading.tables import Reader

HEADER = ["who", "at", "score", "say"]
ENDS = {"lf": "\n", "crlf": "\r\n", "cr": "\r", "crcrlf": "\r\r\n"}
CELLS = st.one_of(
    st.sampled_from(
        ["", "9", "ann", "安", "很好，下次还来", '5" screen', "a\nb", "a\r\nb", "x\ry"]
    ),
    st.text(st.sampled_from(list("ab9 好é\"';|\t,\n\r。")), min_size=1, max_size=8).map(
        lambda words: "w" + words
    ),
)
GOOD, BLANK, RAGGED, UNSOUND, NUL = "good", "blank", "columns", "quotes", "nul"
KINDS = st.sampled_from([GOOD] * 8 + [BLANK, RAGGED, UNSOUND, NUL])


@dataclass(frozen=True)
class Row:
    """One record as the writer knows it: what it is, its cells, its text."""

    kind: str
    cells: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Written:
    """A file: its bytes, how to read it, and its rows."""

    content: bytes
    delimiter: str
    encoding: str | None
    rows: tuple[Row, ...]
    titles: int


def quoted(cell: str, delimiter: str, always: bool, padding: str) -> str:
    """Return a cell as a writer writes it who may leave blanks behind quotation marks."""
    if always or any(sign in cell for sign in (delimiter, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"' + padding
    return cell


@st.composite
def rows(draw: st.DrawFn, delimiter: str) -> Row:
    """Draw one record."""
    kind, always = draw(KINDS), draw(st.booleans())
    cells = [f"p{draw(st.integers(0, 9))}", *(draw(CELLS) for _column in HEADER[1:])]
    padding = draw(st.sampled_from(["", "", " ", "   "]))
    written = [quoted(cell, delimiter, always, padding) for cell in cells]
    if kind == BLANK:
        text = draw(st.sampled_from(["", "  ", delimiter * 3, f'""{delimiter * 3}']))
        return Row(kind, (), text)
    if kind == RAGGED:
        written = draw(st.sampled_from([written[:3], [*written, "more"], written[:1]]))
    if kind == UNSOUND:
        written = [f'"{cells[0]}"{padding}odd', "2026", "1", "x"]
    if kind == NUL:
        written[0] = "p\0"
    return Row(kind, tuple(cells), delimiter.join(written))


@st.composite
def texts(draw: st.DrawFn) -> Written:
    """Draw a file."""
    delimiter = draw(st.sampled_from([",", ";", "\t", "|", "，"]))
    end = draw(st.sampled_from([*ENDS, "mixed"]))
    records = draw(st.lists(rows(delimiter), max_size=12))
    above = draw(st.sampled_from([[], [], ["", ""], ["Survey 2024", ""]]))
    lines = [*above, delimiter.join(HEADER), *(record.text for record in records)]
    chosen = [draw(st.sampled_from(list(ENDS))) if end == "mixed" else end for _line in lines]
    if end == "mixed":  # a CR before an empty line would be taken together with its LF
        follows = [*lines[1:], "x"]
        chosen = [one if line else "lf" for line, one in zip(follows, chosen, strict=True)]
    text = "".join(line + ENDS[one] for line, one in zip(lines, chosen, strict=True))
    if draw(st.booleans()) and records and records[-1].kind != BLANK:
        text = text.rstrip("\r\n")
    encoding, declared = draw(
        st.sampled_from(
            [("utf-8", None), ("utf-8-sig", None), ("utf-16", None), ("gb18030", "gb18030")]
        )
    )
    return Written(text.encode(encoding), delimiter, declared, tuple(records), len(above))


Numbered = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Read:
    """What became of a file's rows, each with its number: their cells, or the reason why not."""

    rows: int
    titles: int
    arrived: Numbered
    refused: Numbered
    skipped: Numbered


def read(written: Written, folder: Path) -> Read:
    """Read the file as an import does."""
    file = folder / "a.csv"
    file.write_bytes(written.content)
    part = Input(name="rows", delimiter=written.delimiter, encoding=written.encoding)
    names = ", ".join(f'"{name}"' for name in HEADER)
    with duckdb.connect() as connection:

        def numbered(columns: str, table: str) -> Numbered:
            return connection.execute(f"SELECT _row, {columns} FROM {table} ORDER BY 1").fetchall()

        raw = Reader(connection, folder).read(part, files.gather([file]))
        (piece,) = raw.pieces
        return Read(
            rows=piece.rows,
            titles=piece.titles,
            arrived=numbered(names, raw.table),
            refused=numbered("reason", "rejects"),
            skipped=numbered("reason", "skipped"),
        )


def known(written: Written) -> Read:
    """Return what the writer knows of its file."""
    rows = list(enumerate(written.rows, 1))
    return Read(
        rows=len(rows),
        titles=written.titles,
        arrived=[(n, *(cell or None for cell in row.cells)) for n, row in rows if row.kind == GOOD],
        refused=[(n, row.kind) for n, row in rows if row.kind in (RAGGED, UNSOUND, NUL)],
        skipped=[(n, BLANK) for n, row in rows if row.kind == BLANK],
    )


quick = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
long = settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(texts())
def test_each_cell_arrives_or_its_line_is_named(
    tmp_path_factory: pytest.TempPathFactory, written: Written
) -> None:
    assert read(written, tmp_path_factory.mktemp("rows")) == known(written)


@quick
@given(texts())
def test_so_they_do_where_a_long_file_is_read_while_its_rows_are_counted(
    tmp_path_factory: pytest.TempPathFactory, written: Written
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "LONG", 0)
        assert read(written, tmp_path_factory.mktemp("rows")) == known(written)


@pytest.mark.heavy
@long
@given(texts())
def test_each_cell_of_two_thousand_files_arrives(
    tmp_path_factory: pytest.TempPathFactory, written: Written
) -> None:
    assert read(written, tmp_path_factory.mktemp("rows")) == known(written)
