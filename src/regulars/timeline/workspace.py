"""A workspace with its timeline: what every service from listening upwards takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.store import settings as settings_file
from regulars.store.workspace import Store

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from regulars.timeline.engine.base import Engine
    from regulars.timeline.engine.view import View
    from regulars.timeline.lake import Lake


BACKUPS = "backups"
"""Folder of what a workspace was before: by backups, upgrades and restores."""


class Workspace(Store):
    """Settings, database, lake and engine of one company."""

    @cached_property
    def lake(self) -> Lake:
        """The Delta table that holds the flushed events."""
        from regulars.timeline.lake import Lake

        return Lake(self.folder / "lake" / "events")

    @cached_property
    def engine(self) -> Engine:
        """What answers queries over inbox and lake."""
        from regulars.timeline.engine.choose import open_engine

        return open_engine(self)

    def share_memory(self, share: float) -> None:
        """Let this process use a part of the memory: another process has the rest."""
        self.share = share
        if "engine" in self.__dict__:
            self.__dict__.pop("engine").close()

    @property
    def events(self) -> ir.Table:
        """All events as an Ibis table, as of now; for notebooks. Services use `query`."""
        return self.engine.events()

    def query(
        self,
        build: Callable[[View], ir.Table | Any],
        *,
        as_of: datetime | None = None,
        identities: Sequence[str] | None = None,
    ) -> pa.Table:
        """Run the expression that `build` makes of a consistent view; return an Arrow table.

        The view holds every acknowledged event once (inbox and lake). With `as_of`, only what
        was known by then; with `identities`, only their events. A file that a clean-up took away
        is answered by a fresh view.
        """
        return self.engine.query(build, as_of=as_of, identities=identities)

    def close(self) -> None:
        """Release engine and database."""
        if "engine" in self.__dict__:
            self.engine.close()
        super().close()


def load(folder: str | Path) -> Workspace:
    """Open the workspace folder without touching its database."""
    path = Path(folder).expanduser().resolve()
    return Workspace(path, settings_file.load(path))
