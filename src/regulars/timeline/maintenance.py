"""Maintenance: the thread that flushes, compacts and cleans while a server runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from regulars.kit import clock
from regulars.kit.errors import Unavailable
from regulars.timeline import compaction, erasure, inbox, lake
from regulars.timeline.flush import flush
from regulars.timeline.lease import MAINTENANCE, lease

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

log = structlog.get_logger()

BEAT = 2.0
"""Seconds between two looks at the inbox."""
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


class Maintenance:
    """Looks at the inbox every few seconds until stopped."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stop = threading.Event()
        self._cleaned_at: datetime | None = None
        self._thread = threading.Thread(target=self._run, name="maintenance", daemon=True)

    def start(self) -> None:
        """Begin; erasures that were cut off are finished first."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step under way."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
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
        run(self._workspace, now=now, clean_up=daily)
        if daily:
            self._cleaned_at = now


def start(workspace: Workspace) -> Maintenance:
    """Start maintenance of a workspace; stop what is returned when the server ends."""
    maintenance = Maintenance(workspace)
    maintenance.start()
    return maintenance


def run(workspace: Workspace, *, now: datetime, clean_up: bool = False) -> Done:
    """Flush when the inbox is due, compact when enough new files lie about, clean on demand."""
    events, oldest = inbox.backlog(workspace)
    limits = workspace.settings.intake
    flushed = 0
    if events >= limits.flush_rows or (
        oldest is not None and now - oldest >= timedelta(seconds=limits.flush_seconds)
    ):
        flushed = flush(workspace).events
    new = [one for one in lake.files(workspace.lake.open()) if one.bucket is None]
    compacted = 0
    if len(new) >= NEW_FILES or sum(one.events for one in new) >= NEW_EVENTS:
        compacted = compaction.compact(workspace).before
    return Done(flushed, compacted, _clean_up(workspace, now) if clean_up else 0)


def _clean_up(workspace: Workspace, now: datetime) -> int:
    """Forget old ids and delete files no reader can still want; return the files."""
    inbox.forget_seen(workspace, now=now)
    with lease(workspace.database, MAINTENANCE):
        return lake.vacuum(workspace.lake, hours=KEEP_HOURS)
