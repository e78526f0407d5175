"""Reading the facts about identities: all of them, those around some, those known by a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regulars.timeline import judged
from regulars.timeline.event import MOMENT
from regulars.timeline.folding import LINKS, USERS, Facts
from regulars.timeline.inbox import erased_so_far
from regulars.timeline.linking import CHUNK
from regulars.timeline.tables import kept_apart, links, nobody_identities, user_sources

Change = tuple[int, ...]
"""For each table of facts the newest change and how many rows; and how often identities were
judged, and how many erased."""
NEAR = 2_000
"""Identities that hang together at most for a fold to be mended rather than made anew."""
TABLES = (links, user_sources, kept_apart)
_LINK = (links.c.left_id, links.c.right_id, links.c.through_id, links.c.kind)
_NOBODY = sa.select(nobody_identities.c.identity_id)
_SOMEBODY = (
    links.c.left_id.is_not(None)
    & links.c.left_id.not_in(_NOBODY)
    & links.c.right_id.not_in(_NOBODY)
)
"""A link that is there, and between identities that are somebody's."""
_HOLDS = _SOMEBODY & links.c.undone_at.is_(None)


def last_change(connection: sa.Connection) -> Change:
    """Return what tells whether facts came or went."""
    told: list[int] = []
    for table in TABLES:
        query = sa.select(sa.func.coalesce(sa.func.max(table.c.change), 0), sa.func.count())
        told += [int(one) for one in connection.execute(query).one()]
    return (*told, judged.number(connection), erased_so_far(connection))


def everything(connection: sa.Connection) -> Facts:
    """Return all facts that hold now."""
    rows = connection.execute(sa.select(*_LINK).where(_HOLDS)).all()
    users = connection.execute(sa.select(user_sources.c.identity_id, user_sources.c.source)).all()
    return Facts(_table(rows, LINKS), _table(users, USERS), _apart(connection))


def _apart(connection: sa.Connection) -> pa.Array:
    query = sa.select(kept_apart.c.identity_id).where(kept_apart.c.undone_at.is_(None))
    return pa.array(sorted(connection.execute(query).scalars()), pa.string())


def _table(rows: Sequence[Sequence[object]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(one, field.type) for one, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def touched(connection: sa.Connection, before: Change, now: Change) -> set[str] | None:
    """Return the identities that new or changed facts name; None where facts may have gone.

    Only an erasure takes facts away, and it leaves tombstones; a judgement may take any.
    """
    if len(before) != len(now) or before[-2:] != now[-2:]:
        return None
    if any(old > new for old, new in zip(before, now, strict=True)):
        return None
    near: set[str] = set()
    for table, newest in zip(TABLES, before[:-2:2], strict=True):
        names = (links.c.left_id, links.c.right_id) if table is links else (table.c.identity_id,)
        query = sa.select(*names).where(table.c.change > newest).limit(NEAR + 1)
        for row in connection.execute(query):
            near.update(one for one in row if one is not None)
    return near if len(near) <= NEAR else None


def around(connection: sa.Connection, identities: set[str]) -> set[str] | None:
    """Return all that hang together with the identities by any link; None for too many."""
    reached, edge = set(identities), sorted(identities)
    while edge and len(reached) <= NEAR:
        near: set[str] = set()
        for start in range(0, len(edge), CHUNK):
            for left, right in connection.execute(_links_of(edge[start : start + CHUNK])):
                near.update((left, right))
        edge = sorted(near - reached)
        reached.update(edge)
    return reached if len(reached) <= NEAR else None


def _links_of(some: list[str]) -> sa.Select[str, str]:
    query = sa.select(links.c.left_id, links.c.right_id).where(_HOLDS)
    return query.where(links.c.left_id.in_(some) | links.c.right_id.in_(some))


def facts_of(connection: sa.Connection, identities: list[str]) -> Facts:
    """Return the facts that hold now among some identities, which no link leads out of."""
    rows: list[Sequence[object]] = []
    users: list[Sequence[object]] = []
    for start in range(0, len(identities), CHUNK):
        some = identities[start : start + CHUNK]
        rows += connection.execute(sa.select(*_LINK).where(_HOLDS, links.c.left_id.in_(some))).all()
        query = sa.select(user_sources.c.identity_id, user_sources.c.source)
        users += connection.execute(query.where(user_sources.c.identity_id.in_(some))).all()
    return Facts(_table(rows, LINKS), _table(users, USERS), _apart(connection))


def latest(connection: sa.Connection) -> datetime | None:
    """Return the moment from which on nothing was made, known or undone; None without facts."""
    asked = (
        sa.func.max(links.c.known_at),
        sa.func.max(links.c.undone_at),
        sa.func.max(user_sources.c.known_at),
        sa.func.max(kept_apart.c.decided_at),
        sa.func.max(kept_apart.c.undone_at),
    )
    moments = [connection.execute(sa.select(one)).scalar() for one in asked]
    return max((one for one in moments if one is not None), default=None)


@dataclass(frozen=True)
class _Dated:
    """Facts with the moments from which and until which each of them holds."""

    rows: pa.Table
    since: pa.Array
    until: pa.Array

    def at(self, moment: datetime) -> pa.Array:
        """Return which of the facts held at a moment."""
        at = pa.scalar(moment, MOMENT)
        begun = pc.less_equal(self.since, at)
        return pc.and_(begun, pc.fill_null(pc.greater(self.until, at), True))

    def known_by(self, moment: datetime) -> pa.Table:
        """Return the facts that held at a moment."""
        return self.rows.filter(self.at(moment))

    def key(self, moment: datetime) -> tuple[int, int]:
        """Return what tells apart moments at which other facts held."""
        at = pa.scalar(moment, MOMENT)
        begun, ended = pc.less_equal(self.since, at), pc.less_equal(self.until, at)
        return int(pc.sum(begun).as_py() or 0), int(pc.sum(ended).as_py() or 0)


@dataclass(frozen=True)
class Past:
    """All facts there ever were, as of one change; `facts` are read when they are needed."""

    change: Change
    latest: datetime | None
    facts: tuple[_Dated, ...] | None = None

    def read(self, connection: sa.Connection) -> Past:
        """Return this with its facts: links, user ids, what is kept apart."""
        never = sa.null()
        asked = (
            ((*_LINK, links.c.known_at, links.c.undone_at), LINKS),
            ((user_sources.c.identity_id, user_sources.c.source,
              user_sources.c.known_at, never), USERS),
            ((kept_apart.c.identity_id, kept_apart.c.decided_at, kept_apart.c.undone_at),
             pa.schema([USERS.field("identity_id")])),
        )  # fmt: skip
        return replace(self, facts=tuple(_dated(connection, *one) for one in asked))

    def known_by(self, moment: datetime) -> Facts:
        """Return the facts that held at a moment."""
        assert self.facts is not None
        found, users, apart = (one.known_by(moment) for one in self.facts)
        return Facts(found, users, apart.column(0).combine_chunks())

    def key(self, moment: datetime) -> tuple[int, ...]:
        """Return what tells apart moments at which other facts held."""
        assert self.facts is not None
        return tuple(number for one in self.facts for number in one.key(moment))


def _dated(
    connection: sa.Connection, columns: tuple[sa.ColumnElement[object], ...], schema: pa.Schema
) -> _Dated:
    query = sa.select(*columns)
    if schema is LINKS:
        query = query.where(_SOMEBODY)
    rows = connection.execute(query).all()
    dated = schema.append(pa.field("since", MOMENT)).append(pa.field("until", MOMENT))
    table = _table(rows, dated)
    since, until = (table.column(name).combine_chunks() for name in ("since", "until"))
    return _Dated(table.select(schema.names), since, until)
