"""The lake's own record of erasures: a file beside it that holds keyed hashes and nothing else.

Whichever of database and lake is put back from a backup, the other still knows who was erased.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.store import private

if TYPE_CHECKING:
    from regulars.timeline.lake import Lake

FILE = "erased.txt"
LINE = re.compile(r"([0-9a-f]{32}) (\S+)")


def path_of(lake: Lake) -> Path:
    """Return where the record lies: beside the lake's folder, so that it goes where that goes."""
    return lake.folder.parent / FILE


def read(path: Path) -> dict[str, datetime]:
    """Return the hashes with when they were erased; a line that a crash cut short is left out."""
    found = {}
    for line in path.read_text("ascii", "replace").splitlines() if path.is_file() else []:
        parts = LINE.fullmatch(line)
        if parts:
            found[parts[1]] = datetime.fromisoformat(parts[2])
    return found


def append(path: Path, hashes: Iterable[str], at: datetime) -> None:
    """Add new hashes durably; each starts on a line of its own, whatever a crash has left."""
    new = set(hashes) - read(path).keys()
    lines = "".join(f"\n{one} {at.isoformat()}" for one in sorted(new))
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        private.create(path)
    with path.open("a", encoding="ascii") as file:
        file.write(lines + "\n")
        file.flush()
        os.fsync(file.fileno())
