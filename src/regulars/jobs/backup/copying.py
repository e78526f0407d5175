"""Files copied durably, for their owner alone, with their checksums."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regulars.jobs.backup.model import BackupFile
from regulars.kit.errors import Unavailable
from regulars.kit.text import Text
from regulars.store import private

CHUNK = 1 << 20
PRIVATE_FOLDER = 0o700


def copy(source: Path, target: Path) -> BackupFile:
    """Copy one file; return its size and checksum."""
    digest, size = hashlib.sha256(), 0
    make_folder(target.parent)
    opened = os.open(target, private.NEW, private.OWNER_ONLY)
    with source.open("rb") as read, os.fdopen(opened, "wb") as written:
        while part := read.read(CHUNK):
            digest.update(part)
            size += written.write(part)
        written.flush()
        os.fsync(written.fileno())
    return BackupFile(size, digest.hexdigest())


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are not there, for their owner alone."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def measured(path: Path) -> BackupFile:
    """Return size and checksum of a file that was written otherwise, and make it durable."""
    with path.open("r+b") as file:
        digest = hashlib.file_digest(file, "sha256")
        os.fsync(file.fileno())
    return BackupFile(path.stat().st_size, digest.hexdigest())


@contextmanager
def beside(place: Path, kind: str) -> Iterator[Path]:
    """Give a new folder in `place` to build something in; it is gone when that fails.

    What processes that were killed have left there under the same kind goes first.
    """
    make_folder(place)
    for left in place.glob(f".{kind}-*"):
        if not _alive(left.name.split("-")[1]):
            shutil.rmtree(left, ignore_errors=True)
    folder = place / f".{kind}-{os.getpid()}-{secrets.token_hex(4)}"
    folder.mkdir(mode=PRIVATE_FOLDER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def require_room(place: Path, needed: int) -> None:
    """Raise Unavailable when the disk of `place` has not that many bytes left."""
    free = shutil.disk_usage(place).free
    if free < needed:
        raise Unavailable(
            "backup.room",
            Text(
                f"It takes {needed / 1e9:.1f} GB and {place} has {free / 1e9:.1f} GB left.",
                f"需要 {needed / 1e9:.1f} GB，而 {place} 只剩 {free / 1e9:.1f} GB。",
            ),
        )


def _alive(process: str) -> bool:
    if not process.isdigit() or os.name == "nt":
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
