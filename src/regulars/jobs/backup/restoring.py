"""A backup put back: built beside and checked, then moved into place with the settings last.

A folder is a workspace once `regulars.toml` stands in it: whatever kills a restore leaves none.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import msgspec
import sqlalchemy as sa

from regulars.jobs.backup import copying
from regulars.jobs.backup.model import DATABASE, FORM, MANIFEST, Manifest
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.text import Text
from regulars.store import dumping, private, spill, upgrade
from regulars.store import settings as settings_file
from regulars.store.database import Database
from regulars.store.settings import RESTORING, DatabaseSettings, Settings
from regulars.timeline import erased, memory
from regulars.timeline.tables import leases
from regulars.timeline.workspace import BACKUPS, Workspace

RECORD = f"lake/{erased.FILE}"


def read(folder: Path) -> Manifest:
    """Return the manifest; raises NotFound or Invalid where there is no backup to be read."""
    path = folder / MANIFEST
    if not path.is_file():
        raise NotFound(
            "restore.missing",
            Text(f"There is no backup in {folder}.", f"{folder} 里没有备份。"),
        )
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.MsgspecError as error:
        raise _damaged(MANIFEST) from error
    upgrade.refuse_newer(manifest.revision)
    if manifest.form > FORM:
        raise Invalid(
            "restore.newer",
            Text(
                "This backup was made by a newer Regulars: update Regulars.",
                "此备份由较新版本生成：请先升级 Regulars。",
            ),
        )
    return manifest


def require_place(folder: Path, *, replace: bool) -> None:
    """Raise Conflict where something is that a restore would have to put aside, or is in use."""
    _require_idle(folder)
    if not replace and not (folder / RESTORING).exists() and _there(folder):
        raise Conflict(
            "restore.taken",
            Text(
                f"{folder} is not empty: name another folder, or put what is there aside with "
                "--replace.",
                f"{folder} 不是空文件夹：请指定其他文件夹，或用 --replace 将现有内容移到一旁。",
            ),
        )


def _require_idle(folder: Path) -> None:
    if spill.living(folder):
        raise Conflict(
            "restore.busy",
            Text(
                f"Regulars is at work in {folder}: stop it first.",
                f"Regulars 正在使用 {folder}：请先停止。",
            ),
        )


def _there(folder: Path) -> list[Path]:
    """Return what stands in the folder beside backups and what restores have begun."""
    names = (BACKUPS, RESTORING)
    return [one for one in folder.glob("*") if not one.name.startswith(names)]


def build(backup: Path, manifest: Manifest, new: Path) -> None:
    """Copy the backup into the new folder; raises Invalid for a file that is not as it was."""
    for name, piece in manifest.files.items():
        source, target = backup / name, new / name
        if not target.resolve().is_relative_to(new.resolve()) or not source.is_file():
            raise _damaged(name)
        if copying.copy(source, target) != piece:
            raise _damaged(name)


def settings_of(new: Path, manifest: Manifest, database: str | None) -> Settings:
    """Return the settings with the database's place; SQLite's file goes into the folder.

    Raises Invalid for a database of another kind than the backup's.
    """
    values = settings_file.load(new)
    url = database or values.database.url
    named = sa.make_url(url)
    if named.get_backend_name() != manifest.database:
        raise Invalid(
            "restore.kind",
            Text(
                f"This backup is of {manifest.database}: name a database of that kind.",
                f"此备份的数据库是 {manifest.database}：请指定同类数据库。",
            ),
        )
    if manifest.database == "sqlite" and Path(named.database or "").is_absolute():
        url = DatabaseSettings().url  # elsewhere the file of another workspace might lie
    return msgspec.structs.replace(values, database=DatabaseSettings(url))


def fill(new: Path, settings: Settings, aside: Path, *, replace: bool) -> None:
    """Put the database where the settings say: a file of the new folder, or PostgreSQL's tables.

    Tables that are replaced are put aside as files first.
    """
    dumped = new / DATABASE
    (new / settings_file.FILE).unlink()
    private.create(new / settings_file.FILE, settings_file.render(settings))
    workspace = Workspace(new, settings)
    try:
        file = workspace.database_file
        if file is None:
            again = _never_opened(workspace.database)
            if replace and not again:
                _put_aside(workspace.database, aside / DATABASE)
            dumping.load(workspace.database, dumped, replace=replace or again, then=_prepare)
        else:
            copying.make_folder(file.parent)
            (dumped / dumping.SQLITE_FILE).rename(file)
            with workspace.database.transaction() as connection:
                _prepare(connection)
    finally:
        workspace.close()
    shutil.rmtree(dumped)


def _put_aside(database: Database, folder: Path) -> None:
    with database.reading() as connection:
        used = sa.inspect(connection).has_table(dumping.REVISIONS)
    if used:
        copying.make_folder(folder)
        dumping.dump(database, folder)


def _prepare(connection: sa.Connection) -> None:
    """Let the next opening settle what a restore asks for, and free what was held then."""
    memory.write(connection, unsettled="restored")
    connection.execute(sa.delete(leases))


def _never_opened(database: Database) -> bool:
    """Tell whether a restore that was cut off has filled the database, and nobody used it since."""
    with database.reading() as connection:
        if not sa.inspect(connection).has_table("lake_memory"):
            return False
        known = memory.read(connection)
    return known is not None and known.unsettled == "restored"


def place(new: Path, folder: Path, aside: Path, now: datetime) -> bool:
    """Move what was there aside, then the new in its place; tell whether anything was.

    Erasures that the old workspace knew of go into the new one's record.
    """
    _require_idle(folder)
    erased.append(new / RECORD, erased.read(folder / RECORD), now)
    (folder / RESTORING).touch()
    there = sorted(_there(folder), key=_settings_first)
    if there:
        copying.make_folder(aside)
    for one in there:
        one.rename(aside / one.name)
    for one in sorted(new.iterdir(), key=_settings_first, reverse=True):
        one.rename(folder / one.name)
    copying.fsync_folder(folder)
    (folder / RESTORING).unlink()
    return aside.exists()


def _settings_first(path: Path) -> tuple[bool, str]:
    return path.name != settings_file.FILE, path.name


def _damaged(name: str) -> Invalid:
    return Invalid(
        "restore.damaged",
        Text(
            f"The backup is damaged: {name} is missing or not as it was written. Take another.",
            f"备份已损坏：{name} 缺失或与写入时不同。请改用其他备份。",
        ),
        file=name,
    )
