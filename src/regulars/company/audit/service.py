"""Write the audit log and search it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from regulars.company.audit import queries
from regulars.company.audit.model import Entry, Search, without_secrets
from regulars.company.rights.model import Principal
from regulars.kit import clock
from regulars.store.workspace import Store


def record(
    store: Store,
    connection: sa.Connection,
    principal: Principal | None,
    action: str,
    subject: str,
    **details: Any,
) -> None:
    """Note in the caller's transaction that `principal` (None: nobody known) did `action`.

    `action` is noun.verb ("staff.added"). Values that JSON does not know are written as text;
    values under a key that names a secret are hidden.
    """
    queries.insert(
        connection,
        at=clock.now(),
        caller_kind=principal.kind if principal else "nobody",
        caller_id=principal.id if principal else "",
        caller_name=principal.name[:200] if principal else "",
        action=action,
        subject=subject[:300],
        details=json.dumps(without_secrets(details), ensure_ascii=False, default=str),
    )


def matching(search: Search) -> sa.Select[Any]:
    """Return the entries that match as a query, for a list that sorts and cuts them."""
    return queries.matching(search)


def find(
    store: Store, search: Search, *, before: int | None = None, limit: int = 100
) -> list[Entry]:
    """Return the newest entries that match; `before` is the last id of the page above."""
    with store.database.reading() as connection:
        return list(queries.find(connection, search, before, limit))


def every(store: Store, search: Search) -> Iterator[Entry]:
    """Yield all entries that match, the newest first, in pages: the log may be long."""
    before: int | None = None
    while found := find(store, search, before=before, limit=1000):
        yield from found
        before = found[-1].id


def actions(store: Store) -> list[str]:
    """Return the actions that occur, for a choice."""
    with store.database.reading() as connection:
        return queries.actions(connection)
