"""The Delta log as its folder shows it: the newest version, and what is missing below it.

Looked at whenever a workspace opens, so it costs the listing of a folder and nothing more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = "_delta_log"
NAME = re.compile(r"(\d{20})\.(json|checkpoint(?:\.\d+\.\d+)?\.parquet)")


@dataclass(frozen=True, slots=True)
class Log:
    """`newest` is None where there is no log; `missing` are the versions lost below it."""

    newest: int | None
    missing: tuple[int, ...] = ()


def look(lake: Path) -> Log:
    """Return what the folder of the lake's log shows.

    Entries up to the newest checkpoint are cleaned away in time; above it, each has to be there.
    """
    entries: list[int] = []
    checkpoints: list[int] = []
    for path in (lake / FOLDER).glob("*") if lake.is_dir() else []:
        found = NAME.fullmatch(path.name)
        if found and path.stat().st_size:  # an empty entry would be passed over in silence
            (entries if found[2] == "json" else checkpoints).append(int(found[1]))
    if not entries and not checkpoints:
        return Log(None)
    base, newest = max(checkpoints, default=-1), max([*entries, *checkpoints])
    there = set(entries)
    return Log(newest, tuple(one for one in range(base + 1, newest + 1) if one not in there))


def drop_empty(lake: Path) -> None:
    """Take away entries that hold nothing, once what they held is given up."""
    for path in (lake / FOLDER).glob("*.json"):
        if NAME.fullmatch(path.name) and path.stat().st_size == 0:
            path.unlink()


def upto(lake: Path, version: int) -> list[Path]:
    """Return the files of the log that make up the lake at `version`."""
    found = []
    for path in sorted((lake / FOLDER).glob("*")):
        named = NAME.fullmatch(path.name)
        if named and int(named[1]) <= version:
            found.append(path)
    return found
