"""A process that delivers until it is killed; the tests of kills start it."""

from __future__ import annotations

import time
from collections.abc import Callable

from regulars.act.messages import service
from regulars.app import open_workspace
from regulars.kit import clock


def main(begin: Callable[[], None], folder: str) -> None:
    """Deliver what is to be delivered, over and over."""
    ws = open_workspace(folder)
    begin()
    while True:
        if not service.deliver(ws, now=clock.now()):
            time.sleep(0.02)
