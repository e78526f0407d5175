"""What every engine offers, whichever backend runs the expressions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from regulars.timeline.engine.snapshot import SnapshotReader
from regulars.timeline.engine.view import View
from regulars.timeline.event import MOMENT

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.workspace import Workspace


class Engine(ABC):
    """Runs Ibis expressions over the events of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.reader = SnapshotReader(workspace)

    @abstractmethod
    def query(
        self,
        build: Callable[[View], Any],
        *,
        as_of: datetime | None = None,
        identities: Sequence[str] | None = None,
    ) -> pa.Table:
        """Run what `build` makes of a consistent view; return an Arrow table.

        With `identities`, only events of these identities are in view, found without reading
        the files of other buckets.
        """

    @abstractmethod
    def events(self) -> ir.Table:
        """Return all events as of now, for interactive work."""

    def watermark(self) -> str:
        """Return what identifies the present state of the data."""
        return self.reader.read().mark

    @abstractmethod
    def close(self) -> None:
        """Release what the backend holds."""


def in_utc(table: pa.Table) -> pa.Table:
    """Return the answer with every time as an aware UTC moment.

    Truncated times lose their zone in Ibis; what DuckDB gives then is UTC.
    """
    for index, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type != MOMENT:
            column = table.column(index)
            if field.type.tz is None:
                column = pc.assume_timezone(column.cast(pa.timestamp("us")), "UTC")
            table = table.set_column(index, field.name, column.cast(MOMENT))
    return table


def narrowed(
    events: ir.Table, as_of: datetime | None, identities: Sequence[str] | None
) -> ir.Table:
    """Return only what was known by `as_of` and belongs to `identities`, where given."""
    if as_of is not None:
        events = events.filter(events.known_at <= as_of)
    if identities is not None:
        events = events.filter(events.identity_id.isin(list(identities)))
    return events
