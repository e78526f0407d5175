"""Contested links: what people share who cannot be one person, and what staff decide of it.

To join is to merge those who share it; to keep apart is a word on what is shared. Both are undone
as they were made, and the links that senders told stay what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from regulars.company.audit import service as audit
from regulars.company.rights.model import Principal, Right, Scope
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.text import Text
from regulars.listen.identities import finding, service
from regulars.listen.identities.model import Apart, Contested, Side
from regulars.timeline import linking, people
from regulars.timeline.linking import LinkFact
from regulars.timeline.workspace import Workspace

MAX_SIDES = 10
"""Of those who share one thing, so many are shown."""


def count(workspace: Workspace) -> int:
    """Return how many wait for a decision."""
    with workspace.database.reading() as connection:
        return len(people.folded(workspace, connection).contested)


def every(
    workspace: Workspace, *, scope: Scope = None, limit: int = 50, after: str | None = None
) -> list[Contested]:
    """Return what waits for a decision, in the order of its ids, beyond `after`.

    A caller bound to places finds what people share who all have events there.
    """
    with workspace.database.reading() as connection:
        found = sorted(people.folded(workspace, connection).contested.to_pylist())
    cases: list[Contested] = []
    for identity in found:
        if after is None or identity > after:
            one = _case(workspace, identity, scope, None)
            cases += [one] if one is not None else []
        if len(cases) == limit:
            break
    return cases


def decided(workspace: Workspace, *, scope: Scope = None, limit: int = 50) -> list[Contested]:
    """Return what staff keep apart, the newest first."""
    with workspace.database.reading() as connection:
        words = linking.apart_now(connection)[:limit]
    cases = (_case(workspace, row[0], scope, Apart(*row[1:])) for row in words)
    return [one for one in cases if one is not None]


def get(workspace: Workspace, identity: str, *, scope: Scope = None) -> Contested:
    """Return one; raises NotFound for what nobody contests."""
    with workspace.database.reading() as connection:
        known = people.folded(workspace, connection).contested.to_pylist()
    one = _case(workspace, identity, scope, None) if identity in known else None
    if one is None:
        raise NotFound("contested.unknown", Text("This is not contested.", "此项没有争议。"))
    return one


def _case(
    workspace: Workspace, identity: str, scope: Scope, apart: Apart | None
) -> Contested | None:
    with workspace.database.reading() as connection:
        facts = linking.resting_on(connection, identity)
    links: dict[str, LinkFact] = {}
    for fact in facts:
        other = fact.right_id if fact.left_id == identity else fact.left_id
        links.setdefault(people.person_of(workspace, other), fact)
    shown = finding.sightings(workspace, list(links)[:MAX_SIDES], scope=scope)
    if not facts or (scope is not None and len(shown) < min(len(links), MAX_SIDES)):
        return None
    sides = tuple(
        Side(one, links[one.person_id].source, links[one.person_id].linked_at) for one in shown
    )
    return Contested(identity, facts[0].kind, sides, max(0, len(links) - MAX_SIDES), apart)


def join(
    workspace: Workspace,
    caller: Principal,
    identity: str,
    persons: Sequence[str],
    *,
    reason: str,
    now: datetime,
) -> list[str]:
    """Make those who share it one person (each named by any identity); return the links made.

    Raises Invalid for fewer than two or for others, as `service.merge`.
    """
    caller.require(Right.EDIT_PEOPLE)
    case = get(workspace, identity, scope=caller.places)
    sides = {side.sighting.person_id for side in case.sides}
    chosen = list(dict.fromkeys(people.person_of(workspace, one) for one in persons))
    if len(chosen) < 2 or not sides.issuperset(chosen):
        raise Invalid(
            "contested.persons",
            Text("Choose two or more of those who share it.", "请选择两位或更多共用此项的客户。"),
            field="persons",
        )
    return [
        service.merge(workspace, caller, chosen[0], other, reason=reason, now=now)
        for other in chosen[1:]
    ]


def keep_apart(
    workspace: Workspace, caller: Principal, identity: str, *, reason: str, now: datetime
) -> None:
    """Let what is shared join nobody, now and when more come to share it."""
    caller.require(Right.EDIT_PEOPLE)
    words = service.checked_reason(reason)
    get(workspace, identity, scope=caller.places)
    with workspace.database.transaction() as connection:
        linking.keep_apart(connection, identity, staff=caller.name, reason=words, at=now)
        audit.record(workspace, connection, caller, "contested.kept_apart", identity)


def undo(workspace: Workspace, caller: Principal, identity: str, *, now: datetime) -> None:
    """Take `keep_apart` back; raises Conflict where it does not hold."""
    caller.require(Right.EDIT_PEOPLE)
    if _case(workspace, identity, caller.places, None) is None:
        raise NotFound("contested.unknown", Text("This is not contested.", "此项没有争议。"))
    with workspace.database.transaction() as connection:
        _let_join(connection, identity, now)
        audit.record(workspace, connection, caller, "contested.undone", identity)


def _let_join(connection: sa.Connection, identity: str, now: datetime) -> None:
    if not linking.let_join(connection, identity, at=now):
        raise Conflict("contested.undone", Text("It is not kept apart.", "此项并未保持分开。"))
