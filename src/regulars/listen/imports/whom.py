"""Whom the rows of an import name: who is nobody is told, and numbers kept in an older spelling.

Each identity column of a table has a map of its distinct values: `spelled`, `identity` (null for
nobody), `nobody`, and `former`, the id that an earlier release gave to a phone number that has its
country code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from regulars.kit.text import Text
from regulars.listen.identities import service as identities
from regulars.listen.identities.service import SPELLING, Observed
from regulars.listen.imports.expressions import literal, quote
from regulars.listen.imports.model import Note
from regulars.timeline import duck, inbox, judged
from regulars.timeline.identity import PREFIX

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.workspace import Workspace

EXAMPLES = 8
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Named:
    """The maps of a table's identity columns, the first of them first, and how they are joined."""

    maps: tuple[str, ...]
    joins: str


Spelled = list[tuple[str, str]]
"""Identities with the id that an earlier release gave the same number."""


def settle(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, named: dict[str, Named]
) -> Spelled:
    """Give numbers of erased persons the id by which they are refused; return others kept before.

    They are looked for in workspaces only that an earlier release began.
    """
    maps = sorted({name for one in named.values() for name in one.maps})
    former = " UNION ".join(
        f"SELECT identity, former FROM {name} WHERE former IS NOT NULL AND identity IS NOT NULL"
        for name in maps
    )
    if not maps:
        return []
    pairs = connection.execute(f"SELECT former, identity FROM ({former})").fetchall()
    identities = dict(pairs)
    if not identities:
        return []
    with workspace.database.reading() as reading:
        erased = inbox.erased_among(workspace, reading, set(identities))
        from_before = judged.from_before(reading) is not None
        ends = set(judged.linked(reading)) if from_before else set()
    for name in maps if erased else []:
        listed = ", ".join(literal(one) for one in sorted(erased))
        connection.execute(
            f"UPDATE {name} SET identity = former, {PREFIX} = identity_prefix(former) "
            f"WHERE former IN ({listed})"
        )
    if not from_before:
        return []
    known = (ends & set(identities)) | _kept(workspace, connection, former)
    return [(identities[one], one) for one in sorted(known - erased)]


def _kept(workspace: Workspace, connection: duckdb.DuckDBPyConnection, former: str) -> set[str]:
    """Return which of the ids have events."""
    snapshot = workspace.engine.reader.read()
    connection.register("kept_waiting", snapshot.waiting.select(["identity_id"]))
    parts = ["SELECT identity_id FROM kept_waiting"]
    if snapshot.files:
        files = [workspace.lake.absolute(file) for file in snapshot.files]
        parts.append(f"SELECT identity_id FROM read_parquet({duck.file_list(files)})")
    rows = connection.execute(
        f"SELECT DISTINCT identity_id FROM ({' UNION ALL '.join(parts)}) "
        f"WHERE identity_id IN (SELECT former FROM ({former}))"
    ).fetchall()
    return {row[0] for row in rows}


def link_spellings(workspace: Workspace, spelled: Spelled, source: str, now: datetime) -> None:
    """Link numbers with the ids under which an earlier release kept them."""
    if spelled:
        with workspace.database.transaction() as connection:
            ties = [Observed(one, former, SPELLING, source, now) for one, former in spelled]
            identities.observe(workspace, connection, ties)


def notes(connection: duckdb.DuckDBPyConnection, named: dict[str, Named]) -> tuple[Note, ...]:
    """Return what is to be told of rows whose customer is a value that names nobody."""
    told: list[Note] = []
    for table, one in named.items():
        if any(_any_nobody(connection, name) for name in one.maps):
            told += _notes_of(connection, table, one)
    return tuple(told)


def _any_nobody(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {name} WHERE nobody LIMIT 1").fetchone() is not None


def _notes_of(connection: duckdb.DuckDBPyConnection, table: str, named: Named) -> Iterable[Note]:
    words = ", ".join(f"CASE WHEN {name}.nobody THEN {name}.spelled END" for name in named.maps)
    found = ", ".join(f"{name}.identity" for name in named.maps)
    # One row and no more of each combination that names nobody: few, however many rows there are.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE nobodies AS SELECT count(*) AS n, [{words}] AS words, "
        f"coalesce({found}) IS NULL AS alone FROM {quote(table)}{named.joins} "
        f"WHERE {' OR '.join(f'{name}.nobody' for name in named.maps)} GROUP BY ALL"
    )
    for alone, write in ((True, _alone), (False, _beside)):
        where = "alone" if alone else "NOT alone"
        total = connection.execute(f"SELECT sum(n) FROM nobodies WHERE {where}").fetchone()
        if total is None or not total[0]:
            continue
        rows = connection.execute(
            f"SELECT word, sum(n) AS n FROM (SELECT unnest(words) AS word, n FROM nobodies "
            f"WHERE {where}) WHERE word IS NOT NULL GROUP BY word ORDER BY n DESC, word "
            f"LIMIT {EXAMPLES}"
        ).fetchall()
        yield write(int(total[0]), tuple(f"{word[:LONGEST]} × {n:,}" for word, n in rows))


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _alone(rows: int, examples: tuple[str, ...]) -> Note:
    return Note(
        "nobody",
        rows,
        Text(
            f"{rows:,} {_have(rows)} no customer, because what stands there names nobody "
            f"({', '.join(examples)}): they count, but for no customer. If one of these values is "
            "a customer after all, take it out of the list (regulars nobody remove).",
            f"{rows:,} 条没有客户：所填的值不代表任何人（{'、'.join(examples)}）。它们照常计数，"
            "但不属于任何客户。若其中某个值确实是客户，请将其移出名单（regulars nobody remove）。",
        ),
        examples,
    )


def _beside(rows: int, examples: tuple[str, ...]) -> Note:
    return Note(
        "nobody_beside",
        rows,
        Text(
            f"{rows:,} {_have(rows)} a value that names nobody ({', '.join(examples)}) beside one "
            "that names a customer; the latter counts.",
            f"{rows:,} 条除客户外还有不代表任何人的值（{'、'.join(examples)}）；"
            "以指明客户的值为准。",
        ),
        examples,
    )
