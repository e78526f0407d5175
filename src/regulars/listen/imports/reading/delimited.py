"""Delimited and whitespace-separated text, and JSON Lines: read by the engine, never by rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports.expressions import literal, quote
from regulars.listen.imports.model import Input
from regulars.listen.imports.reading import careful, heading, numbered
from regulars.listen.imports.reading.careful import FileContent
from regulars.listen.imports.reading.files import File
from regulars.listen.imports.reading.plain import Plain, survey
from regulars.listen.imports.reading.records import LINE_BYTES, Dialect

if TYPE_CHECKING:
    import duckdb

DELIMITERS = (",", "\t", ";", "|", "，")
NO_DELIMITER = "\x01"
HEAD = 1 << 16
LONG = 1 << 24
"""Bytes from which a file is read and counted at once; a shorter one is counted first."""


def head_text(file: File) -> str:
    """Return the first lines as text; a character cut at the end is left out."""
    return codecs.getincrementaldecoder("utf-8-sig")("replace").decode(file.head(HEAD))


def head_rows(file: File, delimiter: str, quotation: str) -> list[list[str]]:
    """Return the rows at the top of a file; one that is cut is left out."""
    reader = csv.reader(
        io.StringIO(head_text(file).replace("\r\r\n", "\r\n"), newline=""),
        delimiter=delimiter,
        quotechar=quotation or None,
        quoting=csv.QUOTE_MINIMAL if quotation else csv.QUOTE_NONE,
    )
    rows = list(islice(reader, heading.LOOKED_AT + 1))
    cut = len(rows) <= heading.LOOKED_AT and len(file.head(HEAD)) == HEAD
    return rows[:-1] if cut and len(rows) > 1 else rows


def delimiter_of(file: File, declared: str | None) -> str:
    """Return the delimiter: declared, or the one that cuts most of the first rows alike."""
    if declared:
        return declared

    def evenness(mark: str) -> tuple[float, int]:
        rows = [row for row in head_rows(file, mark, '"') if any(row)]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            return -1.0, 0
        width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
        return times / len(rows), width

    return max(DELIMITERS, key=evenness)


def header_of(file: File, rows: Sequence[Sequence[str]], part: Input) -> tuple[int, list[str]]:
    """Return how many rows stand before the data, and the column names, made distinct."""
    if part.names:
        return part.skip or 0, list(part.names)
    titles = heading.above(rows, part)
    if titles >= len(rows) or not rows[titles]:
        raise Invalid(
            "import.empty",
            Text(f"{file.name} is empty.", f"{file.name} 是空文件。"),
            file=file.name,
        )
    return titles + 1, distinct([name.strip() for name in rows[titles]])


def distinct(names: Sequence[str]) -> list[str]:
    """Give names to nameless columns, and numbers to all that share one (letters' case aside)."""
    named = [given or f"column_{index}" for index, given in enumerate(names, 1)]
    times = Counter(name.lower() for name in named)
    seen: Counter[str] = Counter()
    result = []
    for name in named:
        seen[name.lower()] += 1
        result.append(name if times[name.lower()] == 1 else nth(name, seen[name.lower()]))
    return result


def nth(name: str, number: int) -> str:
    """Return what the n-th column of a name is called that stands several times in a header."""
    return f"{name} ({number})"


def read_delimited(
    connection: duckdb.DuckDBPyConnection, file: File, part: Input, table: str
) -> FileContent:
    """Make `table` (`_row` and the columns as text); malformed lines go to `unread`.

    `_row` counts data rows from 1, malformed and blank ones among them. The engine's own reader
    takes a plain file; what it would leave out or misread is read carefully.
    """
    delimiter = delimiter_of(file, part.delimiter)
    rows = head_rows(file, delimiter, part.quote)
    above, columns = header_of(file, rows, part)
    titles = above if part.names else above - 1
    dialect = Dialect.of(delimiter, part.quote)
    found = None
    if titles == 0:
        found = _read_plain(connection, file, dialect, columns, table, above=above)
    if found is None:
        found = careful.read(connection, file, dialect, columns, table, above=above)
    found.titles, found.columns = titles, columns
    found.below = 0 if part.names else heading.below(rows[above:], part)
    return found


def _read_plain(
    connection: duckdb.DuckDBPyConnection,
    file: File,
    dialect: Dialect,
    columns: Sequence[str],
    table: str,
    *,
    above: int,
) -> FileContent | None:
    """Let the engine read a plain file; None where it is not plain or a record got lost."""
    shape = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    sign = literal(dialect.quote.decode())
    options = {
        "columns": f"{{{shape}}}",
        "delim": literal(dialect.delimiter.decode()),
        "quote": sign,
        "escape": sign,
        "header": "true" if above else "false",
    }
    return _witnessed(connection, file, dialect, options, table, above=above)


def _witnessed(
    connection: duckdb.DuckDBPyConnection,
    file: File,
    dialect: Dialect,
    options: dict[str, str],
    table: str,
    *,
    above: int,
) -> FileContent | None:
    """Return what the engine found when that is every record; else None, and nothing is left.

    The engine reads a long file while its records are counted, and is stopped where that finds
    it is not plain.
    """
    import duckdb

    with ThreadPoolExecutor(1) as aside:
        counting = aside.submit(_counted, connection, file, dialect)
        if file.size < LONG and counting.result() is None:
            return None
        error = _scan(connection, file, options, table)
        plain = counting.result()
    if plain is None or isinstance(error, duckdb.InvalidInputException):
        numbered.drop(connection, table)  # a line does not fit the header
        return None
    if error is not None:
        raise error
    records = max(0, plain.records - above)
    blank = min(plain.trailing, records)
    if connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (records - blank,):
        last = np.arange(records - blank + 1, records + 1)
        return FileContent(records, blank=[last], tidy=plain.tidy)
    numbered.drop(connection, table)
    return None


def _counted(connection: duckdb.DuckDBPyConnection, file: File, dialect: Dialect) -> Plain | None:
    """Count the records of a plain file; stop the engine and return None where it is not plain."""
    with file.open() as stream:
        plain = survey(stream, dialect)
    if plain is None:
        connection.interrupt()
    return plain


def _scan(
    connection: duckdb.DuckDBPyConnection, file: File, options: dict[str, str], table: str
) -> Exception | None:
    """Let the engine read a file into `table`; return what kept it from that."""
    import duckdb

    options = {
        **options,
        "auto_detect": "false",
        "compression": "'gzip'" if file.zipped else "'none'",
        "max_line_size": str(LINE_BYTES),
        "buffer_size": str(LINE_BYTES * 2),
    }
    words = ", ".join(f"{key} = {value}" for key, value in options.items())
    read = f"SELECT * FROM read_csv({literal(str(file.path))}, {words})"
    try:
        numbered.make(connection, table, read)
    except duckdb.Error as error:
        kept: Exception = error
        return kept
    return None


def read_lines(
    connection: duckdb.DuckDBPyConnection, file: File, table: str, *, above: int = 0
) -> FileContent:
    """Make `table` (`_row`, `line`) of a text file's lines but the first `above` and blank ones."""
    if not above:
        options = {
            "columns": "{'line': 'VARCHAR'}",
            "delim": f"'{NO_DELIMITER}'",
            "quote": "''",
            "escape": "''",
            "header": "false",
            "strict_mode": "false",
        }
        found = _witnessed(connection, file, Dialect(), options, table, above=0)
        if found is not None:
            found.tidy = False  # lines may be, and what stands in them not
            return found
    return careful.read(connection, file, Dialect(), ["line"], table, above=above)


def read_whitespace(
    connection: duckdb.DuckDBPyConnection, file: File, part: Input, table: str
) -> FileContent:
    """Make `table` of a file whose columns are parted by spaces and tabs."""
    rows = [line.split() for line in re.split(r"\r*\n|\r", head_text(file))]
    above, columns = header_of(file, rows[: heading.LOOKED_AT], part)
    lines = read_lines(connection, file, "lines_read", above=above)
    lines.titles, lines.columns = above if part.names else above - 1, columns
    connection.execute(
        r"CREATE TABLE cut AS SELECT _row, line, "
        r"regexp_split_to_array(trim(line, ' \t\r\n'), '\s+') AS parts FROM lines_read"
    )
    connection.execute(
        "INSERT INTO unread SELECT _row, 'columns', line FROM cut WHERE len(parts) <> ?",
        [len(columns)],
    )
    values = ", ".join(f"parts[{i}] AS {quote(name)}" for i, name in enumerate(columns, 1))
    connection.execute(
        f"CREATE TABLE {table} AS SELECT _row, {values} FROM cut WHERE len(parts) = {len(columns)}"
    )
    connection.execute("DROP TABLE cut")
    numbered.drop(connection, "lines_read")
    return lines
