"""Set, change and reset passwords; make the first administrator."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from regulars.company.audit import service as audit
from regulars.company.rights.model import Principal, Role
from regulars.company.sign_in import known_browsers, passwords, queries, throttle
from regulars.company.sign_in.model import hash_token
from regulars.company.staff import service as staff
from regulars.company.staff.model import Staff
from regulars.kit.errors import Conflict, Invalid, NotAllowed
from regulars.kit.text import Text
from regulars.store.workspace import Store

LINK_DAYS = 3
LINK_LIFETIME = timedelta(days=LINK_DAYS)
FIRST_RUN_LIFETIME = timedelta(days=1)
PASSWORD, FIRST_RUN, FIRST_ADMIN = "password", "first_run", "first_admin"


def set_password(
    store: Store, caller: Principal, staff_id: str, password: str, now: datetime
) -> None:
    """Give the account a password and end its sessions; for the shell and for tests.

    Raises NotFound, or Invalid when the password is too weak.
    """
    with store.database.reading() as connection:
        account = staff.get(connection, staff_id)
    hashed = _new_hash(store, password, account.login, account.name)
    with store.database.transaction() as connection:
        _keep(store, connection, caller, account, (hashed, now))


def add_with_password(
    store: Store, caller: Principal, password: str, *, login: str, now: datetime, **more: Any
) -> Staff:
    """Add an account (fields as for `staff.add`) that can sign in at once, or add nothing.

    Raises Conflict when the sign-in name is taken, Invalid when a field or the password is wrong.
    """
    hashed = _new_hash(store, password, login, more.get("name", ""))
    with store.database.transaction() as connection:
        account = staff.add_in(store, connection, caller, login=login, now=now, **more)
        _keep(store, connection, caller, account, (hashed, now))
    return account


def change_password(
    store: Store,
    caller: Principal,
    *,
    old: str,
    new: str,
    address: str,
    now: datetime,
    cookie: str = "",
) -> None:
    """Let the caller change their own password; all their sessions end.

    A new one that is refused costs no try: only wrong present passwords are counted.
    Raises Invalid when `old` is wrong or `new` too weak, TooMany after too many wrong ones.
    """
    with store.database.reading() as connection:
        account = staff.get(connection, caller.id)
    spelled = _checked(store, new, account.login, account.name)
    browser = known_browsers.known(store, account.login, cookie, now)
    with store.database.transaction() as connection:
        charged = throttle.targets(store, account.login, address, browser=browser)
        throttle.charge(connection, charged, now)
        kept = staff.password_hash(connection, account.id)
    if not passwords.matches(kept, old):
        raise Invalid(
            "sign_in.old_password",
            Text("The present password is wrong.", "当前密码不正确。"),
            field="old",
        )
    hashed = passwords.hashed(spelled)
    with store.database.transaction() as connection:
        throttle.refund(connection, charged, now)
        _keep(store, connection, caller, account, (hashed, now))


def password_link(store: Store, caller: Principal, staff_id: str, now: datetime) -> str:
    """Return a one-time code with which the account's owner sets a password.

    Good for `LINK_LIFETIME`; an older one stops working, the password itself holds until then.
    Raises NotFound.
    """
    code = secrets.token_urlsafe(32)
    with store.database.transaction() as connection:
        account = staff.get(connection, staff_id)
        queries.insert_code(connection, hash_token(code), PASSWORD, staff_id, now + LINK_LIFETIME)
        audit.record(store, connection, caller, "staff.link_made", account.login)
    return code


def link_path(code: str) -> str:
    """Return the path of the page where the code is used."""
    return f"/set-password?code={code}"


def first_run_path(code: str) -> str:
    """Return the path of the page that makes the first administrator."""
    return f"/first-run?code={code}"


def whose_link(store: Store, code: str, now: datetime) -> Staff:
    """Return the account that a link is for; raises NotAllowed when it is used or too old."""
    with store.database.reading() as connection:
        return _whose(connection, code, now)


def use_link(store: Store, code: str, password: str, now: datetime) -> Staff:
    """Set the password with a one-time code, which is then used up.

    Raises NotAllowed when it is used or too old, Invalid when the password is too weak.
    """
    account = whose_link(store, code, now)
    hashed = _new_hash(store, password, account.login, account.name)
    with store.database.transaction() as connection:
        account = _whose(connection, code, now)
        if not queries.use_code(connection, hash_token(code)):
            raise _spent()
        own = Principal("staff", account.id, account.name, account.role)
        _keep(store, connection, own, account, (hashed, now))
    return account


def first_run_code(store: Store, now: datetime) -> str | None:
    """Return a new code for making the first administrator; None when there is staff already."""
    code = secrets.token_urlsafe(16)
    with store.database.transaction() as connection:
        if staff.exists(connection):
            return None
        queries.insert_code(connection, hash_token(code), FIRST_RUN, None, now + FIRST_RUN_LIFETIME)
    return code


def is_first_run(store: Store) -> bool:
    """Tell whether nobody has an account yet."""
    with store.database.reading() as connection:
        return not staff.exists(connection)


def check_first_run(store: Store, code: str, *, at_this_machine: bool, now: datetime) -> None:
    """Raise NotAllowed unless the code is right, or the caller sits at this very machine."""
    if at_this_machine:
        return
    with store.database.reading() as connection:
        if queries.live_code(connection, hash_token(code), FIRST_RUN, now) is None:
            raise NotAllowed(
                "sign_in.first_run",
                Text(
                    "Open the address that “regulars serve” printed: it holds a one-time code.",
                    "请打开“regulars serve”显示的地址：其中带有一次性代码。",
                ),
            )


def make_first_admin(
    store: Store, *, login: str, name: str, password: str, language: str | None, now: datetime
) -> Staff:
    """Add the first account, an administrator. The caller has done `check_first_run`.

    Raises Conflict when somebody was quicker, Invalid when a field is wrong.
    """
    hashed = _new_hash(store, password, login, name)
    with store.database.transaction() as connection:
        first = queries.claim(connection, FIRST_ADMIN, now + FIRST_RUN_LIFETIME)
        if not first or staff.exists(connection):
            raise Conflict(
                "sign_in.not_first",
                Text("There is an administrator already: sign in.", "已有管理员：请登录。"),
            )
        account = staff.add_in(
            store, connection, None,
            login=login, name=name, role=Role.ADMIN, language=language, now=now,
        )  # fmt: skip
        staff.keep_password(connection, account.id, hashed, now)
        queries.delete_codes(connection, FIRST_RUN)
    return account


def _new_hash(store: Store, password: str, login: str, name: str) -> str:
    return passwords.hashed(_checked(store, password, login, name))


def _checked(store: Store, password: str, login: str, name: str) -> str:
    names = (name, store.settings.workspace.name)
    return passwords.checked(password, login=login.strip(), names=names)


def _keep(
    store: Store,
    connection: sa.Connection,
    caller: Principal,
    account: Staff,
    fresh: tuple[str, datetime],
) -> None:
    staff.keep_password(connection, account.id, *fresh)
    audit.record(store, connection, caller, "staff.password_set", account.login)


def _whose(connection: sa.Connection, code: str, now: datetime) -> Staff:
    row = queries.live_code(connection, hash_token(code), PASSWORD, now)
    account = staff.find(connection, row.staff_id) if row else None
    if account is None or account.disabled_at is not None:
        raise _spent()
    return account


def _spent() -> NotAllowed:
    return NotAllowed(
        "sign_in.link",
        Text(
            "This link has been used or is too old: ask an administrator for a new one.",
            "此链接已使用或已过期：请向管理员索取新链接。",
        ),
    )
