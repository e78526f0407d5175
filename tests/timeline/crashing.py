"""A process that works on a workspace until it is killed; the tests of crashes start it.

It is told the workspace's folder and what to do: flush, compact or erase.
"""

from __future__ import annotations

from collections.abc import Callable

from regulars.app import open_workspace
from regulars.kit import clock
from regulars.timeline import compaction, erasure
from regulars.timeline.flush import flush
from tests.timeline.cast import CHEN


def main(begin: Callable[[], None], folder: str, what: str) -> None:
    """Do it over and over."""
    workspace = open_workspace(folder)
    begin()
    while True:
        if what == "flush":
            flush(workspace)
        elif what == "compact":
            compaction.compact(workspace)
        else:
            erasure.erase(workspace, [CHEN], by="test", now=clock.now())
