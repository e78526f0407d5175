"""Maintenance: the thread that flushes, compacts and cleans while a server runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from regulars.store import spill
from regulars.timeline import cleaning, compaction, inbox, lake, seen, taking_back
from regulars.timeline.flush import flush, tidy
from regulars.timeline.lease import MAINTENANCE, lease

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

NEW_FILES = 16
"""Flushed files that may lie beside the sorted ones before they are compacted."""
NEW_EVENTS = 3_000_000
"""Events in such files that are compacted at once, however few the files."""
KEEP_HOURS = 24


@dataclass(frozen=True, slots=True)
class Done:
    """What one look led to."""

    flushed: int = 0
    compacted: int = 0
    cleaned: int = 0


def run(
    workspace: Workspace, *, now: datetime, lake_too: bool = True, clean_up: bool = False
) -> Done:
    """Flush when the inbox is due, compact when enough new files lie about, clean on demand."""
    flushed = 0
    if flush_due(workspace, now):
        flushed = flush(workspace, now=now).events
    elif cleaning.due(workspace, now):
        tidy(workspace, now=now)
    look = flushed or lake_too
    compacted = compaction.compact(workspace).before if look and compaction_due(workspace) else 0
    return Done(flushed, compacted, clean(workspace, now) if clean_up else 0)


def flush_due(workspace: Workspace, now: datetime) -> bool:
    """Tell whether so many events wait in the inbox, or for so long, that they are flushed."""
    events, oldest = inbox.backlog(workspace)
    limits = workspace.settings.intake
    waited = timedelta() if oldest is None else now - oldest
    return events >= limits.flush_rows or (
        oldest is not None and waited >= timedelta(seconds=limits.flush_seconds)
    )


def compaction_due(workspace: Workspace) -> bool:
    """Tell whether there are many new files, or many events in them."""
    new = [one for one in lake.files(workspace.lake.open()) if one.month is None]
    return len(new) >= NEW_FILES or sum(one.events for one in new) >= NEW_EVENTS


def clean(workspace: Workspace, now: datetime) -> int:
    """Forget old ids and delete files no reader can still want; return the lake's files."""
    spill.sweep(workspace.folder)
    with lease(workspace.database, MAINTENANCE) as held:
        seen.forget_old(workspace, now=now)
        taking_back.drop(workspace, held, before=now - timedelta(hours=KEEP_HOURS))
        return lake.vacuum(workspace.lake, held, hours=KEEP_HOURS)
