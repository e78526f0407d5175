"""Regulars: customer experience and loyalty on one timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

__version__ = "0.1.0"


def open(path: str) -> Workspace:  # noqa: A001 (the name a notebook reads: regulars.open)
    """Open the workspace in the folder `path`; its `events` is an Ibis table."""
    from regulars.app import open_workspace

    return open_workspace(path)
