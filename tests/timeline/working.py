"""A process that reacts, acts and flushes on a workspace until it is killed; the tests start it.

It is told the workspace's folder, what to do (react or act), and the minutes since noon.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable

import sqlalchemy as sa

from regulars.app import open_workspace
from regulars.timeline import acts, lagging, reacting
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.reacting import ORDER, later, thanks


def main(begin: Callable[[], None], folder: str, what: str, minutes: float) -> None:
    """Do it over and over, a few events at a time, so that many transactions can be cut off.

    It begins once everything is loaded.
    """
    workspace = open_workspace(folder)
    now = later(minutes=minutes)
    reacting.PORTION, acts.MOVED_EVENTS = 3, 3
    if what == "act":
        act(workspace, f"{os.getpid()}-first")
    else:
        lagging.behind(workspace, None, now)
    begin()
    for number in itertools.count():
        if what == "act":
            act(workspace, f"{os.getpid()}-{number}")
        acts.move(workspace, now=now)
        while reacting.advance(workspace, thanks, now=now):
            pass
        if what == "act" and number % 20 == 19:
            flush(workspace, now=now)
        time.sleep(0.001)


def act(workspace: Workspace, number: str) -> None:
    """Do something, and tell it, in one transaction."""
    with workspace.database.transaction() as connection:
        connection.execute(sa.text("INSERT INTO done VALUES (:id)"), {"id": number})
        row = {"name": ORDER, "event_id": number}
        acts.record(workspace, connection, [row], now=later(minutes=0))
