"""The bell: whoever waits for something to be committed hears of it within a blink.

SQLite tells by itself: its data version changes with every commit of anybody. PostgreSQL notifies
once the transaction is committed, not inside it: commits that notify queue up behind each other,
all of a server's. A ring therefore stands for all that its process commits in the next `QUIET`
seconds, and whoever heard one looks again after that.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
import structlog

from regulars.kit import clock
from regulars.store.database import Database, after_commit

log = structlog.get_logger(__name__)
CHANNEL = "regulars_bell"
QUIET = 0.02
"""Seconds within which a process rings once."""
POLL = 0.02
"""Seconds between two looks at SQLite's data version."""
SLICE = 0.25
"""Seconds after which somebody who waits on PostgreSQL sees that they should end."""
AGAIN = 1.0
"""Seconds before a database that is away is asked again."""


def ring(connection: sa.Connection) -> None:
    """Let all that wait know when the caller's transaction is committed; nothing if it is not."""
    if connection.dialect.name == "postgresql":
        after_commit(connection, "bell", _notify)


class Bell:
    """What one thread waits on; `close` it at the end."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Any = None
        self._seen: int | None = None
        self._heard = 0.0
        """When a ring was heard that has not been looked after twice; 0: none."""

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Wait until somebody commits; False when `seconds` went by or `until` was set.

        What was committed since the last call counts, and the first call returns at once. While
        the database is away this waits, and says True when it is there again.
        """
        until = until or threading.Event()
        deadline = clock.monotonic() + seconds
        try:
            if self._connection is None:
                self._connect()
                return True
            look = self._poll if self._database.dialect == "sqlite" else self._listen
            return look(deadline, until)
        except Exception as error:
            log.warning("bell.away", error=str(error))
            self.close()
            until.wait(min(seconds, AGAIN))
            return False

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.invalidate()  # it may still be listening: nobody else can use it
            with suppress(Exception):
                connection.close()

    def _connect(self) -> None:
        self._connection = self._database.engine.connect()
        if self._database.dialect == "sqlite":
            self._seen = self._version()
            return
        raw = self._connection.connection.driver_connection
        raw.autocommit = True
        raw.execute(f"LISTEN {CHANNEL}")

    def _version(self) -> int:
        cursor = self._connection.connection.driver_connection.execute("PRAGMA data_version")
        try:
            return int(cursor.fetchone()[0])
        finally:
            cursor.close()

    def _poll(self, deadline: float, until: threading.Event) -> bool:
        while not until.is_set():
            version = self._version()
            if version != self._seen:
                self._seen = version
                return True
            left = deadline - clock.monotonic()
            if left <= 0:
                return False
            until.wait(min(POLL, left))
        return False

    def _listen(self, deadline: float, until: threading.Event) -> bool:
        raw = self._connection.connection.driver_connection
        if self._heard:
            time.sleep(max(0.0, self._heard + 2 * QUIET - clock.monotonic()))
            self._heard = 0.0
            return True
        while not until.is_set():
            left = deadline - clock.monotonic()
            if any(True for _one in raw.notifies(timeout=max(0.0, min(SLICE, left)), stop_after=1)):
                self._heard = clock.monotonic()
                return True
            if left <= 0:
                return False
        return False


_rung: dict[str, float] = {}


def _notify(connection: sa.Connection) -> None:
    """Ring, unless this process did a moment ago."""
    server, now = str(connection.engine.url), clock.monotonic()
    if now - _rung.get(server, -1.0) < QUIET:
        return
    _rung[server] = now
    connection.exec_driver_sql(f"NOTIFY {CHANNEL}")
    connection.commit()
