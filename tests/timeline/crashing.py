"""A process that works on a workspace until it is killed; the tests of crashes start it.

Arguments: the workspace's folder and what to do: flush, compact or erase. It prints a line when
it is about to begin.
"""

from __future__ import annotations

import sys

from regulars.app import open_workspace
from regulars.kit import clock
from regulars.timeline import compaction, erasure
from regulars.timeline.flush import flush
from tests.timeline.cast import CHEN


def main(folder: str, what: str) -> None:
    """Do it over and over."""
    workspace = open_workspace(folder)
    sys.stdout.write("begin\n")
    sys.stdout.flush()
    while True:
        if what == "flush":
            flush(workspace)
        elif what == "compact":
            compaction.compact(workspace)
        else:
            erasure.erase(workspace, [CHEN], by="test", now=clock.now())


if __name__ == "__main__":
    main(*sys.argv[1:])
