"""Open, check and end sessions."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

import sqlalchemy as sa

from regulars.company.sign_in import queries
from regulars.company.sign_in.model import LIFETIME, SEEN_EVERY, Session
from regulars.company.staff import service as staff
from regulars.store.workspace import Store


def cookie_name(store: Store) -> str:
    """Return the session cookie's name, one per workspace: cookies do not tell ports apart."""
    return "regulars_" + store.keyed_hash("cookie-name", "session")[:8]


def csrf_token(store: Store, token: str) -> str:
    """Return the token that forms of this session must carry."""
    return store.keyed_hash("csrf", token)


def open_session(
    store: Store,
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


def session_of(store: Store, token: str, now: datetime) -> Session | None:
    """Return the live session of a cookie's token; None when it ended or the account is closed."""
    hashed = hash_token(token)
    with store.database.reading() as connection:
        row = queries.live_session(connection, hashed, now)
        account = staff.find(connection, row.staff_id) if row else None
    if row is None or account is None or account.disabled_at is not None:
        return None
    if now - row.seen_at >= SEEN_EVERY:
        with store.database.transaction() as connection:
            queries.see_session(connection, hashed, now)
    return Session(
        hashed[:16], account, row.opened_at, row.seen_at, row.expires_at, row.address, row.agent
    )


def hash_token(token: str) -> str:
    """Return what is kept of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()
