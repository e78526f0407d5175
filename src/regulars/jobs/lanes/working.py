"""A process that works on lanes until it is told to end, or until its server has."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

from regulars.jobs.lanes.model import CHILD_SHARE, Lane
from regulars.jobs.lanes.service import Lanes
from regulars.kit import clock
from regulars.timeline.workspace import Workspace

NICE, NICENESS = 10, "REGULARS_NICE"
"""Priority of a process beside a server: low, so that pages and intake keep the cores."""
TICK = 0.5


def work(ws: Workspace, wanted: Sequence[Lane], *, attached: bool) -> bool:
    """Work on lanes until a signal comes or, `attached`, the server that started this has ended.

    False when something under way did not come to an end: whoever comes next continues it.
    """
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, end)
    if attached:
        stand_back()
        ws.share_memory(CHILD_SHARE)
        threading.Thread(target=_outlast, args=(ended,), name="server", daemon=True).start()
    ws.occupy()
    lanes = Lanes(ws, wanted, clock.now)
    lanes.start()
    while not ended.wait(TICK):  # a wait without end hears no signal on Windows
        pass
    return lanes.stop()


def stand_back() -> None:
    """Let this process yield to those that somebody waits for."""
    if hasattr(os, "nice"):
        with suppress(OSError, ValueError):
            os.nice(int(os.environ.get(NICENESS, NICE)))


def _outlast(ended: threading.Event) -> None:
    """Wait until the other end of the pipe is closed: the server has ended, or died."""
    with suppress(OSError, ValueError):
        while sys.stdin.buffer.read(1):
            pass
    ended.set()
