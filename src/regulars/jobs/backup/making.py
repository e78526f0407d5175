"""A backup made: the database first, then the lake, so that the two fit whatever runs meanwhile.

What is flushed between the two stands in both, and the lake's watermark tells which groups of the
database are in it already. The other order would lose what a flush moves in between.
"""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import msgspec
from deltalake import DeltaTable

from regulars.jobs.backup import copying
from regulars.jobs.backup.model import DATABASE, FORM, LAKE, MANIFEST, BackupFile, Manifest
from regulars.kit.errors import Unavailable
from regulars.kit.text import Text
from regulars.store import dumping, private
from regulars.store.settings import FILE as SETTINGS
from regulars.store.workspace import SECRET_FILE
from regulars.timeline import belonging, erased, lake, lake_log
from regulars.timeline.workspace import Workspace

KEPT = ("rejects", "uploads")
"""Folders that cannot be made anew from database and lake."""
ATTEMPTS = 5


def build(ws: Workspace, folder: Path, now: datetime) -> Manifest:
    """Write everything into the new folder, the manifest last; return it."""
    files: dict[str, BackupFile] = {}
    (folder / DATABASE).mkdir(mode=copying.PRIVATE_FOLDER)
    revision = dumping.dump(ws.database, folder / DATABASE)
    for path in sorted((folder / DATABASE).iterdir()):
        files[f"{DATABASE}/{path.name}"] = copying.measured(path)
    handle = _lake(ws, folder, files)
    for name in (SETTINGS, SECRET_FILE):
        files[name] = copying.copy(ws.folder / name, folder / name)
    for name in KEPT:
        _folder(ws.folder, name, folder, files)
    manifest = Manifest(
        form=FORM,
        made_at=now,
        regulars=version("regulars"),
        database=ws.database.dialect,
        revision=revision,
        lake_version=handle.version(),
        events=lake.events(handle),
        files=files,
    )
    words = msgspec.json.format(msgspec.json.encode(manifest)).decode()
    private.create(folder / MANIFEST, words + "\n")
    copying.measured(folder / MANIFEST)
    copying.fsync_folder(folder)
    return manifest


def size_of(ws: Workspace) -> int:
    """Return about how many bytes a backup takes."""
    database = ws.database.file.stat().st_size if ws.database.file else 0
    return database + sum(file.size for file in lake.files(ws.lake.open()))


def _lake(ws: Workspace, folder: Path, files: dict[str, BackupFile]) -> DeltaTable:
    """Copy one version of the lake; of a newer one when an erasure takes files of it meanwhile.

    The record of erasures is copied last: whoever is erased while this runs stands in it.
    """
    for _attempt in range(ATTEMPTS):
        handle = ws.lake.open()
        wanted = {file.path for file in lake.files(handle)}
        try:
            _data(ws, folder, wanted, files)
        except FileNotFoundError:
            continue
        for path in lake_log.upto(ws.lake.folder, handle.version()):
            _into(ws.folder, path, folder, files)
        for path in (belonging.path_of(ws.lake), erased.path_of(ws.lake)):
            if path.exists():
                _into(ws.folder, path, folder, files)
        return handle
    raise Unavailable(
        "backup.lake",
        Text(
            "Files of the lake are missing or are being erased: see “regulars doctor”, then try "
            "again.",
            "数据湖文件缺失或正在清除：请运行“regulars doctor”查看后重试。",
        ),
    )


def _data(ws: Workspace, folder: Path, wanted: set[str], files: dict[str, BackupFile]) -> None:
    """Copy the data files that are wanted, and take away copies that no longer are."""
    within = ws.lake.folder.relative_to(ws.folder).as_posix()
    for name in [one for one in files if one.startswith(f"{LAKE}/")]:
        if name.removeprefix(f"{within}/") not in wanted:
            (folder / name).unlink()
            del files[name]
    for path in sorted(wanted):
        if f"{within}/{path}" not in files:
            try:
                _into(ws.folder, ws.lake.folder / path, folder, files)
            except FileNotFoundError:
                (folder / within / path).unlink(missing_ok=True)
                raise


def _folder(source: Path, name: str, folder: Path, files: dict[str, BackupFile]) -> None:
    """Copy a folder in which files may come and go."""
    for path in sorted((source / name).rglob("*")):
        if path.is_file():
            try:
                _into(source, path, folder, files)
            except FileNotFoundError:
                (folder / path.relative_to(source)).unlink(missing_ok=True)


def _into(source: Path, path: Path, folder: Path, files: dict[str, BackupFile]) -> None:
    name = path.relative_to(source).as_posix()
    files[name] = copying.copy(path, folder / name)
