"""People: identities folded by the facts that link them.

A link says that two identities are one person; an undoing says that a link no longer holds. Both
are facts with the link's own id, so the order in which they arrive does not matter: the state is
the set of links that were made and not undone. A person is a connected component; its id is the
smallest of its identities. An undone link stays undone; linking again takes a new link id. A link
that names an erased identity is not kept, so nobody becomes the person who was erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regulars.kit import clock
from regulars.store.database import upsert
from regulars.store.workspace import Store
from regulars.timeline.inbox import erased_among, lock_inbox
from regulars.timeline.tables import links


@dataclass(frozen=True, slots=True)
class LinkFact:
    """That two identities are one person, said by `source`; `undone_at` when it no longer holds."""

    link_id: str
    left_id: str
    right_id: str
    kind: str
    source: str
    linked_at: datetime
    undone_at: datetime | None


FOLDED = pa.schema([("identity_id", pa.string()), ("person_id", pa.string())])
_FACT = (
    links.c.link_id,
    links.c.left_id,
    links.c.right_id,
    links.c.kind,
    links.c.source,
    links.c.linked_at,
    links.c.undone_at,
)
Change = tuple[int, int]


def link(
    store: Store,
    connection: sa.Connection,
    left: str,
    right: str,
    *,
    link_id: str,
    kind: str,
    source: str,
    at: datetime,
) -> None:
    """Keep the fact that `left` and `right` are one person; the same `link_id` again adds nothing.

    If the undoing of this link arrived first, the link stays undone.
    """
    if _erased(store, connection, {left, right}):
        return
    values: dict[str, Any] = {
        "left_id": min(left, right),
        "right_id": max(left, right),
        "kind": kind,
        "source": source,
        "linked_at": at,
    }
    statement = upsert(connection, links).values(
        link_id=link_id, change=_next_change(connection), **values
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["link_id"],
            set_={**values, "change": statement.excluded.change},
            where=links.c.left_id.is_(None),
        )
    )


def link_many(store: Store, connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Keep many links at once: rows of left, right, link_id, kind, source, at."""
    erased = _erased(store, connection, {row[end] for row in rows for end in ("left", "right")})
    rows = [row for row in rows if erased.isdisjoint((row["left"], row["right"]))]
    if not rows:
        return
    change = _next_change(connection)
    statement = upsert(connection, links).on_conflict_do_nothing()
    connection.execute(
        statement,
        [
            {
                "link_id": row["link_id"],
                "left_id": min(row["left"], row["right"]),
                "right_id": max(row["left"], row["right"]),
                "kind": row["kind"],
                "source": row["source"],
                "linked_at": row["at"],
                "undone_at": None,
                "change": change,
            }
            for row in rows
        ],
    )


def _erased(store: Store, connection: sa.Connection, identities: set[str]) -> set[str]:
    """Return who was erased; no erasure begins before the caller's transaction has ended."""
    lock_inbox(connection)
    return erased_among(store, connection, identities)


def unlink(store: Store, connection: sa.Connection, link_id: str, *, at: datetime) -> None:
    """Keep the fact that the link was undone, even if the link itself has not arrived yet.

    In order with making links: a change that commits after a newer one would never be folded.
    """
    lock_inbox(connection)
    statement = upsert(connection, links).values(
        link_id=link_id, undone_at=at, change=_next_change(connection)
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["link_id"],
            set_={"undone_at": at, "change": statement.excluded.change},
            where=links.c.undone_at.is_(None),
        )
    )


def links_of(connection: sa.Connection, identities: list[str]) -> list[LinkFact]:
    """Return all links that touch one of the identities, undone ones too, oldest first."""
    found: dict[str, LinkFact] = {}
    for start in range(0, len(identities), 400):
        some = identities[start : start + 400]
        query = sa.select(*_FACT).where(
            links.c.left_id.is_not(None), links.c.left_id.in_(some) | links.c.right_id.in_(some)
        )
        for row in connection.execute(query):
            found[row.link_id] = LinkFact(*row)
    return sorted(found.values(), key=_age)


def link_by_id(connection: sa.Connection, link_id: str) -> LinkFact | None:
    """Return one link, None when only its undoing or nothing is known."""
    query = sa.select(*_FACT).where(links.c.link_id == link_id, links.c.left_id.is_not(None))
    row = connection.execute(query).first()
    return LinkFact(*row) if row else None


def _age(fact: LinkFact) -> tuple[datetime, str]:
    return fact.linked_at, fact.link_id


def last_change(connection: sa.Connection) -> Change:
    """Return what tells whether the fold must be made again."""
    row = connection.execute(
        sa.select(sa.func.coalesce(sa.func.max(links.c.change), 0), sa.func.count())
    ).one()
    return int(row[0]), int(row[1])


def holding(connection: sa.Connection) -> list[tuple[str, str]]:
    """Return the links that hold now."""
    query = sa.select(links.c.left_id, links.c.right_id).where(
        links.c.undone_at.is_(None), links.c.left_id.is_not(None)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


@dataclass(frozen=True)
class Folded:
    """Who is who (columns of FOLDED), and what tells whether that must be found out again."""

    change: Change
    people: pa.Table


_last: WeakKeyDictionary[Store, Folded] = WeakKeyDictionary()


def folded(store: Store, connection: sa.Connection) -> Folded:
    """Return the fold as it is now, made anew only when a link was undone or is gone."""
    last, change = _last.get(store), last_change(connection)
    if last is None or last.change != change:
        new = None if last is None else _only_new(connection, last.change, change)
        table = fold(holding(connection)) if last is None or new is None else (
            fold_more(last.people, new)
        )  # fmt: skip
        last = _last[store] = Folded(change, table)
    return last


def _only_new(
    connection: sa.Connection, before: Change, now: Change
) -> list[tuple[str, str]] | None:
    """Return the links made since `before`; None when that is not all that happened."""
    query = sa.select(links.c.left_id, links.c.right_id, links.c.undone_at)
    rows = connection.execute(query.where(links.c.change > before[0])).all()
    made = [(row[0], row[1]) for row in rows if row[0] is not None and row[2] is None]
    only = now[0] > before[0] and len(made) == len(rows) == now[1] - before[1]
    return made if only else None


def fold(pairs: list[tuple[str, str]]) -> pa.Table:
    """Return identity_id → person_id for every linked identity: connected components.

    The person's id is the smallest identity of the component, so no order of links matters.
    """
    if not pairs:
        return FOLDED.empty_table()
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    named = pa.array([end for pair in pairs for end in pair], pa.string()).dictionary_encode()
    ends = named.indices.to_numpy().reshape(-1, 2)
    graph = coo_array(
        (np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(named.dictionary),) * 2
    )
    _count, component = connected_components(graph, directed=False)
    members = pa.table({"component": component, "identity": named.dictionary})
    least = members.group_by("component").aggregate([("identity", "min")]).sort_by("component")
    smallest = least.column("identity_min").combine_chunks()
    return pa.table([named.dictionary, smallest.take(pa.array(component))], schema=FOLDED)


def fold_more(before: pa.Table, pairs: list[tuple[str, str]]) -> pa.Table:
    """Return a fold with more links: those who were people of their own until now become one."""
    if not pairs:
        return before
    ends = pa.array(sorted({end for pair in pairs for end in pair}), pa.string())
    met = before.filter(pc.is_in(before.column("identity_id"), ends))
    person = dict(zip(ends.to_pylist(), ends.to_pylist(), strict=True))
    person |= dict(zip(*(column.to_pylist() for column in met.columns), strict=True))
    joined = fold([(person[left], person[right]) for left, right in pairs])
    becomes = dict(zip(*(column.to_pylist() for column in joined.columns), strict=True))
    place = pc.index_in(before.column("person_id"), joined.column("identity_id").combine_chunks())
    people = pc.coalesce(
        joined.column("person_id").combine_chunks().take(place.combine_chunks()),
        before.column("person_id").combine_chunks(),
    )
    new = sorted(set(person) - set(met.column("identity_id").to_pylist()))
    added = pa.table([new, [becomes[one] for one in new]], schema=FOLDED)
    kept = pa.table([before.column("identity_id"), people], schema=FOLDED)
    return pa.concat_tables([kept, added]).combine_chunks()


def person_of(store: Store, identity: str) -> str:
    """Return the person that an identity belongs to; itself when nothing links it."""
    return min(identities_of(store, identity))


def identities_of(store: Store, identity: str) -> list[str]:
    """Return every identity of the person that `identity` belongs to, itself included, sorted."""
    found, edge = {identity}, [identity]
    with store.database.reading() as connection:
        while edge:
            edge = sorted(_neighbours(connection, edge) - found)
            found.update(edge)
    return sorted(found)


def _neighbours(connection: sa.Connection, identities: list[str]) -> set[str]:
    near: set[str] = set()
    for start in range(0, len(identities), 400):
        some = identities[start : start + 400]
        query = sa.select(links.c.left_id, links.c.right_id).where(
            links.c.undone_at.is_(None),
            links.c.left_id.is_not(None),
            links.c.left_id.in_(some) | links.c.right_id.in_(some),
        )
        for row in connection.execute(query):
            near.update((row[0], row[1]))
    return near


def _next_change(connection: sa.Connection) -> int:
    """Return a number above all before, also above those of links that an erasure took away."""
    newest = connection.execute(sa.select(sa.func.max(links.c.change))).scalar()
    return max(int(newest or 0) + 1, clock.microseconds(clock.now()))
