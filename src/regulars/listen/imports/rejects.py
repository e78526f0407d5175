"""Refused rows: kept in a file beside the run, listed, exported, forgotten with their person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.listen.imports.expressions import literal
from regulars.listen.imports.model import Reject
from regulars.listen.imports.reading.tables import Piece
from regulars.store.workspace import Store
from regulars.timeline import duck, identity
from regulars.timeline.event import IDENTITY_KINDS

if TYPE_CHECKING:
    import duckdb

FOLDER = "rejects"
FILE = "rejects.parquet"
COLUMNS = "file, row, field, reason, value, line"


def keep(
    connection: duckdb.DuckDBPyConnection, pieces: Sequence[Piece], folder: Path
) -> tuple[int, dict[str, int], Path | None]:
    """Write the table `rejects` of a run into `folder`; return rows, count by reason, and file."""
    reasons = dict(
        connection.execute(
            "SELECT reason, count(DISTINCT _row) FROM rejects GROUP BY reason ORDER BY 2 DESC, 1"
        ).fetchall()
    )
    if not reasons:
        return 0, {}, None
    connection.execute("CREATE TABLE pieces (file VARCHAR, start BIGINT)")
    connection.executemany(
        "INSERT INTO pieces VALUES (?, ?)", [[piece.file.name, piece.offset] for piece in pieces]
    )
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / FILE
    connection.execute(
        "COPY (SELECT pieces.file, rejects._row - pieces.start AS row, field, reason, value, line "
        "FROM rejects ASOF JOIN pieces ON rejects._row > pieces.start "
        f"ORDER BY rejects._row, field, reason) TO {literal(str(target))} "
        "(FORMAT parquet, COMPRESSION zstd)"
    )
    count = connection.execute("SELECT count(DISTINCT _row) FROM rejects").fetchone()
    return (int(count[0]) if count else 0), reasons, target


def page(
    store: Store, file: Path, *, limit: int, offset: int, reason: str | None = None
) -> list[Reject]:
    """Return rejects in the order of their rows."""
    where = "WHERE reason = ?" if reason else ""
    with _opened(store) as connection:
        rows = connection.execute(
            f"SELECT {COLUMNS} FROM read_parquet(?) {where} "
            "ORDER BY file, row, field LIMIT ? OFFSET ?",
            [str(file), *([reason] if reason else []), limit, offset],
        ).fetchall()
    return [Reject(*row) for row in rows]


def every(store: Store, file: Path) -> Iterator[Reject]:
    """Yield all rejects in the order of their rows."""
    with _opened(store) as connection:
        found = connection.execute(
            f"SELECT {COLUMNS} FROM read_parquet(?) ORDER BY file, row, field", [str(file)]
        )
        while rows := found.fetchmany(1000):
            yield from (Reject(*row) for row in rows)


def count_naming(store: Store, files: Sequence[str], identities: frozenset[str]) -> int:
    """Return how many rejects hold a value of these identities."""
    return sum(
        _naming(connection, store, file, identities) for connection, file in _each(store, files)
    )


def forget(store: Store, files: Sequence[str], identities: frozenset[str]) -> int:
    """Take out every reject that holds a value of these identities; return how many."""
    gone = 0
    for connection, file in _each(store, files):
        count = _naming(connection, store, file, identities)
        if count:
            _keep_others(connection, file)
        gone += count
    return gone


def _each(store: Store, files: Sequence[str]) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """Yield the files that are there, each with a connection of its own."""
    for name in files:
        if (file := store.folder / name).is_file():
            with _opened(store) as connection:
                yield connection, file


def _naming(
    connection: duckdb.DuckDBPyConnection, store: Store, file: Path, identities: frozenset[str]
) -> int:
    """Read a file into the table `kept`, numbers of who is named into `named`; return how many.

    A refused row may name a person in any of its values, so each value and each word of an
    unreadable line is tried as every kind of identity.
    """
    identity.register(connection, store)
    wanted = ", ".join(literal(one) for one in sorted(identities))
    named = " OR ".join(
        f"{ids}({literal(kind)}, spelled) IN ({wanted})"
        for kind in IDENTITY_KINDS
        for ids in ("identity_id", "former_id")
    )
    connection.execute(
        "CREATE TABLE kept AS SELECT row_number() OVER () AS number, * FROM read_parquet(?)",
        [str(file)],
    )
    connection.execute(
        "CREATE TABLE named AS SELECT DISTINCT number FROM ("
        "SELECT number, unnest(list_concat(values_of, words)) AS spelled FROM ("
        "SELECT number, [value] || CASE WHEN json_valid(line) "
        "THEN json_extract_string(line, '$.*') ELSE [] END AS values_of, "
        r"regexp_split_to_array(coalesce(line, ''), '[\s,;|\x22]+') AS words FROM kept)) "
        f"WHERE {named}"
    )
    return duck.count(connection, "named")


def _keep_others(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Write the file anew without what is `named`."""
    fresh = file.with_suffix(".new")
    connection.execute(
        f"COPY (SELECT {COLUMNS} FROM kept ANTI JOIN named USING (number) ORDER BY number) "
        f"TO {literal(str(fresh))} (FORMAT parquet, COMPRESSION zstd)"
    )
    fresh.replace(file)


def _opened(store: Store) -> duckdb.DuckDBPyConnection:
    return duck.connect(store, share=0.25)
