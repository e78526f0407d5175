"""JSON as rows: one object a row, what lies within found by its path (`user.profile.email`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports.expressions import literal, quote
from regulars.listen.imports.reading import numbered
from regulars.listen.imports.reading.careful import FileContent
from regulars.listen.imports.reading.delimited import distinct, read_lines
from regulars.listen.imports.reading.documents import as_lines
from regulars.listen.imports.reading.files import File, not_text

if TYPE_CHECKING:
    import duckdb

DEEPEST, MAX_PATHS = 6, 300
"""How deep and how many columns are looked for within objects; keys that are data have no end."""
NUL_ESCAPE = r"(^|[^\\])(\\\\)*\\u0000"
Keys = tuple[str, ...]


def read_jsonl(
    connection: duckdb.DuckDBPyConnection,
    file: File,
    paths: Sequence[str],
    table: str,
    scratch: Path,
) -> FileContent:
    """Make `table` of JSON objects; lists stay JSON text, as do objects beside their parts.

    `paths` are dotted names (`user.id`) that are wanted from within.
    """
    lines = read_lines(connection, as_lines(file, scratch), "lines_read")
    connection.execute(
        "INSERT INTO unread SELECT _row, CASE WHEN sound THEN 'nul' ELSE 'not_json' END, line "
        f"FROM (SELECT *, {_IS_OBJECT} AS sound FROM lines_read) WHERE NOT sound OR {_HAS_NUL}"
    )
    connection.execute(
        "CREATE TABLE objects AS SELECT _row, TRY_CAST(line AS JSON) AS line FROM lines_read "
        f"WHERE {_IS_OBJECT} AND NOT {_HAS_NUL}"
    )
    keys = _keys(connection, file)
    parts: dict[str, Keys] = {key: (key,) for key in keys}
    parts |= {path: tuple(path.split(".")) for path in paths if path not in parts}
    content = list(parts)
    for path in islice(_within(connection), MAX_PATHS):
        parts.setdefault(".".join(path), path)
    names = distinct(list(parts))
    values = "".join(
        f", line ->> {literal(_pointer(path))} AS {quote(name)}"
        for name, path in zip(names, parts.values(), strict=True)
    )
    connection.execute(f"CREATE TABLE {table} AS SELECT _row{values} FROM objects")
    connection.execute("DROP TABLE objects")
    numbered.drop(connection, "lines_read")
    lines.beside = frozenset(names[len(content) :])
    return lines


_IS_OBJECT = "(CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' ELSE FALSE END)"
_HAS_NUL = f"(contains(line, '\\u0000') AND regexp_matches(line, {literal(NUL_ESCAPE)}))"


def _keys(connection: duckdb.DuckDBPyConnection, file: File) -> list[str]:
    """Return the keys of all objects, in the order in which they first stand."""
    keys = [
        row[0]
        for row in connection.execute(
            "SELECT key FROM (SELECT unnest(json_keys(line)) AS key, _row FROM objects) "
            "GROUP BY key ORDER BY min(_row), key"
        ).fetchall()
    ]
    if keys:
        return keys
    if connection.execute("SELECT 1 FROM unread WHERE reason = 'nul' LIMIT 1").fetchone():
        raise not_text(file)
    raise Invalid(
        "import.no_objects",
        Text(
            f"{file.name} holds no JSON object: write one object on each line (JSON Lines), or "
            "a list of objects.",
            f"{file.name} 中没有 JSON 对象：请每行写一个对象（JSON Lines），或写成对象的列表。",
        ),
        file=file.name,
    )


def _within(connection: duckdb.DuckDBPyConnection) -> Iterator[Keys]:
    """Yield the paths of what lies within objects, where there are any."""
    nested = "contains(line, ':{') OR contains(line, ': {')"
    some = connection.execute(
        f"SELECT 1 FROM (SELECT line::VARCHAR AS line FROM objects) WHERE {nested} LIMIT 1"
    ).fetchone()
    if not some:
        return
    row = connection.execute("SELECT json_group_structure(line) FROM objects").fetchone()
    for key, inner in json.loads(row[0] if row else "{}").items():
        yield from _leaves((key,), inner)


def _leaves(path: Keys, inner: Any) -> Iterator[Keys]:
    if not isinstance(inner, dict) or len(path) >= DEEPEST:
        if len(path) > 1:
            yield path
        return
    for key, value in inner.items():
        yield from _leaves((*path, key), value)


def _pointer(path: Keys) -> str:
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in path)
