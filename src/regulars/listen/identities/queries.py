"""SQL of decisions about identities."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from regulars.listen.identities.model import Decision
from regulars.listen.identities.tables import identity_decisions
from regulars.timeline.people import LinkFact

CHUNK = 400


def insert_decision(connection: sa.Connection, link: LinkFact, decision: Decision) -> None:
    """Keep a decision about a link."""
    connection.execute(
        sa.insert(identity_decisions).values(
            link_id=link.link_id,
            left_id=link.left_id,
            right_id=link.right_id,
            act=decision.act,
            staff=decision.staff[:200],
            reason=decision.reason,
            at=decision.at,
        )
    )


def decisions(connection: sa.Connection, link_ids: Sequence[str]) -> dict[str, list[Decision]]:
    """Return the decisions about each link, oldest first."""
    found: dict[str, list[Decision]] = {}
    columns = identity_decisions.c
    for start in range(0, len(link_ids), CHUNK):
        some = list(link_ids[start : start + CHUNK])
        query = sa.select(columns.link_id, columns.act, columns.staff, columns.reason, columns.at)
        for row in connection.execute(query.where(columns.link_id.in_(some)).order_by(columns.id)):
            found.setdefault(row.link_id, []).append(Decision(*row))
    return found


def forget(connection: sa.Connection, identities: Sequence[str]) -> int:
    """Delete decisions about links of the identities; return how many."""
    gone = 0
    columns = identity_decisions.c
    for start in range(0, len(identities), CHUNK):
        some = list(identities[start : start + CHUNK])
        theirs = columns.left_id.in_(some) | columns.right_id.in_(some)
        gone += connection.execute(sa.delete(identity_decisions).where(theirs)).rowcount
    return gone
