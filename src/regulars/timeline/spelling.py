"""Spellings: words that events carry for a name or a place that is known by another.

An event keeps the word it came with; what is seen of it is the word that is meant. So taking a
word over, and undoing that, changes every number at once and no event.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from regulars.kit.sql import literal
from regulars.store.database import upsert
from regulars.timeline.tables import spellings

COLUMNS = ("name", "place")
"""Columns of events of which one word may stand for another."""
Spelled = tuple[tuple[str, str, str], ...]
"""Column, word as written, word that is meant; in order, so that equal lists are equal."""


def spelled(connection: sa.Connection) -> Spelled:
    """Return all spellings."""
    query = sa.select(spellings.c.kind, spellings.c.written, spellings.c.meant)
    order = (spellings.c.kind, spellings.c.written)
    return tuple(
        (row.kind, row.written, row.meant) for row in connection.execute(query.order_by(*order))
    )


def put(
    connection: sa.Connection, column: str, written: str, meant: str, *, by: str, at: datetime
) -> None:
    """Let `written` stand for `meant` in a column from now on, and wherever it stands already."""
    values = {"meant": meant, "made_by": by, "made_at": at}
    statement = upsert(connection, spellings).values(kind=column, written=written, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["kind", "written"], set_=values)
    )


def drop(connection: sa.Connection, column: str, written: str) -> bool:
    """Let `written` stand for itself again; False when it did."""
    chosen = (spellings.c.kind == column) & (spellings.c.written == written)
    return connection.execute(sa.delete(spellings).where(chosen)).rowcount == 1


def sql(column: str, words: Spelled) -> str:
    """Return the SQL of what is seen of a column."""
    pairs: Mapping[str, str] = {written: meant for kind, written, meant in words if kind == column}
    if not pairs:
        return column
    cases = " ".join(
        f"WHEN {literal(written)} THEN {literal(meant)}" for written, meant in pairs.items()
    )
    return f"CASE {column} {cases} ELSE {column} END AS {column}"
