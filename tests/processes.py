"""Real processes that tests may kill, forked from one that has loaded everything already.

To load takes seconds, and of most of them it is only asked what happens after.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 180.0
"""Seconds: on a busy machine it takes long to begin."""


@cache
def context() -> Any:
    """Return how processes are started: forked where that can be, else each loads by itself."""
    ways = multiprocessing.get_all_start_methods()
    found = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
    if "forkserver" in ways:
        found.set_forkserver_preload(["tests.loaded"])
    with pytest.MonkeyPatch.context() as patch:  # the first of all keeps this path
        patch.setenv("PYTHONPATH", f"{ROOT / 'src'}{os.pathsep}{ROOT}")
        first = found.Process(target=os.getpid)
        first.start()
        first.join()
    return found


class Forked:
    """A process that does `work(begin, *told)`; what is to be waited for it tells by `begin()`."""

    def __init__(self, work: Callable[..., object], *told: object, **environment: str) -> None:
        self._begun, tells = context().Pipe(duplex=False)
        given = (work, tells, told, environment)
        self._process = context().Process(target=_do, args=given)
        self._process.start()
        tells.close()

    @property
    def pid(self) -> int:
        """Its number."""
        return int(self._process.pid)

    def wait_until_begun(self) -> None:
        """Return when it has told that it begins."""
        assert self._begun.poll(PATIENCE), "it does not begin"
        assert self._begun.recv() == "begin"

    def send_signal(self, kind: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, kind)

    def kill(self) -> None:
        """End it at once, as `kill -9` does, and wait until it is gone."""
        self._process.kill()
        self._process.join()

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait until it has ended; return how it did, None while it has not."""
        self._process.join(seconds)
        return self._process.exitcode  # type: ignore[no-any-return]


def _do(
    work: Callable[..., object], tells: Connection, told: tuple[object, ...], more: dict[str, str]
) -> None:
    os.environ.update(more)
    work(lambda: tells.send("begin"), *told)
