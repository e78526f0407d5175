"""Read all scored experiences from the timeline, and keep the latest of them in memory."""

from __future__ import annotations

import json
import threading
from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import sqlalchemy as sa

from regulars.company.documents import service as documents
from regulars.company.documents.model import Versioned
from regulars.kit import clock
from regulars.kit.memo import Memo
from regulars.listen.catalog import service as catalog_service
from regulars.timeline.erasure import erasable
from regulars.timeline.workspace import Workspace
from regulars.understand.levels import experiences, queries, references
from regulars.understand.levels.experiences import Experiences
from regulars.understand.levels.model import LevelRules, checked, values_of
from regulars.understand.levels.references import Usual

if TYPE_CHECKING:
    import ibis.expr.types as ir

HELD = 900.0
"""Seconds for which lists are read from what was worked out last, though events came since."""
SIZE = 3


class Held:
    """The experiences worked out last; an erasure drops them all."""

    def __init__(self) -> None:
        self._memo: Memo[Experiences] = Memo(SIZE)
        self._latest: dict[Hashable, tuple[Hashable, float]] = {}
        self._lock = threading.Lock()

    def latest(self, key: Hashable) -> Experiences | None:
        """Return what was worked out for `key` in the last quarter of an hour."""
        with self._lock:
            mark, since = self._latest.get(key, (None, 0.0))
            memo = self._memo
        if mark is None or clock.monotonic() - since > HELD:
            return None
        return memo.peek((key, mark))

    def keep(self, key: Hashable, mark: Hashable) -> Memo[Experiences]:
        """Note that `mark` is the latest of `key`; return where it is kept."""
        with self._lock:
            if self._latest.get(key, (None, 0.0))[0] != mark:
                self._latest[key] = mark, clock.monotonic()
            return self._memo

    def drop(self) -> None:
        """Forget everything."""
        with self._lock:
            self._memo, self._latest = Memo(SIZE), {}


_held = Held()


def every(ws: Workspace, as_of: datetime | None = None, *, fresh: bool = True) -> Experiences:
    """Return all experiences; not `fresh`, outside a refresh, up to a quarter of an hour old.

    A level is the same whoever asks, so it comes from all that happened to the person. Of the
    answer, show a caller only what lies in the caller's places.
    """
    wanted, as_of = source(ws), ws.engine.settled(as_of)
    catalog = catalog_service.current(ws).version
    key = (str(ws.folder), wanted.rules, catalog, as_of)
    found = None if fresh or ws.engine.refreshing else _held.latest(key)
    if found is not None:
        return found
    mark = ws.engine.watermark()

    def work() -> Experiences:
        known = usual(ws, wanted, as_of)
        told = ws.engine.by_person(
            ("levels", wanted.rules, catalog, as_of),
            lambda: table(ws, wanted, known, as_of),
            of="person",
            grows=references.monthly(known),
        )
        return experiences.of_table(told, wanted.rules)

    return _held.keep(key, mark).get((key, mark), work)


@erasable("experience levels kept in memory")
def forget(_ws: Workspace, _connection: sa.Connection, _identities: frozenset[str]) -> int:
    """Drop what is held in this process; it is worked out again without who was erased."""
    _held.drop()
    return 0


def usual(
    ws: Workspace, wanted: queries.ExperienceSource, as_of: datetime | None = None
) -> list[Usual]:
    """Return what was usual for each question in each month."""
    asked = ws.engine.summed(
        ("usual levels", wanted.rules, catalog_service.current(ws).version),
        lambda view: queries.asked(view, wanted),
        by=(*queries.QUESTION, "month"),
        as_of=as_of,
    )
    return references.usual_of(asked.to_pylist())


def table(
    ws: Workspace,
    wanted: queries.ExperienceSource,
    known: Sequence[Usual],
    as_of: datetime | None = None,
    identities: Sequence[str] | None = None,
) -> pa.Table:
    """Return the experiences in two steps: what was scored, then what went before it."""
    means = references.table_of(known)
    told = ws.query(
        lambda view: queries.scored(view, wanted, means), as_of=as_of, identities=identities
    )
    found = ibis.memtable(told)
    return ws.query(
        lambda view: queries.experiences(view, wanted, found), as_of=as_of, identities=identities
    )


def source(ws: Workspace) -> queries.ExperienceSource:
    """Return what a reading goes by: the catalog and the parameters in force."""
    catalog = catalog_service.current(ws)

    def place(events: ir.Table) -> ir.Table:
        return catalog_service.placed_by(catalog, events, stage=False)

    return queries.ExperienceSource(place, rules(ws))


RULES = Versioned(
    "levels",
    "levels",
    "levels.rules",
    lambda: json.dumps(values_of(LevelRules())),
    lambda text, number: checked(json.loads(text), number),
)


def rules(ws: Workspace) -> LevelRules:
    """Return the parameters in force."""
    return documents.current(ws, RULES)
