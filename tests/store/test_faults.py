"""What a library's error says of the part that failed: by worked examples of each library."""

from __future__ import annotations

import errno
import sqlite3

import duckdb
import psycopg
import pytest
import sqlalchemy as sa

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.store import faults
from regulars.store.database import PATIENCE, patience
from regulars.timeline.workspace import Workspace


def of_sqlite(words: str) -> sa.exc.DBAPIError:
    return sa.exc.OperationalError("INSERT", {}, sqlite3.OperationalError(words))


def of_postgres(kind: type[psycopg.Error]) -> sa.exc.DBAPIError:
    return sa.exc.OperationalError("INSERT", {}, kind("said so\nand more"))


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (of_sqlite("database is locked"), "database.busy"),
        (of_sqlite("database or disk is full"), "disk.full"),
        (of_sqlite("disk I/O error"), "disk.unusable"),
        (of_sqlite("attempt to write a readonly database"), "disk.unusable"),
        (of_sqlite("unable to open database file"), "disk.unusable"),
        (of_sqlite("no such table: events"), None),
        (of_postgres(psycopg.OperationalError), "database.away"),
        (of_postgres(psycopg.errors.AdminShutdown), "database.away"),
        (of_postgres(psycopg.errors.CannotConnectNow), "database.away"),
        (of_postgres(psycopg.errors.TooManyConnections), "database.away"),
        (of_postgres(psycopg.errors.ReadOnlySqlTransaction), "database.away"),
        (of_postgres(psycopg.errors.LockNotAvailable), "database.busy"),
        (of_postgres(psycopg.errors.DeadlockDetected), "database.busy"),
        (of_postgres(psycopg.errors.DiskFull), "disk.full"),
        (of_postgres(psycopg.errors.UndefinedTable), None),
        (of_postgres(psycopg.errors.UniqueViolation), None),
        (sa.exc.TimeoutError("pool"), "database.busy"),
        (FULL, "disk.full"),
        (OSError(errno.EROFS, "Read-only file system"), "disk.unusable"),
        (FileNotFoundError(errno.ENOENT, "No such file"), None),
        (duckdb.IOException("Could not write file: No space left on device"), "disk.full"),
        (duckdb.IOException("No such file"), None),
        (OSError("Generic LocalFileSystem error: (os error 28)"), "disk.full"),
        (ValueError("a customer wrote: no space left on device"), None),
        (Invalid("form.wrong", Text("database is locked", "")), None),
    ],
)
def test_the_kind_of_a_fault(error: Exception, code: str | None) -> None:
    fault = faults.told(error)
    assert (fault and fault.code) == code
    if fault is not None:
        assert fault.status == 503 and fault.details["retry_after"] > 0
        assert "said so" not in fault.message.en  # hosts and users are for the log


def test_a_fault_that_another_error_wraps_is_found() -> None:
    try:
        try:
            raise FULL
        except OSError as error:
            raise RuntimeError("the lake could not be written") from error
    except RuntimeError as error:
        found = faults.told(error)
    assert found is not None and (found.part, found.why) == ("disk", str(FULL))


def test_whoever_waits_for_an_answer_waits_less_for_the_lock(ws: Workspace) -> None:
    def asked() -> int:
        with ws.database.reading() as connection:
            return int(connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one())

    assert asked() == PATIENCE * 1000
    before = patience.set(0.25)
    assert asked() == 250
    patience.reset(before)
    assert asked() == PATIENCE * 1000
