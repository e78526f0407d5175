"""One unit of work stands or falls as a whole, and moments keep their zone."""

from __future__ import annotations

import contextvars
import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from regulars.kit.errors import Unavailable
from regulars.store.database import Database, Moment, metadata, patience, run, stored
from regulars.timeline.tables import leases
from regulars.timeline.workspace import Workspace


def test_a_unit_that_fails_leaves_nothing(any_ws: Workspace) -> None:
    row = {"name": "a", "holder": "b", "until": datetime(2026, 1, 1, tzinfo=UTC)}
    with pytest.raises(ZeroDivisionError), any_ws.database.transaction() as connection:
        connection.execute(sa.insert(leases).values(**row))
        raise ZeroDivisionError
    with any_ws.database.reading() as connection:
        assert connection.execute(sa.select(leases)).all() == []


def test_moments_come_back_aware_in_utc(any_ws: Workspace) -> None:
    shanghai = datetime(2026, 1, 1, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    with any_ws.database.transaction() as connection:
        connection.execute(sa.insert(leases).values(name="a", holder="b", until=shanghai))
    with any_ws.database.reading() as connection:
        found = connection.execute(sa.select(leases.c.until)).scalar_one()
    assert found == shanghai
    assert found.utcoffset() == timedelta(0)


def test_a_moment_without_zone_is_refused(any_ws: Workspace) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(sa.exc.StatementError), any_ws.database.transaction() as connection:
        connection.execute(sa.insert(leases).values(name="a", holder="b", until=naive))


def test_only_two_kinds_of_database_are_known() -> None:
    with pytest.raises(Unavailable, match="sqlite or postgresql"):
        Database("mysql://x/y")


def test_every_moment_column_is_declared_as_one() -> None:
    plain = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.DateTime) and not isinstance(column.type, Moment)
    ]
    assert plain == []


def test_who_waits_for_the_lock_gets_it_soon_or_is_told_in_time(ws: Workspace) -> None:
    """SQLite itself would sleep for up to a tenth of a second between two looks."""
    held, waited = threading.Event(), []

    def hold() -> None:
        with ws.database.transaction():
            held.set()
            time.sleep(0.4)
            waited.append(time.monotonic())

    def take(seconds: float) -> None:
        patience.set(seconds)
        with ws.database.transaction():
            waited.append(time.monotonic())

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    with pytest.raises(sa.exc.OperationalError, match="locked"):
        contextvars.copy_context().run(take, 0.05)
    contextvars.copy_context().run(take, 10.0)
    holder.join()
    assert waited == sorted(waited) and len(waited) == 2


def test_what_the_driver_runs_is_bound_and_told_as_usual(any_ws: Workspace) -> None:
    until = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    with any_ws.database.transaction() as connection:
        added = "INSERT INTO leases (name, holder, until) VALUES (?, ?, ?)"
        assert run(connection, added, "a", "b", stored(connection, until)) == []
        assert run(connection, "SELECT holder FROM leases WHERE name = ?", "a") == [("b",)]
    with any_ws.database.reading() as connection:
        assert connection.execute(sa.select(leases.c.until)).scalar_one() == until
        with pytest.raises(sa.exc.DBAPIError):
            run(connection, "SELECT nothing FROM nowhere")
