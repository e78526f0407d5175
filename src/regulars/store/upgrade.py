"""Brings a workspace's database to the newest version, after a backup."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from regulars.kit import clock
from regulars.kit.errors import Unavailable
from regulars.kit.text import Text
from regulars.store import private
from regulars.store.database import Database
from regulars.store.workspace import Store

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 7_236_402
BACKUP_DONE = "REGULARS_BACKUP_DONE"


def current(database: Database) -> str | None:
    """Return the revision the database is at; None when it is empty."""
    with database.reading() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        return str(found) if found else None


def newest() -> str:
    """Return the revision this version of Regulars works on.

    Read from the sources of the migrations: every command asks, and Alembic takes long to load.
    """
    (head,) = _revisions("revision") - _revisions("down_revision")
    return head


def _revisions(word: str) -> set[str]:
    pattern = re.compile(rf'^{word} = "(\w+)"', re.MULTILINE)
    sources = (file.read_text("utf-8") for file in (FOLDER / "versions").glob("*.py"))
    return {found[1] for source in sources if (found := pattern.search(source))}


def upgrade(store: Store) -> str | None:
    """Upgrade the database where it is older; return the backup's path if one was made.

    Raises Unavailable when the database is newer than this version of Regulars.
    """
    found, wanted = current(store.database), newest()
    if found == wanted:
        return None
    refuse_newer(found)
    copy = backup(store) if found is not None else None
    with store.database.transaction() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADE_LOCK)))
        run(connection)
    return copy


def backup(store: Store) -> str:
    """Write a copy of the database into the workspace's `backups` folder; return its path."""
    folder = store.folder / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = clock.now().strftime("%Y%m%dT%H%M%S%fZ")
    if store.database.file is not None:
        copy = folder / f"state-{stamp}.db"
        private.create(copy)
        raw = store.database.engine.raw_connection()
        with closing(raw):
            raw.cursor().execute("VACUUM INTO ?", (str(copy),))
        return str(copy)
    return _dump(store, folder / f"state-{stamp}.dump")


def _dump(store: Store, copy: Path) -> str:
    """Back PostgreSQL up with its own tool, which knows everything that belongs to it."""
    if os.environ.get(BACKUP_DONE):
        return "made elsewhere"
    private.create(copy)
    tool = shutil.which("pg_dump")
    url = store.database.url.set(drivername="postgresql")
    told = {**os.environ, "PGPASSWORD": url.password or os.environ.get("PGPASSWORD", "")}
    line = ["-Fc", "-f", str(copy), url.set(password=None).render_as_string(hide_password=False)]
    if tool is None or subprocess.run([tool, *line], check=False, env=told).returncode:
        copy.unlink()
        raise Unavailable(
            "upgrade.backup",
            Text(
                "This database needs an upgrade and could not be backed up with pg_dump: make a "
                f"backup yourself, then run again with {BACKUP_DONE}=1.",
                "数据库需要升级，但无法用 pg_dump 备份：请自行备份，"
                f"然后设置 {BACKUP_DONE}=1 再次运行。",
            ),
        )
    return str(copy)


def refuse_newer(revision: str | None) -> None:
    """Raise Unavailable when `revision` is a revision that this version does not know."""
    if revision is not None and revision not in _revisions("revision"):
        raise Unavailable(
            "upgrade.newer",
            Text(
                f"This workspace is at version {revision}, newer than this Regulars: "
                "update Regulars.",
                f"此工作区的版本 {revision} 比当前程序新：请先升级 Regulars。",
            ),
        )


def run(connection: sa.Connection, revision: str = "head") -> None:
    """Bring the connection's database to the revision, inside the caller's transaction."""
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
