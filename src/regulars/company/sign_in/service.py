"""Sign in and out, and look after sessions; with the verbs of `credentials` beside them."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa

from regulars.company.audit import service as audit
from regulars.company.rights.model import Principal
from regulars.company.sign_in import known_browsers, passwords, queries, throttle
from regulars.company.sign_in.credentials import (
    LINK_DAYS,
    add_with_password,
    change_password,
    check_first_run,
    first_run_code,
    first_run_path,
    is_first_run,
    link_path,
    make_first_admin,
    password_link,
    set_password,
    use_link,
    whose_link,
)
from regulars.company.sign_in.model import LIFETIME, SEEN_EVERY, Session, hash_token
from regulars.company.staff import service as staff
from regulars.company.staff.model import Staff, login_of
from regulars.kit.errors import NotFound, NotSignedIn
from regulars.kit.text import Text
from regulars.store.workspace import Store

__all__ = [
    "LINK_DAYS",
    "add_with_password",
    "change_password",
    "check_first_run",
    "cookie_name",
    "csrf_token",
    "end_session",
    "first_run_code",
    "first_run_path",
    "is_first_run",
    "link_path",
    "make_first_admin",
    "open_session",
    "password_link",
    "session_of",
    "sessions_of",
    "set_password",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "start_session",
    "use_link",
    "whose_link",
]


def cookie_name(store: Store) -> str:
    """Return the session cookie's name, one per workspace: cookies do not tell ports apart."""
    return "regulars_" + store.keyed_hash("cookie-name", "session")[:8]


def csrf_token(store: Store, token: str) -> str:
    """Return the token that forms of this session must carry."""
    return store.keyed_hash("csrf", token)


def sign_in(
    store: Store,
    login: str,
    password: str,
    *,
    address: str,
    agent: str,
    now: datetime,
    cookie: str = "",
) -> tuple[str, Staff]:
    """Open a session for the right name and password; return the cookie's token and the account.

    `cookie` is the cookie by which a browser shows that the account has signed in there before.
    Raises TooMany while this account or address must wait, else NotSignedIn, which never tells
    whether the account exists, is closed or has no password.
    """
    browser = known_browsers.known(store, login, cookie, now)
    charged = throttle.targets(store, login_of(login), address, browser=browser)
    with store.database.transaction() as connection:
        throttle.charge(connection, charged, now)
        account = staff.find_login(connection, login)
        stored = staff.password_hash(connection, account.id) if account else None
    # Outside any transaction: the hash is slow on purpose and must not hold the write lock.
    right = passwords.matches(stored, password)
    if account is None or stored is None or not right or account.disabled_at is not None:
        _note_refusal(store, account, address)
        raise NotSignedIn(
            "sign_in.wrong", Text("Name or password is wrong.", "登录名或密码不正确。")
        )
    renewed = passwords.hashed(password) if passwords.is_weak(stored) else None
    with store.database.transaction() as connection:
        throttle.refund(connection, charged, now)
        queries.tidy(connection, now, now - throttle.FORGET)
        if renewed is not None:
            staff.keep_password(connection, account.id, renewed, None)
        token = open_session(connection, account.id, now, address=address, agent=agent)
        audit.record(
            store, connection, _as_caller(account), "session.opened", account.login, address=address
        )
    return token, account


def _note_refusal(store: Store, account: Staff | None, address: str) -> None:
    # What was typed as the name of an unknown account may be a password: it is not written down.
    subject = account.login if account else "?"
    with store.database.transaction() as connection:
        audit.record(store, connection, None, "session.refused", subject, address=address)


def open_session(
    connection: sa.Connection,
    staff_id: str,
    now: datetime,
    *,
    address: str = "",
    agent: str = "",
) -> str:
    """Sign `staff_id` in; return the token for the cookie, of which only a hash is kept."""
    token = secrets.token_urlsafe(32)
    queries.insert_session(
        connection,
        token_hash=hash_token(token),
        staff_id=staff_id,
        opened_at=now,
        seen_at=now,
        expires_at=now + LIFETIME,
        address=address[:64],
        agent=agent[:300],
    )
    return token


def start_session(store: Store, account: Staff, now: datetime, *, address: str, agent: str) -> str:
    """Sign in somebody who has just proved who they are; return the cookie's token."""
    with store.database.transaction() as connection:
        token = open_session(connection, account.id, now, address=address, agent=agent)
        audit.record(
            store, connection, _as_caller(account), "session.opened", account.login, address=address
        )
    return token


def session_of(store: Store, token: str, now: datetime) -> Session | None:
    """Return the live session of a cookie's token; None when it ended or the account is closed."""
    hashed = hash_token(token)
    with store.database.reading() as connection:
        row = queries.live_session(connection, hashed, now)
        account = staff.find(connection, row.staff_id) if row else None
    if row is None or account is None or not _holds(row, account):
        return None
    if now - row.seen_at >= SEEN_EVERY:
        with store.database.transaction() as connection:
            queries.see_session(connection, hashed, now)
    return _session(row, account)


def sessions_of(store: Store, staff_id: str, now: datetime) -> list[Session]:
    """Return the account's live sessions, the last used first."""
    with store.database.reading() as connection:
        account = staff.get(connection, staff_id)
        rows = queries.live_sessions(connection, staff_id, now)
    return [_session(row, account) for row in rows if _holds(row, account)]


def sign_out(store: Store, token: str) -> None:
    """End the session of a cookie's token."""
    with store.database.transaction() as connection:
        queries.delete_session(connection, hash_token(token))


def end_session(store: Store, caller: Principal, session_id: str) -> None:
    """End one of the caller's own sessions; raises NotFound."""
    with store.database.transaction() as connection:
        if len(session_id) != 16 or not queries.delete_own_session(
            connection, caller.id, session_id
        ):
            raise NotFound("sign_in.session", Text("There is no such session.", "没有这个会话。"))
        audit.record(store, connection, caller, "session.ended", caller.name)


def sign_out_everywhere(store: Store, caller: Principal, staff_id: str, now: datetime) -> None:
    """End every session of the account; raises NotFound."""
    with store.database.transaction() as connection:
        account = staff.get(connection, staff_id)
        staff.end_sessions(connection, staff_id, now)
        audit.record(store, connection, caller, "session.all_ended", account.login)


def end_all(connection: sa.Connection) -> None:
    """End every session and one-time code: of a database that was put back, some had ended."""
    queries.delete_all(connection)


def _holds(row: sa.Row[tuple[object, ...]], account: Staff) -> bool:
    over = account.signed_out_at is not None and row.opened_at < account.signed_out_at
    return account.disabled_at is None and not over


def _session(row: sa.Row[tuple[object, ...]], account: Staff) -> Session:
    return Session(
        row.token_hash[:16],
        account,
        row.opened_at,
        row.seen_at,
        row.expires_at,
        row.address,
        row.agent,
    )


def _as_caller(account: Staff) -> Principal:
    return Principal("staff", account.id, account.name, account.role)
