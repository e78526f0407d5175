"""The embedded engine: DuckDB over the lake's files and the inbox as Arrow."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.operations as ops
import pyarrow as pa

from regulars.kit import sql
from regulars.timeline import duck
from regulars.timeline.engine.base import Engine, in_utc, narrowed
from regulars.timeline.engine.part import ChangedPart
from regulars.timeline.engine.pinned import Compiled, Pinned
from regulars.timeline.engine.snapshot import Snapshot
from regulars.timeline.engine.texts import EVENTS, PAST_PEOPLE, PEOPLE, Texts, shared_texts
from regulars.timeline.engine.view import View
from regulars.timeline.folding import FOLDED

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.lake import LakeFile
    from regulars.timeline.workspace import Workspace

SESSIONS = 4
RETRIES = 3


class DuckEngine(Engine):
    """A few sessions on one in-memory DuckDB share its memory; a query borrows one."""

    GONE = duckdb.IOException

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._root = duck.connect(workspace)
        self._texts = shared_texts()
        self._idle: queue.LifoQueue[Session] = queue.LifoQueue()
        for _number in range(SESSIONS):
            self._idle.put(Session(self._root.cursor(), workspace, self._texts))
        self._interactive: Session | None = None
        self._lock = threading.Lock()
        self._users = Users(self._root.close)
        self._compiled: dict[Hashable, Compiled] = {}
        self._held: ContextVar[Pinned | ChangedPart | None] = ContextVar("held", default=None)

    def query(
        self,
        build: Callable[[View], Any],
        *,
        as_of: datetime | None = None,
        identities: Sequence[str] | None = None,
    ) -> pa.Table:
        """Run an expression; a file that is gone makes it open the lake anew and repeat."""
        held = self._held.get()
        if held is not None:
            with suppress(self.GONE):  # an erasure took its files: see what is there now
                return held.query(build, as_of, identities)
            self._let_go(lost=True)
        with self._session() as session:
            for attempt in range(RETRIES):
                snapshot = self.reader.read(fresh=attempt > 0)
                try:
                    fold = None if as_of is None else self.reader.people_at(as_of)
                    view = session.view(snapshot, as_of, identities, fold)
                    return session.run(build(view))
                except duckdb.IOException:
                    if attempt == RETRIES - 1:
                        raise
        raise AssertionError("unreachable")

    def pin(self, as_of: datetime) -> None:
        """Let this thread, which refreshes, read the lake as it is now until `unpin`."""
        if not self.refreshing:
            self._users.enter()
        super().pin(as_of)
        snapshot = self.reader.read(lake_only=True)
        # As of a moment before the last retelling there is no state to hold and correct later.
        if snapshot.files and not snapshot.counted_at(as_of):
            snapshot = replace(snapshot, people=self.reader.people_at(as_of))
            root = self._root.cursor()
            self._held.set(
                Pinned(
                    self.workspace,
                    root,
                    snapshot,
                    as_of,
                    open_session=self._open,
                    people_at=self.reader.people_at,
                    compiled=self._compiled,
                    reading=self._held,
                )
            )

    def _open(self, cursor: duckdb.DuckDBPyConnection, workspace: Workspace) -> Session:
        return Session(cursor, workspace, self._texts)

    def unpin(self) -> None:
        """Let this thread see the timeline as it is again."""
        began = self.refreshing
        super().unpin()
        self._let_go()
        if began:
            self._users.leave()

    def _let_go(self, *, lost: bool = False) -> None:
        held = self._held.get()
        if held is not None:
            self._held.set(None)
            held.close(lost=lost)

    def held(self) -> Pinned | ChangedPart | None:
        """Return the state that this thread, which refreshes, reads; None where it holds none."""
        return self._held.get()

    def events(self) -> ir.Table:
        """Return all events as of now; the table keeps this snapshot."""
        with self._lock:
            if self._interactive is None:
                self._interactive = Session(self._root.cursor(), self.workspace)
            return self._interactive.view(self.reader.read(), None, None).with_person()

    def close(self) -> None:
        """Close every session, as soon as no thread uses one: the engine dies of it otherwise."""
        self._users.close()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        self._users.enter()
        session = self._idle.get()
        try:
            yield session
        finally:
            self._idle.put(session)
            self._users.leave()


class Users:
    """Counts the threads that are at something; what closes it waits for the last one."""

    def __init__(self, close: Callable[[], object]) -> None:
        self._close = close
        self._count, self._closing = 0, False
        self._lock = threading.Lock()

    def enter(self) -> None:
        """Begin to use it."""
        with self._lock:
            self._count += 1

    def leave(self) -> None:
        """End using it; the last one closes it where that was asked for meanwhile."""
        with self._lock:
            self._count -= 1
            last = self._closing and not self._count
        if last:
            self._close()

    def close(self) -> None:
        """Close it now if nobody uses it, else when the last one leaves."""
        with self._lock:
            self._closing = True
            unused = not self._count
        if unused:
            self._close()


class Session:
    """One DuckDB cursor with its Ibis backend; keeps the view of the last snapshot it saw."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, workspace: Workspace, texts: Texts | None = None
    ) -> None:
        self._cursor = cursor
        self._texts = texts
        self._workspace = workspace
        duck.set_zone(cursor, workspace)
        self._backend = ibis.duckdb.from_connection(cursor)
        duck.set_zone(cursor, workspace)
        self._mark: object = None
        self._tables: tuple[Any, Any] = (None, None)

    def view(
        self,
        snapshot: Snapshot,
        as_of: datetime | None,
        identities: Sequence[str] | None,
        fold: pa.Table | None = None,
    ) -> View:
        """Return the view of a snapshot, defining it when the session holds another one.

        `fold` is who was linked with whom as of `as_of`.
        """
        past = as_of if snapshot.counted_at(as_of) else None
        wanted = (snapshot.mark, tuple(identities) if identities is not None else None, past)
        if wanted != self._mark:
            self._define(snapshot, identities, past)
            self._mark = wanted
        return self.seen(as_of, snapshot.mark, identities, fold)

    def seen(
        self,
        as_of: datetime | None,
        mark: str,
        identities: Sequence[str] | None = None,
        fold: pa.Table | None = None,
    ) -> View:
        """Return the view of what is defined, narrowed where asked; with the fold of the past."""
        events, people = self._tables
        if fold is not None:
            self._cursor.register(PAST_PEOPLE, fold)
            people = self._known_as().past if fold.num_rows else None
        kept = narrowed(events, as_of, identities)
        return View(kept, people, mark, as_of, self._workspace.zone)

    def _known_as(self) -> Texts:
        """Return the texts of all; those of this session alone, whose tables one may run, else."""
        if self._texts is None:
            self._cursor.register(PAST_PEOPLE, FOLDED.empty_table())
            self._texts = Texts(self._backend)
        return self._texts

    def compile(self, expression: Any) -> str:
        """Return the SQL of an expression."""
        return self._known_as().of(expression, self._backend.compile)

    def run(self, expression: Any, text: str | None = None) -> pa.Table:
        """Run an expression of this session; `text` is its SQL, where it is known already.

        DuckDB may choose to push a filter into an Arrow table that it then cannot apply there
        (its Python package's issue 463); without this choice the same query runs.
        """
        text = self.compile(expression) if text is None else text
        given = expression.op().find(ops.InMemoryTable)
        for one in given:
            self._cursor.register(one.name, one.data.to_pyarrow(one.schema))
        try:
            found = self._answer(text)
        finally:
            for one in given:
                self._cursor.unregister(one.name)
        return in_utc(found.cast(expression.as_table().schema().to_pyarrow()))

    def _answer(self, text: str) -> pa.Table:
        try:
            return self._cursor.execute(text).to_arrow_table()
        except duckdb.NotImplementedException:
            self._cursor.execute("SET disabled_optimizers = 'join_filter_pushdown'")
            try:
                return self._cursor.execute(text).to_arrow_table()
            finally:
                self._cursor.execute("RESET disabled_optimizers")

    def _define(
        self, snapshot: Snapshot, identities: Sequence[str] | None, past: datetime | None
    ) -> None:
        """Let `events` be those of a snapshot; with `past`, also what counted as of then only."""
        read = snapshot.sight.select()
        self._cursor.register("waiting_events", snapshot.waiting)
        files = [file for file in snapshot.files if identities is None or file.may_hold(identities)]
        parts = []
        if files:
            parts.append(f"{read} {self._parquet(files)}")
        if past is not None:
            parts.append(self.superseded(snapshot, past))
        if snapshot.waiting.num_rows or not parts:
            parts.append(f"{read} waiting_events")
        self.define(" UNION ALL ".join(parts), snapshot.people)

    def superseded(self, snapshot: Snapshot, past: datetime) -> str:
        """Return the query of tellings that were superseded after a moment."""
        return (
            f"{snapshot.sight.select()} {self._parquet(snapshot.counted_at(past))} "
            f"WHERE superseded_at > {sql.moment(past)}"
        )

    def _parquet(self, files: Sequence[LakeFile]) -> str:
        paths = [self._workspace.lake.absolute(file) for file in files]
        return f"read_parquet({duck.file_list(paths)})"

    def define(self, select: str, people: pa.Table) -> None:
        """Let `events` be what a query gives, and `people` the fold of its identities."""
        self._cursor.execute(f"CREATE OR REPLACE TEMP VIEW {EVENTS} AS {select}")
        self._cursor.register(PEOPLE, people)
        texts = self._known_as()
        self._tables = (texts.events, texts.linked if people.num_rows else None)
