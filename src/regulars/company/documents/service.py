"""The verbs of documents: read the one in force, save, restore, compare."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from regulars.company.audit.service import record
from regulars.company.documents.model import Version, Versioned
from regulars.company.documents.tables import document_versions as table
from regulars.company.rights.model import Principal
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.text import Text
from regulars.store.workspace import Store

Content = TypeVar("Content")
COLUMNS = (table.c.number, table.c.made_at, table.c.made_by, table.c.reason, table.c.document)


def current(ws: Store, of: Versioned[Content]) -> Content:
    """Return what the version in force says."""
    with ws.database.reading() as connection:
        return in_force(connection, of)


def in_force(connection: sa.Connection, of: Versioned[Content]) -> Content:
    """Return what the version in force says, within a transaction."""
    found = _newest(connection, of.kind)
    return of.read(found.document, found.number) if found else of.read(of.shipped(), 0)


def text(ws: Store, of: Versioned[Any], number: int | None = None) -> str:
    """Return a version's text, of the one in force by default. Raises NotFound."""
    if number == 0:
        return of.shipped()
    with ws.database.reading() as connection:
        found = _newest(connection, of.kind, number)
    if found is None and number is not None:
        words = Text(f"There is no version {number}.", f"没有第 {number} 版。")
        raise NotFound(f"{of.code}.version", words)
    return found.document if found else of.shipped()


def versions(ws: Store, of: Versioned[Any]) -> list[Version]:
    """Return every version that was saved, the newest first."""
    query = sa.select(*COLUMNS).where(table.c.kind == of.kind).order_by(table.c.number.desc())
    with ws.database.reading() as connection:
        return [Version(*row) for row in connection.execute(query)]


def history(ws: Store, of: Versioned[Content]) -> list[tuple[Content, datetime, str]]:
    """Return what every saved version says with when and by whom, the newest first."""
    found = versions(ws, of)
    return [(of.read(one.document, one.number), one.made_at, one.made_by) for one in found]


def number(ws: Store, of: Versioned[Any]) -> int:
    """Return the number of the version in force; 0 is the shipped one."""
    with ws.database.reading() as connection:
        found = _newest(connection, of.kind)
    return found.number if found else 0


def save(
    ws: Store,
    of: Versioned[Content],
    document: str,
    by: Principal,
    *,
    now: datetime,
    reason: str = "",
    based_on: int | None = None,
    subject: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> Content:
    """Put `document` in force as a new version; return what it says.

    `based_on` is the version the editor began with. Raises Invalid when the document is wrong or
    lacks its reason, Conflict when somebody else saved in between.
    """
    of.read(document, 0)
    if of.reasoned and not reason.strip():
        words = Text("Say in a few words why you change it.", "请简要说明修改原因。")
        raise Invalid(f"{of.code}.reason", words, field="reason")
    with ws.database.transaction() as connection:
        found = _newest(connection, of.kind)
        number = found.number if found else 0
        if based_on is not None and based_on != number:
            raise _moved_on(of, number)
        row = {"kind": of.kind, "number": number + 1, "made_at": now, "made_by": by.name}
        row |= {"reason": reason.strip(), "document": document}
        try:
            connection.execute(sa.insert(table).values(row))
        except sa.exc.IntegrityError:  # saved at the same moment, between our look and our row
            raise _moved_on(of, number + 1) from None
        why = {"reason": reason} if of.reasoned else {}
        told = why | dict(details or {})
        record(ws, connection, by, of.action, subject or f"version {number + 1}", **told)
    return of.read(document, number + 1)


def restore(
    ws: Store, of: Versioned[Content], number: int, by: Principal, *, now: datetime, **more: Any
) -> Content:
    """Put an older version in force again, as a new one; 0 is the shipped one. Raises NotFound."""
    reason = f"restored version {number}"
    return save(ws, of, text(ws, of, number), by, now=now, reason=reason, **more)


def changes(ws: Store, of: Versioned[Any], number: int) -> list[str]:
    """Return what a version changed of the one before it, as lines of a unified diff.

    From the lines a, b to a, c: “@@ -1,2 +1,2 @@”, “ a”, “-b”, “+c”.
    """
    before, after = (text(ws, of, one).splitlines() for one in (number - 1, number))
    return list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]


def _newest(connection: sa.Connection, kind: str, number: int | None = None) -> Version | None:
    query = sa.select(*COLUMNS).where(table.c.kind == kind).order_by(table.c.number.desc()).limit(1)
    if number is not None:
        query = query.where(table.c.number == number)
    row = connection.execute(query).first()
    return Version(*row) if row else None


def _moved_on(of: Versioned[Any], number: int) -> Conflict:
    return Conflict(
        f"{of.code}.{of.moved_on}",
        Text(
            f"Somebody saved version {number} meanwhile; reload and change that one.",
            f"期间已有人保存了第 {number} 版；请重新载入后再修改。",
        ),
    )
