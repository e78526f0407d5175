"""The brake of a run: it ends at its next sign of progress when it is to."""

from __future__ import annotations

from collections.abc import Callable

from regulars.jobs.runs import queries
from regulars.jobs.runs.model import Cancelled, Stopping
from regulars.kit import clock
from regulars.timeline.workspace import Workspace

LOOK_SECONDS = 0.5
"""Time between two looks whether somebody cancelled."""


class Brake:
    """Looked at before each step and whenever a step tells how far it is."""

    def __init__(self, ws: Workspace, run_id: int, stopping: Callable[[], bool]) -> None:
        self._ws = ws
        self._run_id = run_id
        self._stopping = stopping
        self._looked: float | None = None

    def look(self) -> None:
        """Raise Stopping when the process is to end, Cancelled when somebody wants the run to."""
        if self._stopping():
            raise Stopping
        if self._looked is not None and clock.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = clock.monotonic()
        with self._ws.database.reading() as connection:
            if queries.cancel_wanted(connection, self._run_id):
                raise Cancelled
