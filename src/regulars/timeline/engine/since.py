"""What commits of the lake brought and put aside, as its log tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from regulars.timeline.lake import SUPERSEDED, TAKEN_BACK, Lake


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths of the files of rows that came, and of the rows that went, each with copies."""

    came: list[str]
    went: list[str]


def changes_since(lake: Lake, before: int, now: int) -> Changes | None:
    """Return what commits after version `before`, up to `now`, brought and put aside.

    What came and then went is in both; files that a later commit took out again are among them.
    None when the log no longer tells.
    """
    changes = Changes([], [])
    for version in range(before + 1, now + 1):
        entry = lake.folder / "_delta_log" / f"{version:020d}.json"
        if not entry.exists():
            return None
        for line in entry.read_text("utf-8").splitlines():
            add = json.loads(line).get("add")
            if not add or not add["dataChange"]:
                continue
            month = add["partitionValues"].get("month")
            if not month:
                changes.came.append(add["path"])
            elif month in (SUPERSEDED, TAKEN_BACK):
                changes.went.append(add["path"])
    return changes if before <= now else None
