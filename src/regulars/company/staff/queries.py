"""SQL of staff accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from regulars.company.rights.model import Role
from regulars.company.staff.model import Staff
from regulars.company.staff.tables import staff, staff_places


def _first(connection: sa.Connection, where: sa.ColumnElement[bool]) -> Staff | None:
    """Return the account that meets the condition."""
    found = many(connection, where)
    return found[0] if found else None


def by_id(connection: sa.Connection, staff_id: str) -> Staff | None:
    """Return the account with that id."""
    return _first(connection, staff.c.id == staff_id)


def by_login(connection: sa.Connection, login: str) -> Staff | None:
    """Return the account with that sign-in name, spelled as stored."""
    return _first(connection, staff.c.login == login)


def everyone(connection: sa.Connection) -> list[Staff]:
    """Return all accounts, disabled ones too, by name."""
    return many(connection, sa.true())


def many(connection: sa.Connection, where: sa.ColumnElement[bool]) -> list[Staff]:
    """Return the accounts that meet the condition, by name, with their places."""
    rows = connection.execute(sa.select(staff).where(where).order_by(staff.c.name)).all()
    chosen: dict[str, set[str]] = {}
    if rows:
        pick = sa.select(staff_places).where(
            staff_places.c.staff_id.in_(sa.select(staff.c.id).where(where))
        )
        for row in connection.execute(pick):
            chosen.setdefault(row.staff_id, set()).add(row.place)
    return [_staff(row, chosen.get(row.id, set())) for row in rows]


def password_hash(connection: sa.Connection, staff_id: str) -> str | None:
    """Return the argon2 hash, None while the account waits for its first password."""
    return connection.scalar(sa.select(staff.c.password_hash).where(staff.c.id == staff_id))


def insert(connection: sa.Connection, account: Staff) -> None:
    """Add an account, without a password."""
    connection.execute(
        staff.insert().values(
            id=account.id,
            login=account.login,
            name=account.name,
            role=account.role.value,
            everywhere=account.chosen is None,
            language=account.language,
            created_at=account.created_at,
        )
    )
    put_places(connection, account.id, account.chosen)


def update(connection: sa.Connection, staff_id: str, **values: Any) -> None:
    """Change columns of an account."""
    connection.execute(staff.update().where(staff.c.id == staff_id).values(**values))


def put_places(connection: sa.Connection, staff_id: str, chosen: Iterable[str] | None) -> None:
    """Give the account exactly these places."""
    connection.execute(staff_places.delete().where(staff_places.c.staff_id == staff_id))
    rows = [{"staff_id": staff_id, "place": place} for place in sorted(chosen or ())]
    if rows:
        connection.execute(staff_places.insert(), rows)


def count(connection: sa.Connection) -> int:
    """Return the number of accounts."""
    return connection.scalar(sa.select(sa.func.count()).select_from(staff)) or 0


def able_admins(connection: sa.Connection) -> set[str]:
    """Return the ids of those who can administer: role, everywhere, enabled, with a password."""
    able = (
        (staff.c.role == Role.ADMIN.value)
        & staff.c.everywhere
        & staff.c.disabled_at.is_(None)
        & staff.c.password_hash.is_not(None)
    )
    # Locked (on PostgreSQL; SQLite has one writer), so that two cannot retire each other at once.
    return set(connection.scalars(sa.select(staff.c.id).where(able).with_for_update()))


def _staff(row: sa.Row[Any], chosen: set[str]) -> Staff:
    return Staff(
        id=row.id,
        login=row.login,
        name=row.name,
        role=Role(row.role),
        chosen=None if row.everywhere else frozenset(chosen),
        language=row.language,
        created_at=row.created_at,
        password_changed_at=row.password_changed_at,
        disabled_at=row.disabled_at,
        signed_out_at=row.signed_out_at,
    )
