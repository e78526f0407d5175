"""The process that a server keeps for the long lanes: started, watched, started again."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import structlog

from regulars.jobs.lanes import queries
from regulars.jobs.lanes.model import ChildState, Lane, Pace
from regulars.kit import clock
from regulars.timeline import lease
from regulars.timeline.workspace import Workspace

log = structlog.get_logger(__name__)
FIRST = 1.0
"""Seconds before it is started: the server answers first."""
LOOK = 0.2
"""Seconds between two looks whether it lives."""
PACE = Pace(0.0, 0.0, 0.0, pause=timedelta(seconds=1), longest=timedelta(minutes=1))
WELL = timedelta(minutes=1)
"""After so long a life the deaths before are forgotten."""
GRACE = 15.0
"""Seconds that it has to end when told; then it is killed, which loses nothing."""


def command(folder: Path, lanes: Sequence[Lane]) -> list[str]:
    """Return the words that start it."""
    listed = ",".join(lanes)
    words = ["work", "--workspace", str(folder), "--lanes", listed, "--attached"]
    return [sys.executable, "-P", "-m", "regulars", *words]  # nothing of the folder it is in


class Child:
    """Keeps one process at work on some lanes from `start` until `stop`.

    It holds one end of a pipe: when this process dies, however it does, the child sees that the
    pipe is closed and ends too.
    """

    def __init__(self, ws: Workspace, lanes: Sequence[Lane]) -> None:
        self._ws = ws
        self._command = command(ws.folder, lanes)
        self._me = lease.written()
        self._ended = threading.Event()
        self._state = ChildState(lease.here(), None, None)
        self._thread = threading.Thread(target=self._go, name="child", daemon=True)

    def start(self) -> None:
        """Begin in a thread that does not keep the process alive."""
        self._thread.start()

    def stop(self) -> None:
        """Let it end, and wait for that."""
        self._ended.set()
        self._thread.join(GRACE + 5)

    def _go(self) -> None:
        if self._ended.wait(FIRST):
            return
        while not self._ended.is_set():
            self._live()
            if self._state.next_at is not None:
                self._ended.wait((self._state.next_at - clock.now()).total_seconds())
        self._note(None)

    def _live(self) -> None:
        """Start it, and watch it until it has died or is told to end."""
        try:
            process = subprocess.Popen(self._command, stdin=subprocess.PIPE)
        except OSError as error:
            log.exception("child.not_started")
            self._died(error.errno)
            return
        started_at = clock.now()
        self._note(replace(self._state, process=process.pid, started_at=started_at, next_at=None))
        while process.poll() is None and not self._ended.wait(LOOK):
            if self._state.deaths and clock.now() - started_at >= WELL:
                self._note(replace(self._state, deaths=0))
        if self._ended.is_set():
            _end(process)
            return
        self._died(process.returncode)

    def _died(self, code: int | None) -> None:
        now = clock.now()
        deaths = self._state.deaths + 1
        next_at = now + PACE.pause_after(deaths)
        log.error("child.died", code=code, deaths=deaths, next_at=next_at.isoformat())
        self._note(ChildState(self._state.server, None, None, deaths, code, now, next_at))

    def _note(self, state: ChildState | None) -> None:
        """Keep how it stands where every server and command sees it."""
        self._state = state or self._state
        try:
            with self._ws.database.transaction() as connection:
                if state is None:
                    queries.forget_child(connection, self._me)
                else:
                    queries.put_child(connection, self._me, state)
        except Exception:
            log.warning("child.not_noted", exc_info=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let it end: it sees that the pipe is closed."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
