"""The files of one input as one table of raw rows, each row numbered over all files of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports.expressions import literal, quote
from regulars.listen.imports.model import Input, Note
from regulars.listen.imports.questions import Question
from regulars.listen.imports.reading import arrow, delimited, jsonl, skipping
from regulars.listen.imports.reading.careful import FileContent
from regulars.listen.imports.reading.files import (
    File,
    as_utf8,
    check_text,
    check_whole,
    encoding_of,
    format_of,
    unzipped,
)
from regulars.listen.imports.reading.heading import candidates

if TYPE_CHECKING:
    import duckdb

RAW = "_row"
LOST = "lost"
"""The reason for which rows are refused that were counted and never arrived."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file's rows: those numbered above `offset`, `rows` of them, whatever became of them.

    `titles` more stand above the header and have no number; the first `below` are headers too.
    """

    file: File
    input: str
    offset: int
    rows: int
    titles: int = 0
    below: int = 0


@dataclass(slots=True)
class RawRows:
    """The rows of one input: view or table `table` with `_row` and the headers of `columns`."""

    part: Input
    table: str
    columns: dict[str, str]
    """Header → the engine's type."""
    typed: bool
    """Whether the file had types of its own (Parquet); then nothing was copied."""
    pieces: list[Piece] = field(default_factory=list)
    beside: frozenset[str] = frozenset()
    """Columns that repeat parts of others."""
    tidy: bool = False
    """Whether no cell begins or ends with a blank; what a `typed` file has stays as it is."""
    notes: list[Note] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    @property
    def content(self) -> list[str]:
        """The columns that make up a row."""
        return [name for name in self.columns if name not in self.beside]


def place(number: int, pieces: Sequence[Piece]) -> str:
    """Return a row as people find it: its number in the file, with its name if there are more."""
    piece = next(one for one in reversed(pieces) if one.offset < number)
    name = f"{piece.file.name}:" if len(pieces) > 1 else "#"
    return f"{name}{number - piece.offset}"


class Reader:
    """Reads inputs on one connection, numbers their rows; keeps `rejects` and `skipped`."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        scratch: Path,
        answers: Mapping[str, str] | None = None,
    ) -> None:
        self.connection = connection
        self.answers = answers or {}
        self.scratch = scratch
        self.total = 0
        connection.execute(
            "CREATE TABLE rejects "
            "(_row BIGINT, field VARCHAR, reason VARCHAR, value VARCHAR, line VARCHAR); "
            "CREATE TABLE skipped (_row BIGINT, reason VARCHAR); "
            "CREATE TABLE unread (row BIGINT, reason VARCHAR, line VARCHAR); "
            "CREATE TABLE apart (row BIGINT, reason VARCHAR)"
        )

    def read(self, part: Input, files: Sequence[File]) -> RawRows:
        """Read all files of an input; columns that one of them lacks are null there."""
        tables: list[tuple[str, int]] = []
        pieces: list[Piece] = []
        founds: list[FileContent] = []
        typed = False
        for index, file in enumerate(files):
            table = f"{quote(f'file_{part.name}_{index}')}"
            kind = format_of(file, part.format)
            typed = kind == "parquet"
            check_whole(file, self.scratch)
            found = self._parquet(file, table) if typed else self._text(file, part, kind, table)
            pieces.append(self._number(file, part.name, found, table))
            tables.append((table, self.total))
            founds.append(found)
            self.total += found.records
        raw = self._union(part, tables, pieces, typed)
        raw.tidy = typed or all(found.tidy for found in founds)
        for found in founds:
            raw.beside |= found.beside
            raw.notes += found.notes
            raw.questions += found.questions
        return raw

    def _text(self, file: File, part: Input, kind: str, table: str) -> FileContent:
        connection = self.connection
        if kind == "excel":
            found = arrow.read_excel(connection, file, part, table, self.answers)
        elif kind == "xes":
            return arrow.read_xes(connection, file, table)
        else:
            file = as_utf8(file, encoding_of(file, part.encoding), self.scratch)
            check_text(file)
            if kind == "jsonl":
                found = jsonl.read_jsonl(connection, file, dotted(part), table, self.scratch)
            elif kind == "delimited":
                found = delimited.read_delimited(connection, file, part, table)
            else:
                found = delimited.read_whitespace(connection, file, part, table)
        skipping.set_apart(connection, table, found)
        return found

    def _parquet(self, file: File, table: str) -> FileContent:
        from pyarrow import parquet

        plain = unzipped(file, self.scratch)
        try:
            self.connection.execute(
                f"CREATE VIEW {table} AS SELECT file_row_number + 1 AS _row, "
                "* EXCLUDE (file_row_number) "
                f"FROM read_parquet({literal(str(plain.path))}, file_row_number = true)"
            )
            return FileContent(parquet.read_metadata(plain.path).num_rows)
        except Exception as error:  # the engine's own errors differ by what is broken
            raise Invalid(
                "import.parquet",
                Text(f"{file.name} is no Parquet file.", f"{file.name} 不是 Parquet 文件。"),
                file=file.name,
            ) from error

    def _number(self, file: File, name: str, content: FileContent, table: str) -> Piece:
        """Give the file's refused and skipped rows their numbers; name those that got lost."""
        counted = "(SELECT count(*) FROM {}) + (SELECT count(*) FROM unread) + "
        seen = _one(self.connection, f"SELECT {counted.format(table)} (SELECT count(*) FROM apart)")
        if seen < content.records:
            self.connection.execute(
                f"INSERT INTO unread SELECT i, '{LOST}', NULL "
                f"FROM range(1, {content.records + 1}) AS numbers(i) WHERE i NOT IN ("
                f"SELECT _row FROM {table} UNION ALL SELECT row FROM unread "
                "UNION ALL SELECT row FROM apart)"
            )
        for move in (
            "INSERT INTO rejects SELECT ? + row, NULL, reason, NULL, line FROM unread",
            "INSERT INTO skipped SELECT ? + row, reason FROM apart",
        ):
            self.connection.execute(move, [self.total])
        self.connection.execute("DELETE FROM unread; DELETE FROM apart")
        return Piece(file, name, self.total, content.records, content.titles, content.below)

    def _union(
        self, part: Input, tables: list[tuple[str, int]], pieces: list[Piece], typed: bool
    ) -> RawRows:
        name = quote(f"raw_{part.name}")
        selects = [
            f"SELECT _row + {offset} AS _row, * EXCLUDE (_row) FROM {table}"
            for table, offset in tables
        ]
        self.connection.execute(f"CREATE VIEW {name} AS {' UNION ALL BY NAME '.join(selects)}")
        described = self.connection.execute(f"DESCRIBE {name}").fetchall()
        columns = {row[0]: row[1] for row in described if row[0] != RAW}
        return RawRows(part, name, columns, typed, pieces)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def dotted(part: Input) -> list[str]:
    """Return the dotted names from which the input's columns come."""
    names: list[str] = []
    for key, column in part.columns.items():
        names += candidates(key, column)
    return [name for name in names if "." in name and "*" not in name]


def by_file(pieces: list[Piece], values: list[str]) -> str:
    """Return the SQL that gives each row the value of the file it is of."""
    if len(pieces) == 1:
        return values[0]
    pairs = reversed(list(zip(pieces, values, strict=True)))
    cases = " ".join(f"WHEN _row > {piece.offset} THEN {value}" for piece, value in pairs)
    return f"CASE {cases} END"


def original(raw: RawRows) -> str:
    """Return the query of each raw row as it was: `_row`, `line` (JSON)."""
    parts = ", ".join(f"{quote(name)} := CAST({quote(name)} AS VARCHAR)" for name in raw.content)
    return f"SELECT _row, to_json(struct_pack({parts}))::VARCHAR AS line FROM {raw.table}"
