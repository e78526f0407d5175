"""A thread beside the server that starts jobs when they are due."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from regulars.jobs.refresh import service as refresh
from regulars.jobs.runs.model import Clock
from regulars.kit.errors import Conflict
from regulars.timeline.workspace import Workspace

log = structlog.get_logger(__name__)
LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Timed:
    """A job on the schedule: `due` says why it is due now (None: it is not); `run` does it."""

    key: str
    due: Callable[[Workspace, datetime], str | None]
    run: Callable[[Workspace, str, Clock], object]


def _refresh(ws: Workspace, reason: str, clock: Clock) -> object:
    return refresh.run(ws, reason=reason, clock=clock)


TIMED: tuple[Timed, ...] = (Timed(refresh.KEY, refresh.due, _refresh),)


class Schedule:
    """Looks every few seconds what is due, and does it, one job after the other.

    Several servers on one workspace may each have a schedule: a job's lease lets one of them do
    it.
    """

    def __init__(self, ws: Workspace, clock: Clock, timed: Sequence[Timed] = TIMED) -> None:
        self._ws = ws
        self._clock = clock
        self._timed = timed
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._asked: set[str] = set()
        self._thread = threading.Thread(target=self._go, name="schedule", daemon=True)

    def start(self) -> None:
        """Begin in a thread that does not keep the process alive."""
        self._thread.start()

    def stop(self, patience: float = 2.0) -> None:
        """Ask the thread to end; a job under way is continued by the next start."""
        self._stop.set()
        self._wake.set()
        self._thread.join(patience)

    def ask(self, key: str) -> None:
        """Let a job be done now, whether or not it is due; one under way is not done twice."""
        self._asked.add(key)
        self._wake.set()

    def look(self) -> list[str]:
        """Do what is due now; return the keys of the jobs that were done."""
        done = []
        for timed in self._timed:
            asked = timed.key in self._asked
            self._asked.discard(timed.key)
            reason = "asked" if asked else timed.due(self._ws, self._clock())
            if reason is not None and not self._stop.is_set():
                try:
                    timed.run(self._ws, reason, self._clock)
                    done.append(timed.key)
                except Conflict:
                    continue  # another process is doing it
        return done

    def _go(self) -> None:
        # The first pages come first: what is due on start is done a few seconds later.
        while not self._stop.is_set():
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                self.look()
            except Exception:
                # A database that is away for a moment must not end the schedule for good.
                log.exception("schedule failed")
