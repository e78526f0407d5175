"""SQLite's log goes into its file beside the commits, not in one that somebody waits for."""

from __future__ import annotations

import threading
from contextlib import suppress

import structlog

from regulars.store.database import Database

log = structlog.get_logger(__name__)
ROWS = 25_000
"""Rows after which the log is looked after."""
SECONDS = 30.0
"""Time after which it is anyway, if anything was written."""


class Checkpoints:
    """Looks after one database's log while it is written to often; nothing on PostgreSQL.

    Between `start` and `stop` a commit of this process copies the log only when it has become
    several times as long as it should be: by then most of it has been copied here.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = 0
        self._due = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        if self._database.file is not None:
            self._database.log_pages = 4 * self._database.log_pages
            self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End."""
        if self._thread is not None:
            self._stopping = True
            self._due.set()
            self._thread.join()
            self._database.log_pages //= 4

    def wrote(self, rows: int) -> None:
        """Note that so many rows were committed."""
        self._rows += rows
        if self._rows >= ROWS:
            self._due.set()

    def _run(self) -> None:
        while not self._stopping:
            self._due.wait(SECONDS)
            self._due.clear()
            if self._rows:
                self._rows = 0
                self._copy()

    def _copy(self) -> None:
        """Copy what can be copied while others read and write."""
        try:
            with self._database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
                with suppress(Exception):
                    connection.rollback()
        except Exception:  # the next commit that finds the log long enough does it
            log.warning("database.checkpoint", exc_info=True)
