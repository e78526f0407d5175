"""Files of the lake carry the checksum of their bytes in their name, wherever they are copied."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

SEALED = re.compile(r"-[0-9a-f]{24}-([0-9a-f]{24})((?:-\d+)?\.parquet)$")
OPEN = re.compile(r"((?:-\d+)?\.parquet)$")


def seal(path: Path) -> Path:
    """Give a file that was just written its checksum, before what its name ends with."""
    name = OPEN.sub(rf"-{_digest(path)}\1", path.name)
    return path.rename(path.with_name(name))


def intact(path: Path) -> bool | None:
    """Tell whether the bytes are those that were written; None of a file without a checksum."""
    told = SEALED.search(path.name)
    return None if told is None else _digest(path) == told[1]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=12)).hexdigest()
