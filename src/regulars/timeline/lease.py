"""A lease: at most one holder of a name, across threads, processes and machines."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa

from regulars.kit import clock
from regulars.kit.errors import Unavailable
from regulars.kit.text import Text
from regulars.store.database import Database, insert_or_ignore
from regulars.timeline.tables import leases

LIFE = timedelta(seconds=60)
MAINTENANCE = "maintenance"
"""The one lease for flush, compaction, import and erasure: whoever changes the lake."""


@contextmanager
def lease(database: Database, name: str, *, patience: float = 120.0) -> Iterator[None]:
    """Hold the lease `name` inside the block, waiting up to `patience` seconds for it.

    It is renewed by a thread while the block runs. A holder on this machine whose process has
    died is replaced at once, one elsewhere after a minute. Raises Unavailable when time is up.
    """
    holder = f"{socket.gethostname()}|{os.getpid()}|{secrets.token_hex(6)}"
    deadline = clock.monotonic() + patience
    while not _take(database, name, holder):
        if clock.monotonic() >= deadline:
            raise Unavailable(
                "lease.busy",
                Text(
                    f"“{name}” is under way elsewhere; try again in a minute.",
                    f"“{name}”正在别处进行，请一分钟后再试。",
                ),
            )
        time.sleep(0.05)
    ended = threading.Event()
    renewal = threading.Thread(target=_renew, args=(database, name, holder, ended), daemon=True)
    renewal.start()
    try:
        yield
    finally:
        ended.set()
        renewal.join()
        with database.transaction() as connection:
            connection.execute(sa.delete(leases).where(_mine(name, holder)))


def _mine(name: str, holder: str) -> sa.ColumnElement[bool]:
    return (leases.c.name == name) & (leases.c.holder == holder)


def _take(database: Database, name: str, holder: str) -> bool:
    now = clock.now()
    mine = {"holder": holder, "until": now + LIFE}
    with database.transaction() as connection:
        statement = insert_or_ignore(connection, leases).values(name=name, **mine)
        if connection.execute(statement.returning(leases.c.name)).first() is not None:
            return True
        row = connection.execute(sa.select(leases).where(leases.c.name == name)).one()
        if row.until > now and not _dead(row.holder):
            return False
        taken = connection.execute(sa.update(leases).where(_mine(name, row.holder)).values(**mine))
        return taken.rowcount == 1


def _renew(database: Database, name: str, holder: str, ended: threading.Event) -> None:
    while not ended.wait(LIFE.total_seconds() / 4):
        with database.transaction() as connection:
            connection.execute(
                sa.update(leases).where(_mine(name, holder)).values(until=clock.now() + LIFE)
            )


def _dead(holder: str) -> bool:
    host, process, _token = holder.split("|")
    if host != socket.gethostname() or os.name == "nt":
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
