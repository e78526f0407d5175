"""Whoever waits on the bell hears of what others commit, soon, and of nothing that was undone."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from regulars.kit import clock
from regulars.store.database import Database
from regulars.timeline import bell, inbox
from regulars.timeline.bell import Bell
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, NOON, visits

LONG = 20.0


@pytest.fixture
def listening(any_ws: Workspace) -> Iterator[Bell]:
    """A bell that has been waited on once, so that only what comes now is heard."""
    heard = Bell(any_ws.database)
    assert heard.wait(0)  # the first look is at what was there before
    while heard.wait(0.1):
        pass
    yield heard
    heard.close()


def test_a_commit_is_heard_at_once(any_ws: Workspace, listening: Bell) -> None:
    took: list[float] = []
    listener = threading.Thread(target=lambda: took.append(waited(listening)))
    listener.start()
    inbox.accept(any_ws, visits(ANN, 1), now=NOON)
    listener.join()
    assert took[0] < LONG / 4


def waited(listening: Bell) -> float:
    began = clock.monotonic()
    assert listening.wait(LONG)
    return clock.monotonic() - began


def test_nothing_is_heard_of_what_was_undone_or_did_not_happen(
    any_ws: Workspace, listening: Bell
) -> None:
    class Undone(Exception):
        pass

    with pytest.raises(Undone), any_ws.database.transaction() as connection:
        bell.ring(connection)
        raise Undone
    assert not listening.wait(0.2)
    with any_ws.database.transaction() as connection:  # nor by the next on the same connection
        connection.execute(sa.text("SELECT 1"))
    assert not listening.wait(0.2)


def test_what_is_committed_between_two_waits_is_heard(any_ws: Workspace, listening: Bell) -> None:
    inbox.accept(any_ws, visits(ANN, 1), now=NOON)
    assert listening.wait(LONG)


def test_many_commits_ring_seldom_and_the_last_is_looked_for(postgres_url: str) -> None:
    database = Database(postgres_url)
    listening = Bell(database)
    assert listening.wait(0)
    with database.transaction() as connection:
        connection.execute(sa.text("CREATE TABLE committed (number int)"))
    rung = 0
    for number in range(200):
        with database.transaction() as connection:
            connection.execute(sa.text("INSERT INTO committed VALUES (:n)"), {"n": number})
            bell.ring(connection)
    seen = 0
    while listening.wait(0.2):
        rung += 1
        with database.reading() as connection:
            seen = connection.execute(sa.text("SELECT max(number) FROM committed")).scalar_one()
    assert seen == 199
    assert rung < 200
    listening.close()
    database.close()


def test_another_process_is_heard(any_ws: Workspace, listening: Bell) -> None:
    program = (
        "import sys\n"
        "from regulars.kit import clock\n"
        "from regulars.store.database import Database\n"
        "from regulars.timeline import bell\n"
        "from regulars.timeline.tables import leases\n"
        "with Database(sys.argv[1]).transaction() as connection:\n"
        "    row = dict(name='x', holder='a|1|b', until=clock.now())\n"
        "    connection.execute(leases.insert().values(**row))\n"
        "    bell.ring(connection)\n"
    )
    url = any_ws.database.url.render_as_string(hide_password=False)
    other = subprocess.Popen([sys.executable, "-c", program, url])
    assert listening.wait(LONG)
    assert other.wait() == 0


def test_waiting_ends_when_told(listening: Bell) -> None:
    ended = threading.Event()
    threading.Timer(0.1, ended.set).start()
    began = clock.monotonic()
    assert not listening.wait(LONG, ended)
    assert clock.monotonic() - began < LONG / 4


def test_a_database_that_was_away_is_listened_to_again(postgres_url: str) -> None:
    database = Database(postgres_url)
    listening = Bell(database)
    assert listening.wait(0)
    with database.transaction() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert not listening.wait(LONG)  # noticed, and a moment waited
    assert listening.wait(LONG)  # there again: what was missed is looked for
    with database.transaction() as connection:
        bell.ring(connection)
    assert listening.wait(LONG)
    listening.close()
    database.close()
