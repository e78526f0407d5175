"""A lease: at most one holder of a name, across threads, processes and machines."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from regulars.kit import clock
from regulars.kit.errors import Unavailable
from regulars.kit.text import Text
from regulars.store.database import Database, insert_or_ignore
from regulars.timeline.tables import leases

log = structlog.get_logger()

LIFE = timedelta(seconds=60)
MAINTENANCE = "maintenance"
"""The one lease for flush, compaction, import and erasure: whoever changes the lake."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lease: a process of a machine."""

    host: str
    process: int

    @property
    def here(self) -> bool:
        """Whether it is a process of this machine."""
        return self.host == socket.gethostname()


class Lease:
    """A lease that is held: renewed by a thread until it is released."""

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self._name = name
        self._holder = written()
        self._until: datetime | None = None
        self._ended = threading.Event()
        self._renewal = threading.Thread(target=self._keep, name=f"lease-{name}", daemon=True)

    def require(self) -> None:
        """Renew it now, so that a minute is left for what must not be done without it.

        Raises Unavailable when another has it: nothing may be changed any more.
        """
        if not self._renewed():
            raise Unavailable(
                "lease.lost",
                Text(
                    f"“{self._name}” was taken over elsewhere; what was under way here is dropped.",
                    f"“{self._name}”已被其他进程接管，此处进行中的工作已放弃。",
                ),
            )

    @property
    def sure(self) -> bool:
        """Whether it is certainly held still, by when it was renewed; asks nobody."""
        return self._until is not None and clock.now() < self._until - LIFE / 4

    def take(self) -> bool:
        """Take it when it is free, run out, or held by a process that has died here."""
        now = clock.now()
        mine = {"holder": self._holder, "until": now + LIFE}
        if taken := self._taken(mine, now):
            self._until = now + LIFE
        return taken

    def _taken(self, mine: dict[str, Any], now: datetime) -> bool:
        with self.database.transaction() as connection:
            statement = insert_or_ignore(connection, leases).values(name=self._name, **mine)
            if connection.execute(statement.returning(leases.c.name)).first() is not None:
                return True
            theirs = sa.select(leases).where(leases.c.name == self._name)
            row = connection.execute(theirs).one_or_none()
            if row is None or (row.until > now and not _dead(row.holder)):
                return False
            replaced = sa.update(leases).where(self._held_by(row.holder)).values(**mine)
            return connection.execute(replaced).rowcount == 1

    def start(self) -> None:
        """Begin to renew it."""
        self._renewal.start()

    def release(self) -> None:
        """Give it back; what cannot be given back runs out by itself."""
        self._ended.set()
        self._renewal.join()
        try:
            with self.database.transaction() as connection:
                connection.execute(sa.delete(leases).where(self._held_by(self._holder)))
        except Exception:
            log.exception("lease.not_released", name=self._name)

    def _keep(self) -> None:
        """Renew until released or lost; the database may fail for a while, the lease lives on."""
        pause = LIFE / 4
        while not self._ended.wait(pause.total_seconds()):
            try:
                if not self._renewed():
                    log.error("lease.lost", name=self._name)
                    return
                pause = LIFE / 4
            except Exception:
                log.warning("lease.not_renewed", name=self._name, exc_info=True)
                pause = LIFE / 60

    def _renewed(self) -> bool:
        mine, until = sa.update(leases).where(self._held_by(self._holder)), clock.now() + LIFE
        with self.database.transaction() as connection:
            renewed = connection.execute(mine.values(until=until)).rowcount == 1
        self._until = until if renewed else None
        return renewed

    def _held_by(self, holder: str) -> sa.ColumnElement[bool]:
        return (leases.c.name == self._name) & (leases.c.holder == holder)


@contextmanager
def lease(database: Database, name: str, *, patience: float = 120.0) -> Iterator[Lease]:
    """Hold the lease `name` inside the block, waiting up to `patience` seconds for it.

    A holder on this machine whose process has died is replaced at once, one elsewhere after a
    minute. Raises Unavailable when time is up.
    """
    held = Lease(database, name)
    deadline = clock.monotonic() + patience
    while not held.take():
        if clock.monotonic() >= deadline:
            raise Unavailable(
                "lease.busy",
                Text(
                    f"“{name}” is under way elsewhere; try again in a minute.",
                    f"“{name}”正在别处进行，请一分钟后再试。",
                ),
            )
        time.sleep(0.05)
    held.start()
    try:
        yield held
    finally:
        held.release()


def holder(connection: sa.Connection, name: str, now: datetime) -> Holder | None:
    """Return who holds a lease; None when nobody does, or who did has died or gone silent."""
    row = connection.execute(sa.select(leases).where(leases.c.name == name)).one_or_none()
    return None if row is None or row.until <= now else alive(row.holder)


def written() -> str:
    """Return words for this process that no other has."""
    return f"{socket.gethostname()}|{os.getpid()}|{secrets.token_hex(6)}"


def here() -> Holder:
    """Return this process."""
    return Holder(socket.gethostname(), os.getpid())


def alive(words: str) -> Holder | None:
    """Return the process that such words name, unless it was one of this machine and has died."""
    host, process, _token = words.split("|")
    return None if _dead(words) else Holder(host, int(process))


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
