"""SQL of sessions, one-time codes and failed attempts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regulars.company.sign_in.model import IDLE
from regulars.company.sign_in.tables import failed_attempts, one_time_codes, sessions
from regulars.store.database import insert_or_ignore


def insert_session(connection: sa.Connection, **values: Any) -> None:
    """Add a session."""
    connection.execute(sessions.insert().values(**values))


def live_session(connection: sa.Connection, token_hash: str, now: datetime) -> sa.Row[Any] | None:
    """Return the session's row unless it has expired or lain idle too long."""
    found = _live(now) & (sessions.c.token_hash == token_hash)
    return connection.execute(sa.select(sessions).where(found)).first()


def live_sessions(connection: sa.Connection, staff_id: str, now: datetime) -> list[sa.Row[Any]]:
    """Return the account's sessions, the last used first."""
    found = _live(now) & (sessions.c.staff_id == staff_id)
    order = sa.select(sessions).where(found).order_by(sessions.c.seen_at.desc())
    return list(connection.execute(order))


def _live(now: datetime) -> sa.ColumnElement[bool]:
    return (sessions.c.expires_at > now) & (sessions.c.seen_at > now - IDLE)


def see_session(connection: sa.Connection, token_hash: str, now: datetime) -> None:
    """Note that the session is in use."""
    change = sessions.update().where(sessions.c.token_hash == token_hash)
    connection.execute(change.values(seen_at=now))


def delete_session(connection: sa.Connection, token_hash: str) -> None:
    """End one session."""
    connection.execute(sessions.delete().where(sessions.c.token_hash == token_hash))


def delete_all(connection: sa.Connection) -> None:
    """End every session and every one-time code."""
    connection.execute(sa.delete(sessions))
    connection.execute(sa.delete(one_time_codes))


def delete_own_session(connection: sa.Connection, staff_id: str, session_id: str) -> int:
    """End the account's session whose hash begins so; return how many that were."""
    own = (sessions.c.staff_id == staff_id) & sessions.c.token_hash.startswith(
        session_id, autoescape=True
    )
    return connection.execute(sessions.delete().where(own)).rowcount


def insert_code(
    connection: sa.Connection,
    code_hash: str,
    purpose: str,
    staff_id: str | None,
    expires_at: datetime,
) -> None:
    """Keep a one-time code in place of older ones for the same purpose and account."""
    same = (one_time_codes.c.purpose == purpose) & (
        one_time_codes.c.staff_id.is_(None)
        if staff_id is None
        else one_time_codes.c.staff_id == staff_id
    )
    connection.execute(one_time_codes.delete().where(same))
    connection.execute(
        one_time_codes.insert().values(
            code_hash=code_hash, purpose=purpose, staff_id=staff_id, expires_at=expires_at
        )
    )


def claim(connection: sa.Connection, purpose: str, expires_at: datetime) -> bool:
    """Tell whether this transaction is the first to claim `purpose`; a second one waits for it."""
    mark = {"code_hash": purpose, "purpose": purpose, "expires_at": expires_at}
    added = insert_or_ignore(connection, one_time_codes).values(**mark)
    return bool(connection.execute(added).rowcount == 1)


def live_code(
    connection: sa.Connection, code_hash: str, purpose: str, now: datetime
) -> sa.Row[Any] | None:
    """Return the code's row while it may be used."""
    live = (
        (one_time_codes.c.code_hash == code_hash)
        & (one_time_codes.c.purpose == purpose)
        & (one_time_codes.c.expires_at > now)
    )
    return connection.execute(sa.select(one_time_codes).where(live)).first()


def use_code(connection: sa.Connection, code_hash: str) -> bool:
    """Take the code away; tell whether it was still there, so that only one caller has it."""
    used = one_time_codes.delete().where(one_time_codes.c.code_hash == code_hash)
    return connection.execute(used).rowcount == 1


def delete_codes(connection: sa.Connection, purpose: str) -> None:
    """Take away every code for that purpose."""
    connection.execute(one_time_codes.delete().where(one_time_codes.c.purpose == purpose))


def failures(
    connection: sa.Connection, target: str, since: datetime
) -> tuple[int, datetime | None]:
    """Return (failures, when the target may try again), counting none older than `since`.

    The target's row is made first and then locked: of two first attempts at once, the second
    waits and counts on from the first.
    """
    nothing = {"target": target, "failures": 0, "last_at": since, "free_at": since}
    connection.execute(insert_or_ignore(connection, failed_attempts).values(**nothing))
    own = sa.select(failed_attempts).where(failed_attempts.c.target == target).with_for_update()
    row = connection.execute(own).one()
    return (row.failures, row.free_at) if row.last_at > since else (0, None)


def put_failures(
    connection: sa.Connection, target: str, count: int, now: datetime, free_at: datetime
) -> None:
    """Keep the count of a target whose row `failures` has locked."""
    change = failed_attempts.update().where(failed_attempts.c.target == target)
    connection.execute(change.values(failures=count, last_at=now, free_at=free_at))


def forget_failures(connection: sa.Connection, target: str) -> None:
    """Begin the target's count anew."""
    connection.execute(failed_attempts.delete().where(failed_attempts.c.target == target))


def tidy(connection: sa.Connection, now: datetime, forget_before: datetime) -> None:
    """Delete what has ended: sessions, codes, counts."""
    connection.execute(sessions.delete().where(sa.not_(_live(now))))
    connection.execute(one_time_codes.delete().where(one_time_codes.c.expires_at <= now))
    connection.execute(
        failed_attempts.delete().where(
            (failed_attempts.c.last_at <= forget_before) & (failed_attempts.c.free_at <= now)
        )
    )
