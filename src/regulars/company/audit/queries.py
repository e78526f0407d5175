"""SQL of the audit log: adding and searching; nothing changes or deletes an entry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from regulars.company.audit.model import Entry, Search
from regulars.company.audit.tables import audit_entries

COLUMN = audit_entries.c


def insert(connection: sa.Connection, **values: Any) -> None:
    """Add an entry."""
    connection.execute(audit_entries.insert().values(**values))


def matching(search: Search) -> sa.Select[Any]:
    """Return the entries that match, in no order."""
    return sa.select(audit_entries).where(*_conditions(search))


def find(
    connection: sa.Connection, search: Search, before: int | None, limit: int
) -> Iterator[Entry]:
    """Yield the newest `limit` entries that match, of those with an id below `before`."""
    rows = matching(search).order_by(COLUMN.id.desc())
    if before is not None:
        rows = rows.where(COLUMN.id < before)
    for row in connection.execute(rows.limit(limit)):
        yield Entry(
            row.id,
            row.at,
            row.caller_kind,
            row.caller_id,
            row.caller_name,
            row.action,
            row.subject,
            json.loads(row.details),
        )


def actions(connection: sa.Connection) -> list[str]:
    """Return the actions that occur, in order."""
    return list(connection.scalars(sa.select(COLUMN.action).distinct().order_by(COLUMN.action)))


def _conditions(search: Search) -> Iterator[sa.ColumnElement[bool]]:
    for word in search.words.casefold().split():
        yield sa.or_(
            *(
                sa.func.lower(column).contains(word, autoescape=True)
                for column in (COLUMN.caller_name, COLUMN.action, COLUMN.subject, COLUMN.details)
            )
        )
    if search.action:
        yield COLUMN.action == search.action
    if search.caller_id:
        yield COLUMN.caller_id == search.caller_id
    if search.period.start is not None:
        yield COLUMN.at >= search.period.start
    if search.period.end is not None:
        yield COLUMN.at < search.period.end
