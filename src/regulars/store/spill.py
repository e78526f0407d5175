"""Spill: what a process puts aside on disk while it works, in a folder that does not outlive it.

Each process has its own folder, and a lock on a file beside it tells that it lives. What the dead
have left, which may hold customers' words, is swept at the next opening, daily, and by erasures.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

FOLDER = "spill"
COPIES = "copies"
"""Kind of place whose files any process may delete at any time: their owner makes them anew."""
ATTEMPTS = 100
"""Tries to lock a new file; where the disk knows no locks, none is ever taken for free either."""


class Spill:
    """The folder of one process, made when it is first asked for and deleted when it closes."""

    def __init__(self, workspace: Path) -> None:
        parent = workspace / FOLDER
        parent.mkdir(exist_ok=True)
        for _attempt in range(ATTEMPTS):
            self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
            self._lock = _lock_file(parent, self._name)
            self._held: IO[bytes] = self._lock.open("ab")
            # A sweep may have had it between opening and locking, and then it is gone.
            if _locked(self._held) and self._lock.exists():
                break
            self._held.close()
        self.folder = parent / self._name
        self.folder.mkdir()
        atexit.register(self.close)

    def place(self, kind: str) -> Path:
        """Return a new path in the folder, where nothing is yet; to be made by who wants it."""
        return self.folder / f"{kind}-{secrets.token_hex(4)}"

    def close(self) -> None:
        """Delete the folder with all in it."""
        atexit.unregister(self.close)
        shutil.rmtree(self.folder, ignore_errors=True)
        _give_up(self._held, self._lock)


def left_behind(workspace: Path) -> list[Path]:
    """Return what stands in the workspace's spill folder and belongs to no living process."""
    parent = workspace / FOLDER
    folders = []
    for path in sorted(parent.glob("*")):
        if path.suffix == ".lock":
            continue
        lock = _lock_file(parent, path.name)
        if not lock.exists() or _free(lock):
            folders.append(path)
    return folders


def living(workspace: Path) -> bool:
    """Tell whether a process is at work in the workspace."""
    return any(not _free(lock) for lock in (workspace / FOLDER).glob("*.lock"))


def sweep(workspace: Path) -> int:
    """Delete what processes that have died left behind; return how many."""
    parent = workspace / FOLDER
    dead = left_behind(workspace)
    for path in dead:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for lock in parent.glob("*.lock"):
        with suppress(FileNotFoundError):
            held = lock.open("r+b")
            if _locked(held) and not lock.with_suffix("").exists():
                _give_up(held, lock)
            held.close()
    return len(dead)


def drop_copies(workspace: Path) -> None:
    """Delete the copies of events that living processes keep; they make them anew."""
    for file in (workspace / FOLDER).glob(f"*/{COPIES}-*/*"):
        file.unlink(missing_ok=True)


def _lock_file(parent: Path, name: str) -> Path:
    return parent / f"{name}.lock"


def _free(lock: Path) -> bool:
    """Tell whether nobody holds the lock."""
    try:
        with lock.open("r+b") as file:
            return _locked(file)
    except FileNotFoundError:
        return True


def _locked(file: IO[bytes]) -> bool:
    """Lock an opened file until it is closed; False when another holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _give_up(held: IO[bytes], lock: Path) -> None:
    """Delete the lock's file while it is held; on Windows, where that is refused, right after."""
    with suppress(PermissionError):
        lock.unlink(missing_ok=True)
    held.close()
    with suppress(PermissionError):
        lock.unlink(missing_ok=True)
