"""Delimited and whitespace-separated text, and JSON Lines: read by the engine, never by rows."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports.expressions import literal, quote
from regulars.listen.imports.model import Input
from regulars.listen.imports.reading.files import File

if TYPE_CHECKING:
    import duckdb

DELIMITERS = (",", "\t", ";", "|", "，")
NO_DELIMITER = "\x01"
LINE_BYTES = 16 * 1024 * 1024
REASONS = {
    "MISSING COLUMNS": "columns",
    "TOO MANY COLUMNS": "columns",
    "UNQUOTED VALUE": "quotes",
    "INVALID ENCODING": "encoding",
    "LINE SIZE OVER MAXIMUM": "too_long",
}


def head_text(file: File) -> str:
    """Return the first lines as text; a character cut at the end is left out."""
    return codecs.getincrementaldecoder("utf-8-sig")("replace").decode(file.head(1 << 16))


def delimiter_of(file: File, declared: str | None) -> str:
    """Return the delimiter: declared, or the one that cuts the first lines most evenly."""
    if declared:
        return declared
    lines = [line for line in head_text(file).splitlines()[:25] if line.strip()]
    if not lines:
        return ","

    def evenness(mark: str) -> tuple[float, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=mark)]
        same = sum(count == counts[0] for count in counts) / len(counts)
        return (same if counts[0] > 1 else -1.0, counts[0])

    return max(DELIMITERS, key=evenness)


def header_of(file: File, part: Input, delimiter: str) -> list[str]:
    """Return the column names: declared, or those of the first line, made distinct."""
    if part.names:
        return list(part.names)
    reader = csv.reader(
        io.StringIO(head_text(file)), delimiter=delimiter, quotechar=part.quote or None
    )
    first = next(reader, None)
    if not first:
        raise Invalid(
            "import.empty",
            Text(f"{file.name} is empty.", f"{file.name} 是空文件。"),
            file=file.name,
        )
    return distinct([name.strip() for name in first])


def distinct(names: Sequence[str]) -> list[str]:
    """Give names to nameless columns, and numbers to all that share one (letters' case aside)."""
    named = [given or f"column_{index}" for index, given in enumerate(names, 1)]
    times = Counter(name.lower() for name in named)
    seen: Counter[str] = Counter()
    result = []
    for name in named:
        seen[name.lower()] += 1
        result.append(name if times[name.lower()] == 1 else numbered(name, seen[name.lower()]))
    return result


def numbered(name: str, number: int) -> str:
    """Return what the n-th column of a name is called that stands several times in a header."""
    return f"{name} ({number})"


def read_delimited(
    connection: duckdb.DuckDBPyConnection, file: File, part: Input, table: str
) -> None:
    """Make `table` (`_row` and the columns as text); malformed lines go to `unread`.

    `_row` counts data rows from 1, malformed ones among them.
    """
    delimiter = delimiter_of(file, part.delimiter)
    columns = header_of(file, part, delimiter)
    shape = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    options = {
        "auto_detect": "false",
        "columns": f"{{{shape}}}",
        "delim": literal(delimiter),
        "quote": literal(part.quote),
        "escape": literal(part.quote),
        "header": "false" if part.names else "true",
        "compression": "'gzip'" if file.zipped else "'none'",
        "store_rejects": "true",
        "rejects_limit": "0",
        "max_line_size": str(LINE_BYTES),
        "buffer_size": str(LINE_BYTES * 2),
    }
    _scan(connection, file, options, table)
    _set_aside(connection, table, header=not part.names)


def _scan(
    connection: duckdb.DuckDBPyConnection, file: File, options: dict[str, str], table: str
) -> None:
    words = ", ".join(f"{key} = {value}" for key, value in options.items())
    connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    connection.execute(
        f"CREATE TABLE {table} AS SELECT row_number() OVER () AS _row, * "
        f"FROM read_csv({literal(str(file.path))}, {words})"
    )


def _set_aside(connection: duckdb.DuckDBPyConnection, table: str, *, header: bool) -> None:
    """Keep the malformed lines in `unread` and give the good rows their numbers in the file."""
    rows = connection.execute(
        "SELECT line, min_by(error_type::VARCHAR, column_idx), min(csv_line) "
        "FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    if not rows:
        return
    first = 1 if header else 0
    for index, (line, kind, words) in enumerate(rows):
        reason = REASONS.get(kind, "unreadable")
        number = line - first
        connection.execute(
            "INSERT INTO unread VALUES (?, ?, ?, ?)", [number, number - index, reason, words]
        )
    # The k-th good row stands after as many malformed ones as have at most k - 1 good ones before.
    connection.execute(
        f"UPDATE {table} SET _row = _row + "
        f"(SELECT count(*) FROM unread WHERE unread.good_row <= {table}._row)"
    )


def read_lines(connection: duckdb.DuckDBPyConnection, file: File, table: str) -> None:
    """Make `table` (`_row`, `line`) of a text file's lines."""
    options = {
        "auto_detect": "false",
        "columns": "{'line': 'VARCHAR'}",
        "delim": f"'{NO_DELIMITER}'",
        "quote": "''",
        "escape": "''",
        "header": "false",
        "strict_mode": "false",
        "compression": "'gzip'" if file.zipped else "'none'",
        "store_rejects": "true",
        "rejects_limit": "0",
        "max_line_size": str(LINE_BYTES),
        "buffer_size": str(LINE_BYTES * 2),
    }
    _scan(connection, file, options, table)
    _set_aside(connection, table, header=False)


def read_whitespace(
    connection: duckdb.DuckDBPyConnection, file: File, part: Input, table: str
) -> None:
    """Make `table` of a file whose columns are parted by spaces and tabs."""
    columns = list(part.names) or distinct(head_text(file).lstrip("\r\n").split("\n")[0].split())
    skip = 0 if part.names else 1
    read_lines(connection, file, "lines_read")
    connection.execute(
        f"CREATE TABLE cut AS SELECT _row - {skip} AS _row, line, "
        r"regexp_split_to_array(trim(line, ' \t\r\n'), '\s+') AS parts FROM lines_read "
        rf"WHERE _row > {skip} AND trim(coalesce(line, ''), ' \t\r\n') <> ''"
    )
    connection.execute(
        "INSERT INTO unread SELECT _row, _row, 'columns', line FROM cut WHERE len(parts) <> ?",
        [len(columns)],
    )
    values = ", ".join(f"parts[{i}] AS {quote(name)}" for i, name in enumerate(columns, 1))
    connection.execute(
        f"CREATE TABLE {table} AS SELECT _row, {values} FROM cut WHERE len(parts) = {len(columns)}"
    )
    connection.execute("DROP TABLE lines_read; DROP TABLE cut")


def read_jsonl(
    connection: duckdb.DuckDBPyConnection, file: File, paths: Sequence[str], table: str
) -> None:
    """Make `table` of JSON objects, one a line; inner objects and lists stay JSON text.

    `paths` are dotted names (`user.id`) that are wanted from within.
    """
    read_lines(connection, file, "lines_read")
    connection.execute(
        "INSERT INTO unread SELECT _row, _row, 'not_json', line FROM lines_read "
        "WHERE trim(coalesce(line, '')) <> '' "
        "AND (NOT json_valid(line) OR coalesce(json_type(line), '') <> 'OBJECT')"
    )
    connection.execute(
        "CREATE TABLE objects AS SELECT _row, line::JSON AS line FROM lines_read "
        "WHERE json_valid(line) AND json_type(line) = 'OBJECT'"
    )
    keys = [
        row[0]
        for row in connection.execute(
            "SELECT key FROM (SELECT unnest(json_keys(line)) AS key, _row FROM objects) "
            "GROUP BY key ORDER BY min(_row), key"
        ).fetchall()
    ]
    if not keys:
        raise Invalid(
            "import.no_objects",
            Text(
                f"{file.name} holds no JSON object: write one object on each line (JSON Lines).",
                f"{file.name} 中没有 JSON 对象：请每行写一个对象（JSON Lines）。",
            ),
            file=file.name,
        )
    parts = [(key, "/" + key.replace("~", "~0").replace("/", "~1")) for key in keys]
    parts += [(path, "/" + path.replace(".", "/")) for path in paths if path not in keys]
    names = distinct([name for name, _pointer in parts])
    values = "".join(
        f", line ->> {literal(pointer)} AS {quote(name)}"
        for name, (_key, pointer) in zip(names, parts, strict=True)
    )
    connection.execute(f"CREATE TABLE {table} AS SELECT _row{values} FROM objects")
    connection.execute("DROP TABLE lines_read; DROP TABLE objects")
