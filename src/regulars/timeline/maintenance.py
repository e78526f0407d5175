"""Maintenance: the thread that flushes, compacts and cleans while a server runs."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from regulars.kit import clock
from regulars.kit.errors import Unavailable
from regulars.store import spill
from regulars.timeline import cleaning, compaction, erasure, inbox, lake, taking_back
from regulars.timeline.flush import flush, tidy
from regulars.timeline.lease import MAINTENANCE, lease

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

log = structlog.get_logger()

BEAT = 2.0
"""Seconds between two looks at the inbox."""
LAKE_LOOK = timedelta(seconds=60)
"""Time between two looks at the lake's files when nothing was flushed."""
NEW_FILES = 16
"""Flushed files that may lie beside the sorted ones before they are compacted."""
NEW_EVENTS = 3_000_000
"""Events in such files that are compacted at once, however few the files."""
KEEP_HOURS = 24
NICE = 10
"""Priority of the thread: low, because requests are answered beside it."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one look led to."""

    flushed: int = 0
    compacted: int = 0
    cleaned: int = 0


class Maintenance:
    """Looks at the inbox every few seconds until stopped."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stop = threading.Event()
        self._cleaned_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._thread = threading.Thread(target=self._run, name="maintenance", daemon=True)

    def start(self) -> None:
        """Begin; erasures that were cut off are finished first."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step under way."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        _stand_back()
        self._attempt(self._resume)
        while not self._stop.wait(BEAT):
            self._attempt(self._step)

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Unavailable as busy:
            log.info("maintenance.later", reason=busy.code)
        except Exception:
            log.exception("maintenance.failed")

    def _resume(self) -> None:
        erasure.resume(self._workspace, now=clock.now())

    def _step(self) -> None:
        now = clock.now()
        daily = self._cleaned_at is None or now - self._cleaned_at > timedelta(hours=24)
        look = self._looked_at is None or now - self._looked_at > LAKE_LOOK
        run(self._workspace, now=now, lake_too=look, clean_up=daily)
        self._looked_at = now if look else self._looked_at
        self._cleaned_at = now if daily else self._cleaned_at


def _stand_back() -> None:
    """Let this thread, and those that DuckDB starts for it, yield to whoever is waited for."""
    if sys.platform == "linux":  # only there a thread has a priority of its own
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def run(
    workspace: Workspace, *, now: datetime, lake_too: bool = True, clean_up: bool = False
) -> Done:
    """Flush when the inbox is due, compact when enough new files lie about, clean on demand."""
    events, oldest = inbox.backlog(workspace)
    limits = workspace.settings.intake
    flushed = 0
    if events >= limits.flush_rows or (
        oldest is not None and now - oldest >= timedelta(seconds=limits.flush_seconds)
    ):
        flushed = flush(workspace, now=now).events
    elif cleaning.due(workspace, now):
        tidy(workspace, now=now)
    compacted = _compact(workspace) if flushed or lake_too else 0
    return Done(flushed, compacted, _clean_up(workspace, now) if clean_up else 0)


def _compact(workspace: Workspace) -> int:
    """Compact when there are many new files, or many events in them; return the files."""
    new = [one for one in lake.files(workspace.lake.open()) if one.month is None]
    if len(new) < NEW_FILES and sum(one.events for one in new) < NEW_EVENTS:
        return 0
    return compaction.compact(workspace).before


def _clean_up(workspace: Workspace, now: datetime) -> int:
    """Forget old ids and delete files no reader can still want; return the lake's files."""
    inbox.forget_seen(workspace, now=now)
    spill.sweep(workspace.folder)
    with lease(workspace.database, MAINTENANCE) as held:
        taking_back.drop(workspace, held, before=now - timedelta(hours=KEEP_HOURS))
        return lake.vacuum(workspace.lake, held, hours=KEEP_HOURS)
