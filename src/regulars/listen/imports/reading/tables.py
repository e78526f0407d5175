"""The files of one input as one table of raw rows, each row numbered over all files of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports.expressions import literal, quote
from regulars.listen.imports.model import Column, Input
from regulars.listen.imports.reading import arrow, delimited
from regulars.listen.imports.reading.files import (
    File,
    as_utf8,
    check_text,
    check_whole,
    encoding_of,
    format_of,
    unzipped,
)

if TYPE_CHECKING:
    import duckdb

RAW = "_row"
HASH = "_hash"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file's rows: those numbered above `offset`, `rows` of them, malformed ones included."""

    file: File
    input: str
    offset: int
    rows: int


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


class Reader:
    """Reads inputs on one connection; keeps `rejects`, numbers rows from `start` on."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
        self.connection = connection
        self.scratch = scratch
        self.total = 0
        connection.execute(
            "CREATE TABLE rejects "
            "(_row BIGINT, field VARCHAR, reason VARCHAR, value VARCHAR, line VARCHAR); "
            "CREATE TABLE unread "
            "(row BIGINT, good_row BIGINT, reason VARCHAR, line VARCHAR)"
        )

    def read(self, part: Input, files: Sequence[File]) -> RawRows:
        """Read all files of an input; columns that one of them lacks are null there."""
        tables: list[tuple[str, int]] = []
        pieces: list[Piece] = []
        typed = False
        for index, file in enumerate(files):
            table = f"{quote(f'file_{part.name}_{index}')}"
            kind = format_of(file, part.format)
            typed = kind == "parquet"
            check_whole(file, self.scratch)
            if typed:
                self._parquet(file, table)
            else:
                self._text(file, part, kind, table)
            rows = self._number(file, part.name, pieces, table)
            tables.append((table, self.total))
            self.total += rows
        self.connection.execute("DELETE FROM unread")
        return self._union(part, tables, pieces, typed)

    def _text(self, file: File, part: Input, kind: str, table: str) -> None:
        connection = self.connection
        if kind in ("delimited", "whitespace", "jsonl"):
            file = as_utf8(file, encoding_of(file, part.encoding), self.scratch)
            check_text(file)
        if kind == "delimited":
            delimited.read_delimited(connection, file, part, table)
        elif kind == "whitespace":
            delimited.read_whitespace(connection, file, part, table)
        elif kind == "jsonl":
            delimited.read_jsonl(connection, file, dotted(part), table)
        elif kind == "excel":
            arrow.read_excel(connection, file, part.sheet, part.names, table)
        else:
            arrow.read_xes(connection, file, table)

    def _parquet(self, file: File, table: str) -> None:
        plain = unzipped(file, self.scratch)
        try:
            self.connection.execute(
                f"CREATE VIEW {table} AS SELECT file_row_number + 1 AS _row, "
                "* EXCLUDE (file_row_number) "
                f"FROM read_parquet({literal(str(plain.path))}, file_row_number = true)"
            )
        except Exception as error:  # the engine's own errors differ by what is broken
            raise Invalid(
                "import.parquet",
                Text(f"{file.name} is no Parquet file.", f"{file.name} 不是 Parquet 文件。"),
                file=file.name,
            ) from error

    def _number(self, file: File, name: str, pieces: list[Piece], table: str) -> int:
        """Count the file's rows and move its malformed ones to `rejects`."""
        good = _one(self.connection, f"SELECT count(*) FROM {table}")
        bad = _one(self.connection, "SELECT count(*) FROM unread")
        # Blank lines are no rows but have numbers, so a number may be above the count.
        highest = max(
            good + bad,
            _one(self.connection, f"SELECT coalesce(max(_row), 0) FROM {table}") if bad else 0,
            _one(self.connection, "SELECT coalesce(max(row), 0) FROM unread"),
        )
        self.connection.execute(
            "INSERT INTO rejects SELECT ? + row, NULL, reason, NULL, line FROM unread", [self.total]
        )
        self.connection.execute("DELETE FROM unread")
        pieces.append(Piece(file, name, self.total, good + bad))
        return highest

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


def candidates(key: str, column: str | Column) -> tuple[str, ...]:
    """Return the headers that may hold a declared column, the best first."""
    if isinstance(column, str) or not column.from_:
        return (key,)
    return (column.from_,) if isinstance(column.from_, str) else column.from_
