"""The log of SQLite is copied beside the commits while much is written."""

from __future__ import annotations

import time

import sqlalchemy as sa

from regulars.store import checkpoints
from regulars.store.checkpoints import Checkpoints
from regulars.store.database import LOG_PAGES, Database
from regulars.timeline.workspace import Workspace


def test_what_was_written_is_copied_beside_the_commits(ws: Workspace) -> None:
    beside = Checkpoints(ws.database)
    beside.start()
    assert ws.database.log_pages == 4 * LOG_PAGES
    with ws.database.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE filled (x BLOB)")
        connection.execute(sa.text("INSERT INTO filled VALUES (zeroblob(4000000))"))
    file = ws.database.file
    assert file is not None
    before = file.stat().st_size
    beside.wrote(checkpoints.ROWS)
    patience = time.monotonic() + 10
    while file.stat().st_size < before + 4_000_000:
        assert time.monotonic() < patience, "nothing was copied"
        time.sleep(0.01)
    beside.stop()
    assert ws.database.log_pages == LOG_PAGES


def test_on_postgresql_nothing_is_to_be_done(postgres_url: str) -> None:
    database = Database(postgres_url)
    beside = Checkpoints(database)
    beside.start()
    beside.wrote(checkpoints.ROWS)
    beside.stop()
    assert database.log_pages == LOG_PAGES
    database.close()
