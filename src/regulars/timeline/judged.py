"""What was judged: which identities on the timeline name nobody, by which list, since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regulars.timeline.tables import identity_judgements, links, nobody_identities


@dataclass(frozen=True, slots=True)
class JudgedIdentity:
    """An identity on the timeline that names nobody: the value it stands for, its events."""

    identity_id: str
    kind: str
    word: str
    events: int


def nobody(connection: sa.Connection) -> tuple[str, ...]:
    """Return the identities on the timeline that are nobody's, sorted."""
    query = sa.select(nobody_identities.c.identity_id)
    return tuple(sorted(connection.execute(query).scalars()))


def found(connection: sa.Connection) -> list[JudgedIdentity]:
    """Return these with the value that each stands for, those of most events first."""
    columns = nobody_identities.c
    query = sa.select(columns.identity_id, columns.kind, columns.word, columns.events)
    query = query.order_by(columns.events.desc(), columns.kind, columns.word)
    return [JudgedIdentity(*row) for row in connection.execute(query)]


def last(connection: sa.Connection) -> str | None:
    """Return the fingerprint of the list by which was judged last; None if never."""
    columns = identity_judgements.c
    query = sa.select(columns.list_hash).order_by(columns.id.desc()).limit(1)
    return connection.execute(query).scalar()


def number(connection: sa.Connection) -> int:
    """Return how often was judged."""
    return int(connection.execute(sa.select(sa.func.max(identity_judgements.c.id))).scalar() or 0)


def from_before(connection: sa.Connection) -> datetime | None:
    """Return when a timeline that an earlier release began was judged; None for one of today's."""
    columns = identity_judgements.c
    query = sa.select(columns.judged_at).where(columns.from_before).limit(1)
    return connection.execute(query).scalar()


def linked(connection: sa.Connection) -> list[str]:
    """Return every identity that a link names."""
    ends = sa.union(sa.select(links.c.left_id), sa.select(links.c.right_id))
    return sorted(one for one in connection.execute(ends).scalars() if one is not None)
