"""SQL of sessions, one-time codes and failed attempts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regulars.company.sign_in.model import IDLE
from regulars.company.sign_in.tables import sessions


def insert_session(connection: sa.Connection, **values: Any) -> None:
    """Add a session."""
    connection.execute(sessions.insert().values(**values))


def live_session(connection: sa.Connection, token_hash: str, now: datetime) -> sa.Row[Any] | None:
    """Return the session's row unless it has expired or lain idle too long."""
    live = (
        (sessions.c.token_hash == token_hash)
        & (sessions.c.expires_at > now)
        & (sessions.c.seen_at > now - IDLE)
    )
    return connection.execute(sa.select(sessions).where(live)).first()


def see_session(connection: sa.Connection, token_hash: str, now: datetime) -> None:
    """Note that the session is in use."""
    change = sessions.update().where(sessions.c.token_hash == token_hash)
    connection.execute(change.values(seen_at=now))


def delete_session(connection: sa.Connection, token_hash: str) -> None:
    """End one session."""
    connection.execute(sessions.delete().where(sessions.c.token_hash == token_hash))
