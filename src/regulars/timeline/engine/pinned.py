"""One state of the lake that a refresh reads, with answers corrected by what is new since."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from regulars.timeline import duck
from regulars.timeline.engine import beside, change, extent, keys, standing
from regulars.timeline.engine.base import Amended
from regulars.timeline.engine.bounds import Bounds
from regulars.timeline.engine.change import RefreshState, Touched
from regulars.timeline.engine.part import ChangedPart
from regulars.timeline.event import COLUMNS

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.engine.duck import Session
    from regulars.timeline.engine.snapshot import Snapshot
    from regulars.timeline.workspace import Workspace

MAX_COMPILED = 300
"""Questions whose SQL is kept from one refresh to the next."""
WHOLE, NOW, BEFORE = "whole", "now", "before"
MAX_BESIDE = 0.1
"""Share of rows that may lie beside those of everybody before all are written anew."""
SELECT = f"SELECT {', '.join(COLUMNS)} FROM"


class EarlierMoment(Exception):
    """What is asked as of a moment before the last retelling cannot be corrected."""


@dataclass(frozen=True)
class Compiled:
    """An expression with its SQL."""

    expression: Any
    text: str


class Pinned:
    """Answers questions about one state: of all its events, corrected by those of whom is new.

    What it computes of those touched alone runs while `reading` is their `Part`.
    """

    def __init__(
        self,
        workspace: Workspace,
        root: duckdb.DuckDBPyConnection,
        snapshot: Snapshot,
        as_of: datetime,
        *,
        open_session: Callable[[duckdb.DuckDBPyConnection, Workspace], Session],
        people_at: Callable[[datetime], pa.Table],
        compiled: dict[Hashable, Compiled],
        reading: ContextVar[Pinned | ChangedPart | None],
    ) -> None:
        self.mark, self.as_of = snapshot.mark, as_of
        self._workspace, self._root = workspace, root
        files = [workspace.lake.absolute(file) for file in snapshot.files]
        read = f"{snapshot.sight.select()} read_parquet({duck.file_list(files)})"
        self._covered, known = extent.moments(root, files)
        last = self._covered[1] if self._covered else None
        self.end = end = extent.end(workspace, last, as_of)
        hidden = extent.hidden(last, known, as_of, end)
        self._state = RefreshState(
            snapshot.version,
            snapshot.files,
            snapshot.people,
            as_of,
            end,
            whole=not hidden,
            sight=snapshot.sight,
        )
        self._kept = standing.Kept(workspace.folder / standing.FOLDER)
        self._touched, self._token = self._look_back()
        self._sessions: dict[str, Session] = {}
        self._snapshot = snapshot
        self._open_session, self._compiled = open_session, compiled
        self._people_at, self._reading = people_at, reading
        self._rests_on = keys.base_of(workspace.settings.workspace)
        self._reads = {
            WHOLE: read + hidden,
            NOW: f"{SELECT} {change.NOW}",
            BEFORE: f"{SELECT} {change.BEFORE}",
        }

    def _look_back(self) -> tuple[Touched | None, str]:
        """Find who was touched since the state that was read before this one; and our token.

        Where nothing came since, that state's answers are ours.
        """
        found = self._kept.read_state()
        if found is None:
            return None, self._kept.write_state(self._state)
        token, before = found
        if self._state.same(before):
            return None, token
        people = change.find(self._root, self._workspace.lake, before, self._state)
        ours = self._kept.write_state(self._state)
        if people is None:
            return None, ours
        return Touched(token, before.people, people), ours

    def query(
        self,
        build: Callable[[Any], Any],
        as_of: datetime | None,
        identities: Sequence[str] | None = None,
    ) -> pa.Table:
        """Run an expression over all events, or over those of some identities."""
        past = as_of if self._snapshot.counted_at(as_of) else None
        session = self._session(WHOLE) if past is None else self._session_as_of(past)
        return session.run(build(self._view(session, as_of, identities)))

    def of_part(
        self,
        part: str,
        build: Callable[[Any], Any],
        as_of: datetime | None,
        identities: Sequence[str] | None,
    ) -> pa.Table:
        """Run an expression over the events of those touched.

        Raises EarlierMoment where only tellings replaced since tell what those did.
        """
        if self._snapshot.counted_at(as_of):
            raise EarlierMoment
        session = self._session(part)
        return session.run(build(self._view(session, as_of, identities)))

    def summed(
        self,
        key: Hashable,
        build: Callable[[Any], Any],
        by: Sequence[str],
        as_of: datetime | None,
        timeless: bool = False,
        *,
        since: datetime | None = None,
    ) -> pa.Table:
        """Return the sums that `build` makes by the columns `by`, corrected where they can be."""
        if self._elsewhen(as_of):
            return self.query(build, as_of)
        work = self._work(key, build, as_of, timeless)
        return self.adding((key, self._settled(as_of)), work, by, since=since)

    def adding(
        self,
        key: Hashable,
        work: Callable[[], pa.Table],
        by: Sequence[str],
        *,
        since: datetime | None = None,
    ) -> pa.Table:
        """Return the sums that `work` makes by the columns `by`, corrected where they can be."""

        def correct(stored: pa.Table) -> pa.Table:
            return standing.summed(stored, self._of(BEFORE, work), self._of(NOW, work), by)

        return self._corrected(self._text((key, by)), work, correct, Bounds(since=since))

    def total(self, key: Hashable, by: Sequence[str], column: str) -> int | None:
        """Return what a column of kept sums adds up to, as of this state or the one before."""
        tokens = [self._token, *([self._touched.token] if self._touched else [])]
        return self._kept.total(tokens, self._text(((key, None), by)), column)

    def persons(
        self,
        key: Hashable,
        build: Callable[[Any], Any],
        of: str,
        as_of: datetime | None,
        timeless: bool = False,
        *,
        since: datetime | None = None,
    ) -> pa.Table:
        """Return the rows by person that `build` makes, made anew for those touched."""
        if self._elsewhen(as_of):
            return self.query(build, as_of)
        work = self._work(key, build, as_of, timeless)
        return self.by_person((key, self._settled(as_of)), work, of, since=since)

    def _text(self, key: Hashable) -> str:
        """Return what an answer is kept under: its key, and what every answer rests on."""
        return f"{keys.text_of(key)} on {self._rests_on}"

    def _settled(self, as_of: datetime | None) -> datetime | None:
        """Return the moment as of which is asked; None for those that move with the refresh."""
        return None if as_of in (self.as_of, self.end) else as_of

    def _work(
        self, key: Hashable, build: Callable[[Any], Any], as_of: datetime | None, timeless: bool
    ) -> Callable[[], pa.Table]:
        """Return what runs an expression over what is read when it is called."""
        session, compiled_as = self._session(WHOLE), (key, self._state.people.num_rows > 0)
        timeless = timeless and as_of in (None, self.as_of)
        compiled = self._compiled.get(compiled_as) if timeless else None
        if compiled is None:
            expression = build(self._view(session, as_of)).as_table()
            compiled = Compiled(expression, session.compile(expression))
            if timeless:
                self._compiled[compiled_as] = compiled
        return partial(self._run, compiled)

    def _run(self, compiled: Compiled) -> pa.Table:
        """Run what is compiled over what is read now; all sessions call their tables the same."""
        reading = self._reading.get()
        part = reading.name if isinstance(reading, ChangedPart) else WHOLE
        return self._session(part).run(compiled.expression, compiled.text)

    def by_person(
        self,
        key: Hashable,
        work: Callable[[], pa.Table],
        of: str,
        *,
        grows: Sequence[Hashable] = (),
        since: datetime | None = None,
    ) -> pa.Table:
        """Return what `work` makes of each person (named by `of`), made anew for those touched.

        What was made of everybody is kept as it is while few were touched since and its bounds
        only moved on, and the rows of those touched beside it.
        """
        text = self._text((key, of))
        bounds = Bounds(tuple(keys.text_of(one) for one in grows), since)
        made = self._by_person(text, work, of, bounds)
        bounds.note(self._kept, self._token, text)
        return made

    def _by_person(
        self, key: str, work: Callable[[], pa.Table], of: str, bounds: Bounds
    ) -> pa.Table:
        table, newer = (
            self._read(self._token, key, bounds),
            beside.read(self._kept, self._token, key),
        )
        if table is not None and newer is not None:
            return standing.replaced(table, newer.rows, of, newer.replaced)
        if self._touched is None:
            return self._kept_anew(key, work())
        old = self._touched.token
        table, newer = self._read(old, key, bounds), beside.read(self._kept, old, key)
        if table is None or newer is None:
            return self._kept_anew(key, work())
        try:
            newer = self._more_amended(newer, work, of)
        except EarlierMoment:
            return self._kept_anew(key, work())
        made = standing.replaced(table, newer.rows, of, newer.replaced)
        if len(newer.replaced) > MAX_BESIDE * table.num_rows:
            return self._kept_anew(key, made)
        self._kept.carry(old, self._token, key)
        beside.write(self._kept, self._token, key, newer)
        return made

    def _kept_anew(self, key: str, made: pa.Table) -> pa.Table:
        self._kept.write(self._token, key, made)
        beside.write(self._kept, self._token, key, beside.none_of(made.schema))
        return made

    def _more_amended(self, before: Amended, work: Callable[[], pa.Table], of: str) -> Amended:
        """Return what is put in place of some people's rows, with those touched now among them."""
        assert self._touched is not None
        now = self._of(NOW, work)
        return Amended(*standing.amended(before.rows, before.replaced, now, of, self._touched.ids))

    def amended(
        self, key: Hashable, base: Callable[[], pa.Schema], work: Callable[[], pa.Table], of: str
    ) -> Amended | None:
        """Return rows of those touched since `base` was called; None when it is called now."""
        return self._amended_since(self._text((key, of)), base, work, of)

    def _amended_since(
        self, key: str, base: Callable[[], pa.Schema], work: Callable[[], pa.Table], of: str
    ) -> Amended | None:
        made = beside.read(self._kept, self._token, key)
        if made is not None:
            return made
        stored = beside.read(self._kept, self._touched.token, key) if self._touched else None
        with suppress(EarlierMoment):
            if stored is not None:
                made = self._more_amended(stored, work, of)
                beside.write(self._kept, self._token, key, made)
                return made
        beside.write(self._kept, self._token, key, beside.none_of(base()))
        return None

    def of_touched(self, build: Callable[[Any], Any]) -> pa.Table | None:
        """Run an expression over the events of those touched; None where these are not known."""
        if self._touched is None:
            return None
        return self.of_part(NOW, build, None, None)

    def covered(self) -> tuple[datetime, datetime] | None:
        """Return the first and last moment of what is seen; None where the files do not tell."""
        return self._covered if self._state.whole else None

    def _corrected(
        self,
        key: str,
        work: Callable[[], pa.Table],
        correct: Callable[[pa.Table], pa.Table],
        bounds: Bounds,
    ) -> pa.Table:
        answer = self._read(self._token, key, bounds)
        if answer is not None:
            return answer
        stored = self._read(self._touched.token, key, bounds) if self._touched else None
        try:
            answer = work() if stored is None else correct(stored)
        except EarlierMoment:
            answer = work()
        if answer is stored and self._touched:  # nothing of it has changed
            self._kept.carry(self._touched.token, self._token, key)
        else:
            self._kept.write(self._token, key, answer)
        bounds.note(self._kept, self._token, key)
        return answer

    def _read(self, token: str, key: str, bounds: Bounds) -> pa.Table | None:
        return self._kept.read(token, key) if bounds.hold(self._kept, token, key) else None

    def _of(self, part: str, work: Callable[[], pa.Table]) -> pa.Table:
        """Return what `work` finds among the events of those touched, as they are or were."""
        mine = ChangedPart(self, part)
        self._reading.set(mine)
        try:
            return work()
        finally:
            if self._reading.get() is mine:  # else it was let go meanwhile
                self._reading.set(self)

    def _session(self, part: str) -> Session:
        """Return the session whose table `events` holds the events of a part."""
        session = self._sessions.get(part)
        if session is None:
            session = self._open_session(self._root.cursor(), self._workspace)
            people = self._state.people
            if self._touched is not None and part != WHOLE:
                before = part == BEFORE
                people = change.people_of(
                    self._root,
                    change.BEFORE if before else change.NOW,
                    self._touched.people_before if before else people,
                )
            session.define(self._reads[part], people)
            self._sessions[part] = session
        return session

    def _session_as_of(self, past: datetime) -> Session:
        """Return the session in which that counts which counted as of an earlier moment."""
        session = self._open_session(self._root.cursor(), self._workspace)
        superseded = session.superseded(self._snapshot, past)
        session.define(f"{self._reads[WHOLE]} UNION ALL {superseded}", self._state.people)
        return session

    def _view(
        self,
        session: Session,
        as_of: datetime | None,
        identities: Sequence[str] | None = None,
    ) -> Any:
        if as_of == self.as_of:
            return session.seen(None, self.mark, identities)
        return session.seen(as_of, self.mark, identities, self._past(as_of))

    def _elsewhen(self, as_of: datetime | None) -> bool:
        """Tell whether other tellings or links counted as of a moment: nothing to correct by."""
        return bool(self._snapshot.counted_at(as_of)) or self._past(as_of) is not None

    def _past(self, as_of: datetime | None) -> pa.Table | None:
        """Return the fold as of a moment at which other facts held; it is nobody's to correct."""
        if as_of is None or as_of == self.as_of:
            return None
        people = self._people_at(as_of)
        return None if people is self._state.people else people

    def close(self, *, lost: bool = False) -> None:
        """Drop what was made, and the answers of earlier states; of this one too when it is lost.

        What is answered after that is of another state, so none of it may be kept as of this one.
        """
        self._sessions.clear()
        if len(self._compiled) > MAX_COMPILED:
            self._compiled.clear()
        change.forget(self._root)
        self._kept.sweep(None if lost else self._token)
