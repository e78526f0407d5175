"""Make a backup of a workspace while it is served, and put one back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from regulars.company.audit import service as audit
from regulars.company.rights.model import Principal, Right
from regulars.jobs.backup import copying, making, restoring
from regulars.jobs.backup.model import Backup, Manifest
from regulars.kit.errors import Conflict, Invalid
from regulars.kit.text import Text
from regulars.store.database import insert_or_ignore
from regulars.timeline.tables import backups
from regulars.timeline.workspace import BACKUPS, Workspace

PARTIAL, NEW = "partial", "restoring"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where what stood there before was put."""

    manifest: Manifest
    aside: Path | None


def make(ws: Workspace, caller: Principal, target: Path | None, *, now: datetime) -> Backup:
    """Write a backup into a new folder, by default within the workspace's `backups`.

    It holds the key and everybody's data: it is to be kept as safe as the workspace. Raises
    NotAllowed unless the caller may take everything away, Conflict when the folder is there,
    Invalid for one within the workspace, Unavailable when the disk has no room.
    """
    for right in (Right.EXPORT, Right.READ_PEOPLE, Right.ERASE_PEOPLE):
        caller.require(right)
    folder = _new(ws, target or ws.folder / BACKUPS / f"backup-{now:%Y%m%dT%H%M%SZ}")
    with copying.beside(folder.parent, PARTIAL) as aside:
        copying.require_room(aside, making.size_of(ws))
        built = aside / folder.name
        built.mkdir(mode=copying.PRIVATE_FOLDER)
        manifest = making.build(ws, built, now)
        built.rename(folder)
        copying.fsync_folder(folder.parent)
    with ws.database.transaction() as connection:
        _remember(connection, folder, now)
        audit.record(ws, connection, caller, "backup.made", str(folder), events=manifest.events)
    return Backup(folder, manifest)


def restore(
    backup: Path,
    caller: Principal,
    folder: Path,
    *,
    now: datetime,
    opens: Callable[[Path], Workspace],
    replace: bool = False,
    database: str | None = None,
) -> Restored:
    """Put a backup back into `folder`, checked file by file, and open it once.

    A workspace that is there is put aside into its own `backups`, if it is to be replaced.
    Nothing is changed before everything is built beside it; what a kill leaves is no workspace,
    and the same call again finishes it.
    """
    manifest = restoring.read(backup)
    restoring.require_place(folder, replace=replace)
    with copying.beside(folder, NEW) as new:
        copying.require_room(new, manifest.bytes)
        restoring.build(backup, manifest, new)
        settings = restoring.settings_of(new, manifest, database)
        aside = folder / BACKUPS / f"replaced-{now:%Y%m%dT%H%M%SZ}"
        restoring.fill(new, settings, aside, replace=replace)
        replaced = restoring.place(new, folder, aside, now)
    ws = opens(folder)
    with ws.database.transaction() as connection:
        _remember(connection, backup, manifest.made_at)
        made = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"
        audit.record(ws, connection, caller, "backup.restored", str(backup), made_at=made)
    ws.close()
    return Restored(manifest, aside if replaced else None)


def _remember(connection: sa.Connection, folder: Path, made_at: datetime) -> None:
    """Let erasures name the backup; one that was put back does not know of itself."""
    statement = insert_or_ignore(connection, backups)
    connection.execute(statement.values(path=str(folder), made_at=made_at))


def _new(ws: Workspace, target: Path) -> Path:
    folder = target.expanduser().resolve()
    if folder.exists():
        raise Conflict(
            "backup.exists",
            Text(
                f"{folder} is there already: name a new folder.",
                f"{folder} 已存在：请指定新的文件夹。",
            ),
        )
    if folder.is_relative_to(ws.folder) and not folder.is_relative_to(ws.folder / BACKUPS):
        raise Invalid(
            "backup.within",
            Text(
                "Within the workspace, backups go into backups/ only: better name another disk.",
                "工作区内的备份只能放在 backups/：最好指定另一块磁盘。",
            ),
        )
    return folder
