"""SQL of decisions about identities, and where identities stand on the timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from regulars.company.rights.model import Scope
from regulars.listen.catalog import service as catalog
from regulars.listen.identities.model import Decision, Entry
from regulars.listen.identities.tables import identity_decisions
from regulars.timeline.linking import LinkFact
from regulars.timeline.workspace import Workspace

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

CHUNK = 400
BETWEEN_IDS = r"[^A-Za-z0-9_.@+-]+"
MIN_ID, LONGEST_ID = 4, 254
"""Characters of a word that may be an id; what is shorter is a number, or says nothing."""
ENTRY = tuple(one.name for one in fields(Entry))
Span = tuple[int, datetime, datetime]
"""Number of events, first and last moment."""


def seen_on_timeline(
    workspace: Workspace, identities: Sequence[str], scope: Scope
) -> dict[str, Span]:
    """Return the span of each identity that has events within the scope."""
    if not identities:
        return {}

    def spans(view: View) -> ir.Table:
        theirs = view.events.filter(view.events.identity_id.isin(list(identities)))
        if scope is not None:
            theirs = theirs.filter(theirs.place.isin(sorted(scope)))
        when = theirs.occurred_at
        return theirs.group_by("identity_id").aggregate(
            events=theirs.count(), first_at=when.min(), last_at=when.max()
        )

    return {
        row["identity_id"]: (row["events"], row["first_at"], row["last_at"])
        for row in workspace.query(spans).to_pylist()
    }


def events_of(
    workspace: Workspace, identities: Sequence[str], scope: Scope, most: int
) -> list[Entry]:
    """Return the newest events of the identities within the scope, newest first."""

    def theirs(view: View) -> ir.Table:
        found = view.events.filter(view.events.identity_id.isin(list(identities)))
        if scope is not None:
            found = found.filter(found.place.isin(sorted(scope)))
        found = catalog.placed(workspace, found, stage=False)
        newest_first = (found.occurred_at.desc(), found.event_id.desc())
        return found.order_by(newest_first).limit(most).select(*ENTRY)

    return [Entry(**row) for row in workspace.query(theirs).to_pylist()]


def last_words(workspace: Workspace, scope: Scope, since: datetime, most: int) -> list[Entry]:
    """Return customers' newest answers and words since a moment, newest first."""

    def words(view: View) -> ir.Table:
        said = view.events.filter(
            view.events.actor == "customer",
            view.events.identity_id.notnull(),
            view.events.occurred_at >= since,
            view.events.score.notnull() | view.events.text.notnull(),
        )
        if scope is not None:
            said = said.filter(said.place.isin(sorted(scope)))
        newest_first = (said.occurred_at.desc(), said.event_id.desc())
        return said.order_by(newest_first).limit(most).select(*ENTRY)

    return [Entry(**row) for row in workspace.query(words).to_pylist()]


def id_like_words(workspace: Workspace) -> list[str]:
    """Return the different words of all texts that look like an id, an address or a number."""

    def words(view: View) -> ir.Table:
        said = view.events.filter(view.events.text.notnull())
        each = said.select(word=said.text.re_split(BETWEEN_IDS).unnest())
        return each.filter(
            each.word.length().between(MIN_ID, LONGEST_ID), each.word.re_search("[0-9@_]")
        ).distinct()

    found: list[str] = workspace.query(words).column("word").to_pylist()
    return found


def quoting(
    workspace: Workspace, identities: Sequence[str], patterns: Mapping[str, str], most: int
) -> tuple[int, list[dict[str, Any]]]:
    """Return how many events of others hold a pattern, and the newest with which ones they hold."""

    def holding(view: View) -> ir.Table:
        events = view.events
        others = events.filter(
            events.identity_id.isnull() | ~events.identity_id.isin(list(identities))
        )
        said = others.text.fill_null("") + "\n" + others.properties.fill_null("")
        marks = {f"quotes_{kind}": said.re_search(one) for kind, one in patterns.items()}
        marked = others.select("event_id", "identity_id", "name", "occurred_at", **marks)
        return marked.filter(reduce(or_, (marked[name] for name in marks)))

    def newest(view: View) -> ir.Table:
        found = holding(view)
        return found.order_by(found.occurred_at.desc(), found.event_id.desc()).limit(most)

    rows = workspace.query(newest).to_pylist()
    if len(rows) < most:
        return len(rows), rows
    counted = workspace.query(lambda view: (found := holding(view)).aggregate(n=found.count()))
    return int(counted.column("n")[0].as_py()), rows


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
    by_link: dict[str, list[Decision]] = {}
    columns = identity_decisions.c
    for start in range(0, len(link_ids), CHUNK):
        some = list(link_ids[start : start + CHUNK])
        query = sa.select(columns.link_id, columns.act, columns.staff, columns.reason, columns.at)
        for row in connection.execute(query.where(columns.link_id.in_(some)).order_by(columns.id)):
            by_link.setdefault(row.link_id, []).append(Decision(*row))
    return by_link


def forget(connection: sa.Connection, identities: Sequence[str]) -> int:
    """Delete decisions about links of the identities; return how many."""
    gone = 0
    columns = identity_decisions.c
    for start in range(0, len(identities), CHUNK):
        some = list(identities[start : start + CHUNK])
        theirs = columns.left_id.in_(some) | columns.right_id.in_(some)
        gone += connection.execute(sa.delete(identity_decisions).where(theirs)).rowcount
    return gone
