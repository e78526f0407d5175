"""Spellings: words that events carry for a name or a place that is known by another.

An event keeps the word it came with; what is seen of it is the word that is meant. So taking a
word over, and undoing that, changes every number at once and no event.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regulars.kit.sql import portable
from regulars.store import database
from regulars.timeline.tables import spellings

Spelled = tuple[tuple[str, str, str], ...]
"""Column, word as written, word that is meant; in order, so that equal lists are equal."""


def spelled(connection: sa.Connection) -> Spelled:
    """Return all spellings; what stands for a word that stands for another means the last one."""
    query = sa.select(spellings.c.kind, spellings.c.written, spellings.c.meant)
    rows = connection.execute(query.order_by(spellings.c.kind, spellings.c.written)).all()
    stands_for = {(row.kind, row.written): row.meant for row in rows}
    return tuple((row.kind, row.written, _last(row.kind, row.meant, stands_for)) for row in rows)


def _last(column: str, word: str, stands_for: dict[tuple[str, str], str]) -> str:
    passed = {word}
    while (meant := stands_for.get((column, word), word)) not in passed:
        passed.add(word := meant)
    return word


def put(
    connection: sa.Connection, column: str, written: str, meant: str, *, by: str, at: datetime
) -> None:
    """Let `written` stand for `meant` in a column from now on, and wherever it stands already.

    `meant` itself stands for no other word from now on, so that no two stand for each other.
    """
    drop(connection, column, meant)
    values = {"kind": column, "written": written, "meant": meant, "made_by": by, "made_at": at}
    database.put(connection, spellings, values)


def drop(connection: sa.Connection, column: str, written: str) -> bool:
    """Let `written` stand for itself again; False when it did."""
    chosen = (spellings.c.kind == column) & (spellings.c.written == written)
    return connection.execute(sa.delete(spellings).where(chosen)).rowcount == 1


def sql(column: str, words: Spelled) -> str:
    """Return the SQL of what is seen of a column."""
    cases = " ".join(
        f"WHEN {portable(written)} THEN {portable(meant)}"
        for kind, written, meant in words
        if kind == column
    )
    if not cases:
        return column
    return f"CASE {column} {cases} ELSE {column} END AS {column}"
