"""Facts about who is who: links, their undoing, whose user ids are whose, what is kept apart.

A link says that two identities are one person; an undoing says that a link no longer holds. Both
are facts with the link's own id, so the order in which they arrive does not matter. An undone link
stays undone; linking again takes a new link id. A link that names an erased identity is not kept,
so nobody becomes the person who was erased. What the facts amount to is told by `timeline.people`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regulars.kit import clock
from regulars.store.database import upsert
from regulars.store.workspace import Store
from regulars.timeline.inbox import erased_among, lock_inbox
from regulars.timeline.tables import kept_apart, links, user_sources

CHUNK = 400


@dataclass(frozen=True, slots=True)
class LinkFact:
    """That two identities are one person, said by `source`; `undone_at` when it no longer holds.

    `through_id` is the one of them that several people may share; None: it rests on itself.
    """

    link_id: str
    left_id: str
    right_id: str
    kind: str
    source: str
    linked_at: datetime
    undone_at: datetime | None
    through_id: str | None = None


FACT = (
    links.c.link_id,
    links.c.left_id,
    links.c.right_id,
    links.c.kind,
    links.c.source,
    links.c.linked_at,
    links.c.undone_at,
    links.c.through_id,
)


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
    known_at: datetime | None = None,
    through: str | None = None,
) -> None:
    """Keep the fact that `left` and `right` are one person; the same `link_id` again adds nothing.

    `known_at` is from when `as_of` may see it: `at`, unless it is given. If the undoing of this
    link arrived first, the link stays undone.
    """
    told = {"kind": kind, "source": source, "at": at, "known_at": known_at, "through": through}
    link_many(store, connection, [{"left": left, "right": right, "link_id": link_id, **told}])


def link_many(store: Store, connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Keep many links at once: rows of left, right, link_id, kind, source, at.

    Each may have `known_at` and `through`, as `link`. What several tell alike was made, and is
    known, since the first of them says so, and rests on whatever any of them knows.
    """
    erased = _erased(store, connection, {row[end] for row in rows for end in ("left", "right")})
    rows = [row for row in rows if erased.isdisjoint((row["left"], row["right"]))]
    if not rows:
        return
    change = next_change(connection)
    connection.execute(_telling(connection), [_values(row, change) for row in rows])


def _values(row: dict[str, Any], change: int) -> dict[str, Any]:
    return {
        "link_id": row["link_id"],
        "left_id": min(row["left"], row["right"]),
        "right_id": max(row["left"], row["right"]),
        "kind": row["kind"],
        "source": row["source"],
        "linked_at": row["at"],
        "known_at": row.get("known_at") or row["at"],
        "through_id": row.get("through"),
        "change": change,
    }


def _telling(connection: sa.Connection) -> Any:
    """Return the statement that keeps a link, or what a further telling adds to it.

    Which source is named does not depend on which came first: the earlier, then the lesser name.
    """
    statement = upsert(connection, links)
    new, old = statement.excluded, links.c
    first = (new.linked_at < old.linked_at) | (
        (new.linked_at == old.linked_at) & (new.source < old.source)
    )
    unknown = old.left_id.is_(None)
    taken = {
        name: sa.case((unknown | first, new[name]), else_=old[name])
        for name in ("linked_at", "source")
    }
    earlier = sa.case((unknown | (new.known_at < old.known_at), new.known_at), else_=old.known_at)
    rests = sa.func.coalesce(old.through_id, new.through_id)
    learnt = unknown | (old.through_id.is_(None) & new.through_id.is_not(None))
    return statement.on_conflict_do_update(
        index_elements=["link_id"],
        set_={
            "left_id": new.left_id,
            "right_id": new.right_id,
            "kind": new.kind,
            **taken,
            "known_at": earlier,
            "through_id": rests,
            "change": new.change,
        },
        where=learnt | first | (new.known_at < old.known_at),
    )


def tell_users(
    store: Store, connection: sa.Connection, told: Iterable[tuple[str, str, datetime]]
) -> None:
    """Keep that identities are user ids: rows of identity, the source that gives it, known when."""
    rows = {(identity, source): at for identity, source, at in sorted(told, reverse=True)}
    erased = _erased(store, connection, {identity for identity, _source in rows})
    rows = {key: at for key, at in rows.items() if key[0] not in erased}
    if not rows:
        return
    change = next_change(connection)
    statement = upsert(connection, user_sources)
    new, old = statement.excluded, user_sources.c
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["identity_id", "source"],
            set_={"known_at": new.known_at, "change": new.change},
            where=new.known_at < old.known_at,
        ),
        [
            {"identity_id": identity, "source": source, "known_at": at, "change": change}
            for (identity, source), at in sorted(rows.items())
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
        link_id=link_id, undone_at=at, change=next_change(connection)
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["link_id"],
            set_={"undone_at": at, "change": statement.excluded.change},
            where=links.c.undone_at.is_(None),
        )
    )


def keep_apart(
    connection: sa.Connection, identity: str, *, staff: str, reason: str, at: datetime
) -> None:
    """Keep staff's word that what several share joins none of them."""
    lock_inbox(connection)
    connection.execute(
        sa.insert(kept_apart).values(
            identity_id=identity,
            decided_at=at,
            staff=staff[:200],
            reason=reason,
            change=next_change(connection),
        )
    )


def let_join(connection: sa.Connection, identity: str, *, at: datetime) -> bool:
    """Undo `keep_apart`; return whether it was in force."""
    lock_inbox(connection)
    where = (kept_apart.c.identity_id == identity) & kept_apart.c.undone_at.is_(None)
    values = {"undone_at": at, "change": next_change(connection)}
    return bool(connection.execute(sa.update(kept_apart).where(where).values(**values)).rowcount)


def apart_now(connection: sa.Connection) -> list[tuple[str, str, str, datetime]]:
    """Return what is kept apart: identity, staff, reason, since when; the newest first."""
    columns = kept_apart.c
    query = sa.select(columns.identity_id, columns.staff, columns.reason, columns.decided_at)
    query = query.where(columns.undone_at.is_(None)).order_by(columns.id.desc())
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]


def resting_on(connection: sa.Connection, identity: str) -> list[LinkFact]:
    """Return the links that hold and rest on something shared, oldest first."""
    query = sa.select(*FACT).where(
        links.c.through_id == identity, links.c.undone_at.is_(None), links.c.left_id.is_not(None)
    )
    return sorted((LinkFact(*row) for row in connection.execute(query)), key=_age)


def links_of(connection: sa.Connection, identities: Sequence[str]) -> list[LinkFact]:
    """Return all links that touch one of the identities, undone ones too, oldest first."""
    facts: dict[str, LinkFact] = {}
    for start in range(0, len(identities), CHUNK):
        some = identities[start : start + CHUNK]
        query = sa.select(*FACT).where(
            links.c.left_id.is_not(None), links.c.left_id.in_(some) | links.c.right_id.in_(some)
        )
        for row in connection.execute(query):
            facts[row.link_id] = LinkFact(*row)
    return sorted(facts.values(), key=_age)


def link_by_id(connection: sa.Connection, link_id: str) -> LinkFact | None:
    """Return one link, None when only its undoing or nothing is known."""
    query = sa.select(*FACT).where(links.c.link_id == link_id, links.c.left_id.is_not(None))
    row = connection.execute(query).first()
    return LinkFact(*row) if row else None


def _age(fact: LinkFact) -> tuple[datetime, str]:
    return fact.linked_at, fact.link_id


def forget(connection: sa.Connection, identities: Iterable[str]) -> int:
    """Delete every fact that names one of the identities; return how many links."""
    wanted = sorted(identities)
    gone = 0
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        theirs = links.c.left_id.in_(some) | links.c.right_id.in_(some)
        gone += connection.execute(sa.delete(links).where(theirs)).rowcount
        for table in (user_sources, kept_apart):
            connection.execute(sa.delete(table).where(table.c.identity_id.in_(some)))
    return gone


def next_change(connection: sa.Connection) -> int:
    """Return a number above all before, also above those of links that an erasure took away."""
    newest = [
        connection.execute(sa.select(sa.func.max(table.c.change))).scalar() or 0
        for table in (links, user_sources, kept_apart)
    ]
    return max(int(max(newest)) + 1, clock.microseconds(clock.now()))
