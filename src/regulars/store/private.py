"""Files that only their owner may read: settings, key, database and backups."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o600
OTHERS = 0o077
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
"""How a file is opened that must not be there yet; bytes stay as they are on every system."""
KEPT = ("regulars.toml", "secret.key", "backups/*.db", "backups/*.dump")
"""What is private in every workspace; its SQLite database is named by the settings."""


def create(path: Path, words: str = "") -> None:
    """Make a new file that nobody else can read, not even for a moment.

    Raises FileExistsError when it is there.
    """
    opened = os.open(path, NEW, OWNER_ONLY)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(words)


def of(folder: Path, database: Path | None) -> Iterator[Path]:
    """Yield the private files that the workspace in `folder` has now."""
    for pattern in KEPT:
        yield from sorted(folder.glob(pattern))
    for end in ("", "-wal", "-shm"):
        if database is not None and (path := database.with_name(database.name + end)).is_file():
            yield path


def open_to_others(path: Path) -> bool:
    """Tell whether other accounts of this machine may read the file or folder."""
    return os.name == "posix" and path.exists() and bool(path.stat().st_mode & OTHERS)


def repair(folder: Path, database: Path | None) -> list[Path]:
    """Take from others the right to read the private files; return those that were open to them.

    What belongs to another account stays as it is: the doctor tells of it.
    """
    mended = []
    for path in of(folder, database):
        if open_to_others(path):
            with suppress(PermissionError):
                path.chmod(path.stat().st_mode & ~OTHERS)
                mended.append(path)
    return mended
