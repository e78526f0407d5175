"""What every engine offers, whichever backend runs the expressions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from regulars.kit import clock
from regulars.timeline.engine.snapshot import SnapshotReader
from regulars.timeline.engine.view import View
from regulars.timeline.event import MOMENT

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.part import ChangedPart
    from regulars.timeline.engine.pinned import Pinned
    from regulars.timeline.workspace import Workspace


@dataclass(frozen=True)
class Amended:
    """Rows of people by `work`, and who are replaced by them; some of these may have no row."""

    rows: pa.Table
    replaced: pa.Array


class Engine(ABC):
    """Runs Ibis expressions over the events of a workspace."""

    GONE: type[Exception] = FileNotFoundError
    """What the backend raises for a file that is gone: an erasure took it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.reader = SnapshotReader(workspace)
        self._refreshed_at: ContextVar[datetime | None] = ContextVar("refreshed_at", default=None)

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

    def summed(
        self,
        key: Hashable,
        build: Callable[[View], Any],
        *,
        by: Sequence[str],
        as_of: datetime | None = None,
        timeless: bool = False,
        since: datetime | None = None,
    ) -> pa.Table:
        """Run an expression that gives sums by the columns `by`; the order of rows is not kept.

        Every sum must add up over people, orders, cases and visits: what one of them adds depends
        on its own events only. Then a refresh may correct the sums of the refresh before.

        `key` names all that shapes the answer beside the events, `as_of` and the workspace's
        settings: which question it is, and its parameters, moments as `settled` gives them. What
        is `timeless` bounds nothing by a moment that moves: one refresh compiles it for the next.

        Where only what occurs from a moment on is wanted, and that moment moves on, `since` names
        it in place of the key, and `by` has the day. A refresh may give earlier days too, which
        tell what once was true: whoever asks leaves them out.
        """
        held = self.held()
        if held is not None:
            with suppress(self.GONE):
                return held.summed(key, build, by, as_of, timeless, since=since)
        return self.query(build, as_of=as_of)

    def total(self, key: Hashable, *, by: Sequence[str], column: str) -> int | None:
        """Return what a column of the sums under a key adds up to, where a refresh keeps them.

        As of this refresh, or the one before as long as they are not corrected.
        """
        held = self.held()
        return None if held is None else held.total(key, by, column)

    def adding(self, key: Hashable, work: Callable[[], pa.Table], *, by: Sequence[str]) -> pa.Table:
        """Return the sums by the columns `by` that `work` finds out by several queries.

        As `summed`.
        """
        held = self.held()
        return work() if held is None else held.adding(key, work, by)

    def by_person(
        self,
        key: Hashable,
        work: Callable[[], pa.Table],
        *,
        of: str,
        grows: Sequence[Hashable] = (),
        since: datetime | None = None,
    ) -> pa.Table:
        """Return what `work` finds out by queries: rows of a person each, named by the column `of`.

        A person's rows must depend on that person's events only, and on what `key` names. Then a
        refresh may make anew the rows of those touched since the refresh before. They may also
        depend on `grows`, one value a month for instance, as far as the month of the person's last
        event: a value more at its end changes nothing for whom was not touched. With `since` as in
        `summed`, each row is of one moment, and whoever asks leaves out those before it.
        """
        held = self.held()
        return work() if held is None else held.by_person(key, work, of, grows=grows, since=since)

    def persons(
        self,
        key: Hashable,
        build: Callable[[View], Any],
        *,
        of: str,
        as_of: datetime | None = None,
        timeless: bool = False,
        since: datetime | None = None,
    ) -> pa.Table:
        """Run an expression that gives rows of a person each; as `by_person`, of one query."""
        held = self.held()
        if held is not None:
            with suppress(self.GONE):
                return held.persons(key, build, of, as_of, timeless, since=since)
        return self.query(build, as_of=as_of)

    def amended(
        self,
        key: Hashable,
        base: Callable[[], pa.Schema],
        work: Callable[[], pa.Table],
        *,
        of: str,
    ) -> Amended | None:
        """Return what is to be put in place of some people's rows in a table that `base` wrote.

        As `by_person`, for a table that is too large to be written anew for a few people: `base`
        writes what `work` finds of everybody and returns its columns. None when it had to be called
        now; else the rows of all who were touched since it was.
        """
        held = self.held()
        if held is not None:
            return held.amended(key, base, work, of)
        base()
        return None

    def of_touched(self, build: Callable[[View], Any]) -> pa.Table | None:
        """Run an expression over the events of those touched since the last refresh only.

        All new events are among these. None outside a refresh, and where it is not known.
        """
        held = self.held()
        return None if held is None else held.of_touched(build)

    def held(self) -> Pinned | ChangedPart | None:
        """Return the state that this thread, which refreshes, reads; None where it holds none."""
        return None

    def pin(self, as_of: datetime) -> None:
        """Let this thread, which refreshes, read the lake as it is now until `unpin`.

        An engine that cannot hold a state reads the timeline as it is.
        """
        self._refreshed_at.set(as_of)

    def unpin(self) -> None:
        """Let this thread see the timeline as it is again."""
        self._refreshed_at.set(None)

    @property
    def refreshing(self) -> bool:
        """Whether this thread refreshes findings; nobody waits for them."""
        return self._refreshed_at.get() is not None

    @property
    def now(self) -> datetime:
        """The moment as of which this thread reads: that of its refresh, else the clock's."""
        return self._refreshed_at.get() or clock.now()

    @property
    def keeps(self) -> bool:
        """Whether answers of this thread are kept for the next refresh to correct."""
        return self.held() is not None

    def covered(self) -> tuple[datetime, datetime] | None:
        """Return the first and the last moment at which anything occurred; None without events."""
        held = self.held()
        if held is not None and (ends := held.covered()) is not None:
            return ends
        table = self.query(
            lambda view: view.events.agg(
                first=view.events.occurred_at.min(), last=view.events.occurred_at.max()
            )
        )
        first, last = (column[0].as_py() for column in table.columns)
        return None if last is None else (first, last)

    def settled(self, moment: datetime | None) -> datetime | None:
        """Return None for a moment that bounds nothing in view, else the moment.

        In a refresh these are the moment as of which it reads, and the end of its last day: they
        move from refresh to refresh, and keys of what is kept between these must not.
        """
        held = self.held()
        return None if held is not None and moment in (held.as_of, held.end) else moment

    @abstractmethod
    def events(self) -> ir.Table:
        """Return all events as of now, for interactive work."""

    def watermark(self) -> str:
        """Return what identifies the state of the data that this thread reads."""
        held = self.held()
        return self.reader.read().mark if held is None else held.mark

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
