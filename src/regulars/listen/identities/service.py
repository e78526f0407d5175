"""Who is who: what senders say, what staff decide, and how a person is found."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any, NamedTuple

import sqlalchemy as sa

from regulars.company.audit import service as audit
from regulars.company.rights.model import Principal, Right, Scope
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.text import Text
from regulars.listen.identities import finding, queries
from regulars.listen.identities.model import (
    SHARED,
    Candidate,
    Decision,
    Link,
    Person,
    Sighting,
    link_id,
)
from regulars.listen.profiles import service as profiles
from regulars.timeline import inbox, judged, linking, people
from regulars.timeline.erasure import erasable
from regulars.timeline.linking import LinkFact
from regulars.timeline.workspace import Workspace


class Observed(NamedTuple):
    """What a sender said, and when: `left` and `right` are one person; known since `known_at`.

    They may be so through one of them that several people share (`through`); `user` is the end
    that is a user id of the source. `former` is the id under which an earlier release kept
    `through`.
    """

    left: str
    right: str
    kind: str
    source: str
    at: datetime
    known_at: datetime | None = None
    through: str | None = None
    user: str | None = None
    former: str | None = None


STAFF = "staff"
SPELLING = "spelling"
"""Kind of a link between two spellings of one number."""
LONGEST_REASON = 1_000


def observe(workspace: Workspace, connection: sa.Connection, ties: Iterable[Observed]) -> None:
    """Keep what senders said inside the caller's transaction; said twice, it is one fact."""
    told = [tie for tie in ties if tie.left != tie.right]
    spelled = _kept_otherwise(connection, told)
    gone = {tie.former for tie in told} & inbox.erased_among(
        workspace, connection, {tie.former for tie in told if tie.former}
    )
    kept = [tie for tie in (*told, *spelled) if tie.former is None or tie.former not in gone]
    linking.link_many(workspace, connection, [_row(tie) for tie in kept])
    linking.tell_users(
        workspace,
        connection,
        [(tie.user, tie.source, tie.known_at or tie.at) for tie in kept if tie.user],
    )


def _row(tie: Observed) -> dict[str, Any]:
    return {
        "left": tie.left,
        "right": tie.right,
        "link_id": link_id(tie.kind, tie.left, tie.right),
        "kind": tie.kind,
        "source": tie.source,
        "at": tie.at,
        "known_at": tie.known_at,
        "through": tie.through,
    }


def _kept_otherwise(connection: sa.Connection, told: Sequence[Observed]) -> list[Observed]:
    """Return links to the ids under which an earlier release kept the same numbers."""
    numbers = {tie.former: tie for tie in told if tie.former and tie.through}
    if not numbers or not judged.from_before(connection):
        return []
    return [
        Observed(str(tie.through), former, SPELLING, tie.source, tie.at, tie.known_at)
        for former, tie in numbers.items()
    ]


def find(
    workspace: Workspace, words: str, *, scope: Scope = None, limit: int = 50
) -> list[Sighting]:
    """Return the people that the words may mean, best first; see `finding.find`."""
    return finding.find(workspace, words, scope=scope, limit=limit)


def person(workspace: Workspace, identity: str) -> Person:
    """Return the person an identity belongs to, with links and the decisions about them."""
    identities = people.identities_of(workspace, identity)
    with workspace.database.reading() as connection:
        facts = linking.links_of(connection, identities)
        decided = queries.decisions(connection, [fact.link_id for fact in facts])
    links = tuple(_link(fact, decided.get(fact.link_id, [])) for fact in facts)
    return Person(min(identities), tuple(identities), links)


def _link(fact: LinkFact, decided: Sequence[Decision]) -> Link:
    return Link(
        fact.link_id,
        fact.left_id,
        fact.right_id,
        fact.kind,
        fact.source,
        fact.linked_at,
        fact.undone_at,
        tuple(decided),
    )


def merge(
    workspace: Workspace,
    caller: Principal,
    left: str,
    right: str,
    *,
    reason: str,
    now: datetime,
) -> str:
    """Make two people (named by any of their identities) one; return the id of the link.

    Undoing that link gives both back exactly. Raises Invalid without a reason, Conflict when
    they are one person already, NotFound for an identity that cannot be.
    """
    caller.require(Right.EDIT_PEOPLE)
    words = checked_reason(reason)
    for one in (left, right):
        _require_seen(workspace, caller, check_id(one))
    if right in people.identities_of(workspace, left):
        raise Conflict(
            "identities.same", Text("They are one person already.", "他们已经是同一位客户。")
        )
    fact = LinkFact(
        secrets.token_hex(16), min(left, right), max(left, right), "merge", STAFF, now, None
    )
    with workspace.database.transaction() as connection:
        linking.link(
            workspace,
            connection,
            left,
            right,
            link_id=fact.link_id,
            kind=fact.kind,
            source=fact.source,
            at=now,
        )
        queries.insert_decision(
            connection, fact, Decision(fact.link_id, "merge", caller.name, words, now)
        )
        audit.record(
            workspace, connection, caller, "person.merged", fact.left_id, link=fact.link_id
        )
    return fact.link_id


def unmerge(
    workspace: Workspace, caller: Principal, link: str, *, reason: str, now: datetime
) -> tuple[str, str]:
    """Undo one link, of staff or of a sender; the same evidence does not bring it back.

    Returns the two identities that were linked. Raises Invalid without a reason, NotFound for an
    unknown link, Conflict for an undone one.
    """
    caller.require(Right.EDIT_PEOPLE)
    words = checked_reason(reason)
    with workspace.database.reading() as connection:
        before = linking.link_by_id(connection, link)
    if before is None:
        raise NotFound("identities.link", Text("There is no such link.", "没有这条关联。"))
    _require_seen(workspace, caller, before.left_id)
    with workspace.database.transaction() as connection:
        fact = linking.link_by_id(connection, link) or before
        if fact.undone_at is not None:
            raise Conflict("identities.undone", Text("It is undone already.", "该关联已经解除。"))
        linking.unlink(workspace, connection, link, at=now)
        queries.insert_decision(connection, fact, Decision(link, "undo", caller.name, words, now))
        audit.record(workspace, connection, caller, "person.unmerged", fact.left_id, link=link)
    return before.left_id, before.right_id


def _require_seen(workspace: Workspace, caller: Principal, identity: str) -> None:
    """Raise NotFound unless something is known of the person within the caller's places."""
    if not finding.sightings(workspace, [identity], scope=caller.places):
        raise NotFound("identities.unknown", Text("There is no such person.", "没有这位客户。"))


def checked_reason(words: str) -> str:
    """Return the reason of a decision; raises Invalid for none, or one too long."""
    spelled = words.strip()
    if not spelled or len(spelled) > LONGEST_REASON:
        raise Invalid(
            "identities.reason",
            Text(
                f"Say why, in at most {LONGEST_REASON} characters.",
                f"请说明原因，最多 {LONGEST_REASON} 个字符。",
            ),
            field="reason",
        )
    return spelled


def check_id(identity: str) -> str:
    """Return an identity or person id as it is; raises NotFound for what can be none."""
    if len(identity) != 32 or not set(identity) <= set("0123456789abcdef"):
        raise NotFound("identities.unknown", Text("There is no such person.", "没有这位客户。"))
    return identity


def candidates(workspace: Workspace, *, scope: Scope = None, limit: int = 100) -> list[Candidate]:
    """Return pairs of people who hold the same e-mail address or phone number, not linked so far.

    A pair whose link staff have undone is not proposed again. A caller bound to places sees pairs
    of people who both have events there.
    """
    pairs: dict[tuple[str, str], Candidate] = {}
    for attribute in SHARED:
        for group in profiles.shared(workspace, attribute):
            persons = sorted({people.person_of(workspace, one) for one in group})
            if scope is not None:
                persons = [
                    one.person_id for one in finding.sightings(workspace, persons, scope=scope)
                ]
            for left, right in combinations(sorted(persons), 2):
                if (left, right) not in pairs and not _kept_apart(workspace, left, right):
                    pairs[left, right] = Candidate(left, right, attribute)
            if len(pairs) >= limit:
                return list(pairs.values())[:limit]
    return list(pairs.values())


def _kept_apart(workspace: Workspace, left: str, right: str) -> bool:
    """Tell whether staff have undone a link between the two or a merge of them."""
    theirs = set(people.identities_of(workspace, right))
    ours = people.identities_of(workspace, left)
    with workspace.database.reading() as connection:
        undone = [one for one in linking.links_of(connection, ours) if one.undone_at is not None]
    near = {end for one in undone for end in (one.left_id, one.right_id)}
    return bool(near & theirs)


@erasable("decisions about identities")
def forget(workspace: Workspace, connection: sa.Connection, wanted: frozenset[str]) -> int:
    """Delete decisions about links of the identities."""
    return queries.forget(connection, sorted(wanted))
