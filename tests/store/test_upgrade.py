"""An older workspace upgrades itself after a backup; a newer one is left alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from regulars.kit.errors import Unavailable
from regulars.store import upgrade
from regulars.store.database import metadata
from regulars.timeline import memory
from regulars.timeline.workspace import Workspace


def test_a_new_workspace_is_at_the_newest_version(any_ws: Workspace) -> None:
    assert upgrade.current(any_ws.database) == upgrade.newest()
    assert upgrade.upgrade(any_ws) is None


def test_migrations_make_exactly_the_tables_that_nouns_declare(any_ws: Workspace) -> None:
    with any_ws.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_an_older_database_is_copied_before_it_is_changed(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(upgrade, "newest", lambda: "9999")
    monkeypatch.setattr(upgrade, "run", lambda _connection: done.append("upgraded"))
    copy = upgrade.upgrade(ws)
    assert done == ["upgraded"]
    assert copy is not None
    with sqlite3.connect(copy) as database:
        assert database.execute("SELECT count(*) FROM inbox").fetchone() == (0,)


def test_a_newer_database_is_refused(any_ws: Workspace) -> None:
    with any_ws.database.transaction() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '2999'"))
    with pytest.raises(Unavailable, match="newer"):
        upgrade.upgrade(any_ws)


def test_without_a_backup_of_postgresql_nothing_is_changed(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regulars.app import init_workspace
    from regulars.store.settings import DatabaseSettings, Settings

    workspace = init_workspace(tmp_path / "w", Settings(database=DatabaseSettings(postgres_url)))
    before = upgrade.current(workspace.database)
    monkeypatch.setattr(upgrade, "newest", lambda: "9999")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unavailable, match="backup"):
        upgrade.upgrade(workspace)
    assert upgrade.current(workspace.database) == before


def go_back(ws: Workspace, revision: str) -> None:
    """Make the database anew, empty, as the release of that revision left it."""
    with ws.database.transaction() as connection:
        for name in sa.inspect(connection).get_table_names():
            connection.execute(sa.text(f'DROP TABLE "{name}"'))
        upgrade.run(connection, revision)


def test_a_workspace_of_the_second_version_upgrades_and_keeps_its_rows(ws: Workspace) -> None:
    go_back(ws, "0002")
    with ws.database.transaction() as connection:
        connection.execute(
            sa.text("INSERT INTO alert_checks VALUES ('nps', '2026-11-01', 3, '2026-11-08')")
        )
        connection.execute(
            sa.text(
                "INSERT INTO import_runs (id, recipe, source, mapping, files, state, read, events, "
                "accepted, duplicates, refused, repeats, rejected, reasons, created_by, created_at)"
                " VALUES ('r', 'orders', 'shop', '', '[]', 'done', 9, 8, 8, 0, 0, 0, 1, '{}', "
                "'ann', '2026-11-08 00:00:00')"
            )
        )
    assert upgrade.upgrade(ws) is not None
    with ws.database.reading() as connection:
        rows = connection.execute(sa.text("SELECT rule, tests, error FROM alert_checks")).all()
        runs = connection.execute(sa.text("SELECT read, replaced, notes FROM import_runs")).all()
    assert rows == [("nps", 3, None)]
    assert runs == [(9, 0, "[]")]
    assert upgrade.current(ws.database) == upgrade.newest()


def test_a_database_in_use_is_not_taken_for_an_empty_one_by_its_upgrade(ws: Workspace) -> None:
    go_back(ws, "0004")
    assert upgrade.upgrade(ws) is not None
    assert known_versions(ws) == []  # nobody ever worked with it: it may meet any lake
    go_back(ws, "0004")
    with ws.database.transaction() as connection:
        connection.execute(sa.text("INSERT INTO seen_events VALUES (x'00', 1)"))
    upgrade.upgrade(ws)
    assert known_versions(ws) == [memory.UNKNOWN]


def known_versions(ws: Workspace) -> list[int]:
    with ws.database.reading() as connection:
        return list(connection.execute(sa.text("SELECT version FROM lake_memory")).scalars())
