"""Staff accounts: add, change, disable, list. Passwords and sessions are `sign_in`'s."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa

from regulars.company.audit import service as audit
from regulars.company.places import service as tree
from regulars.company.rights.model import Principal, Role
from regulars.company.staff import queries
from regulars.company.staff.model import Staff, checked_login, checked_name, login_of
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.text import LANGUAGES, Language, Text
from regulars.store.workspace import Store


def everyone(store: Store) -> list[Staff]:
    """Return all accounts by name, disabled ones too."""
    with store.database.reading() as connection:
        return queries.everyone(connection)


def exists(connection: sa.Connection) -> bool:
    """Tell whether there is any account yet."""
    return queries.count(connection) > 0


def find(connection: sa.Connection, staff_id: str) -> Staff | None:
    """Return the account with that id, disabled ones too."""
    return queries.by_id(connection, staff_id)


def find_login(connection: sa.Connection, login: str) -> Staff | None:
    """Return the account with that sign-in name, in any spelling of it."""
    return queries.by_login(connection, login_of(login))


def get(connection: sa.Connection, staff_id: str) -> Staff:
    """Return the account; raises NotFound."""
    account = queries.by_id(connection, staff_id)
    if account is None:
        raise NotFound("staff.unknown", Text("There is no such account.", "没有这个账号。"))
    return account


def by_id(store: Store, staff_id: str) -> Staff:
    """Return the account; raises NotFound."""
    with store.database.reading() as connection:
        return get(connection, staff_id)


def named(store: Store, login: str) -> Staff:
    """Return the account with that sign-in name; raises NotFound."""
    with store.database.reading() as connection:
        account = find_login(connection, login)
    if account is None:
        raise NotFound(
            "staff.unknown",
            Text(f"There is no account “{login}”.", f"没有账号“{login}”。"),
            login=login,
        )
    return account


def add(
    store: Store,
    caller: Principal,
    *,
    login: str,
    name: str,
    role: Role,
    places: Iterable[str] | None = None,
    language: str | None = None,
    now: datetime,
) -> Staff:
    """Add an account that still waits for its first password; `places` None means everywhere.

    Raises Conflict when the sign-in name is taken, Invalid when a field is wrong.
    """
    with store.database.transaction() as connection:
        return add_in(
            store, connection, caller,
            login=login, name=name, role=role, places=places, language=language, now=now,
        )  # fmt: skip


def add_in(
    store: Store,
    connection: sa.Connection,
    caller: Principal | None,
    *,
    login: str,
    name: str,
    role: Role,
    places: Iterable[str] | None = None,
    language: str | None = None,
    now: datetime,
) -> Staff:
    """Do `add` in the caller's transaction; the first account is made by nobody (None)."""
    account = Staff(
        id=secrets.token_hex(8),
        login=checked_login(login),
        name=checked_name(name),
        role=role,
        chosen=_chosen(store, role, places),
        language=_language(language),
        created_at=now,
        password_changed_at=None,
        disabled_at=None,
    )
    if queries.by_login(connection, account.login) is not None:
        raise Conflict(
            "staff.taken",
            Text(
                f"The sign-in name “{account.login}” is taken.",
                f"登录名“{account.login}”已被使用。",
            ),
            field="login",
        )
    queries.insert(connection, account)
    audit.record(store, connection, caller, "staff.added", account.login, **_facts(account))
    return account


def change(
    store: Store,
    caller: Principal,
    staff_id: str,
    *,
    name: str,
    role: Role,
    places: Iterable[str] | None,
    language: str | None,
) -> Staff:
    """Give the account this name, role, places (None: everywhere) and language.

    Raises NotFound, Invalid, or Conflict when nobody could administer any more.
    """
    # A place that has left the tree meanwhile may stay with who was given it.
    held = by_id(store, staff_id).chosen or frozenset()
    chosen = _chosen(store, role, places, held)
    with store.database.transaction() as connection:
        before = get(connection, staff_id)
        with _one_admin_stays(connection):
            queries.update(
                connection,
                staff_id,
                name=checked_name(name),
                role=role.value,
                everywhere=chosen is None,
                language=_language(language),
            )
            queries.put_places(connection, staff_id, chosen)
        after = get(connection, staff_id)
        changed = {
            field: [value, _facts(after)[field]]
            for field, value in _facts(before).items()
            if value != _facts(after)[field]
        }
        if changed:
            audit.record(store, connection, caller, "staff.changed", after.login, **changed)
    return after


def introduce(store: Store, caller: Principal, *, name: str, language: str | None) -> None:
    """Let a member of staff change their own name and language; raises NotFound for a key."""
    with store.database.transaction() as connection:
        account = get(connection, caller.id)
        values = {"name": checked_name(name), "language": _language(language)}
        queries.update(connection, account.id, **values)
        audit.record(store, connection, caller, "staff.introduced", account.login, **values)


def disable(store: Store, caller: Principal, staff_id: str, now: datetime) -> None:
    """Close an account and all its sessions; raises NotFound, or Conflict for the last admin."""
    with store.database.transaction() as connection:
        account = get(connection, staff_id)
        with _one_admin_stays(connection):
            queries.update(connection, staff_id, disabled_at=now, signed_out_at=now)
        audit.record(store, connection, caller, "staff.disabled", account.login)


def enable(store: Store, caller: Principal, staff_id: str) -> None:
    """Open an account again; raises NotFound."""
    with store.database.transaction() as connection:
        account = get(connection, staff_id)
        queries.update(connection, staff_id, disabled_at=None)
        audit.record(store, connection, caller, "staff.enabled", account.login)


def password_hash(connection: sa.Connection, staff_id: str) -> str | None:
    """Return the argon2 hash of the account's password, for `sign_in`."""
    return queries.password_hash(connection, staff_id)


def keep_password(
    connection: sa.Connection, staff_id: str, hashed: str, now: datetime | None
) -> None:
    """Keep a new hash. With `now` it is a new password and ends all sessions; None: re-hashed."""
    values = {"password_hash": hashed}
    moments = {} if now is None else {"password_changed_at": now, "signed_out_at": now}
    queries.update(connection, staff_id, **values, **moments)


def end_sessions(connection: sa.Connection, staff_id: str, now: datetime) -> None:
    """Let every session opened before `now` be over."""
    queries.update(connection, staff_id, signed_out_at=now)


@contextmanager
def _one_admin_stays(connection: sa.Connection) -> Iterator[None]:
    before = queries.able_admins(connection)
    yield
    if before and not queries.able_admins(connection):
        raise Conflict(
            "staff.last_admin",
            Text(
                "This is the last administrator: make somebody else one first.",
                "这是最后一位管理员：请先任命另一位。",
            ),
        )


def _chosen(
    store: Store,
    role: Role,
    places: Iterable[str] | None,
    held: frozenset[str] = frozenset(),
) -> frozenset[str] | None:
    if places is None:
        return None
    if role is Role.ADMIN:
        raise Invalid(
            "staff.admin_places",
            Text(
                "An administrator works for all places.",
                "管理员面向所有地点，不能限定地点。",
            ),
            field="places",
        )
    return tree.chosen(store, places, held)


def _language(language: str | None) -> Language | None:
    for known in LANGUAGES:
        if language == known:
            return known
    if language:
        raise Invalid(
            "staff.language",
            Text("The language is en or zh.", "语言只能是 en 或 zh。"),
            field="language",
        )
    return None


def _facts(account: Staff) -> dict[str, object]:
    return {
        "name": account.name,
        "role": account.role.value,
        "places": None if account.chosen is None else sorted(account.chosen),
        "language": account.language,
    }
