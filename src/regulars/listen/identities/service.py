"""Who is who: what senders say, what staff decide, and how a person is found."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import combinations

import sqlalchemy as sa

from regulars.company.audit import service as audit
from regulars.company.rights.model import Principal, Right, Scope
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.text import Text
from regulars.listen.identities import queries
from regulars.listen.identities.model import (
    Candidate,
    Decision,
    Entry,
    Link,
    Person,
    Sighting,
    link_id,
)
from regulars.listen.profiles import service as profiles
from regulars.timeline import people
from regulars.timeline.erasure import erasable
from regulars.timeline.identity import identity_id
from regulars.timeline.people import LinkFact
from regulars.timeline.workspace import Workspace

Observed = tuple[str, str, str, str, datetime]
"""What a sender said: left identity, right identity, kind, source, when."""
STAFF = "staff"
LONGEST_REASON = 1_000
SHARED = ("email", "phone")
RECENT = timedelta(days=30)


def observe(workspace: Workspace, connection: sa.Connection, ties: Iterable[Observed]) -> None:
    """Keep what senders said inside the caller's transaction; said twice, it is one fact."""
    rows = {}
    for left, right, kind, source, at in ties:
        if left != right:
            key = link_id(kind, left, right)
            rows[key] = {
                "left": left,
                "right": right,
                "link_id": key,
                "kind": kind,
                "source": source,
                "at": at,
            }
    people.link_many(workspace, connection, list(rows.values()))


def person(workspace: Workspace, identity: str) -> Person:
    """Return the person an identity belongs to, with links and the decisions about them."""
    identities = people.identities_of(workspace, identity)
    with workspace.database.reading() as connection:
        facts = people.links_of(connection, identities)
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
    words = _reason(reason)
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
        people.link(
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
    words = _reason(reason)
    with workspace.database.reading() as connection:
        known = people.link_by_id(connection, link)
    if known is None:
        raise NotFound("identities.link", Text("There is no such link.", "没有这条关联。"))
    _require_seen(workspace, caller, known.left_id)
    with workspace.database.transaction() as connection:
        fact = people.link_by_id(connection, link) or known
        if fact.undone_at is not None:
            raise Conflict("identities.undone", Text("It is undone already.", "该关联已经解除。"))
        people.unlink(workspace, connection, link, at=now)
        queries.insert_decision(connection, fact, Decision(link, "undo", caller.name, words, now))
        audit.record(workspace, connection, caller, "person.unmerged", fact.left_id, link=link)
    return known.left_id, known.right_id


def _require_seen(workspace: Workspace, caller: Principal, identity: str) -> None:
    """Raise NotFound unless something is known of the person within the caller's places."""
    if not sightings(workspace, [identity], scope=caller.places):
        raise NotFound("identities.unknown", Text("There is no such person.", "没有这位客户。"))


def _reason(words: str) -> str:
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
    found: dict[tuple[str, str], Candidate] = {}
    for attribute in SHARED:
        for group in profiles.shared(workspace, attribute):
            persons = sorted({people.person_of(workspace, one) for one in group})
            if scope is not None:
                persons = [one.person_id for one in sightings(workspace, persons, scope=scope)]
            for left, right in combinations(sorted(persons), 2):
                if (left, right) not in found and not _kept_apart(workspace, left, right):
                    found[left, right] = Candidate(left, right, attribute)
            if len(found) >= limit:
                return list(found.values())[:limit]
    return list(found.values())


def _kept_apart(workspace: Workspace, left: str, right: str) -> bool:
    """Tell whether staff have undone a link between the two or a merge of them."""
    theirs = set(people.identities_of(workspace, right))
    ours = people.identities_of(workspace, left)
    with workspace.database.reading() as connection:
        undone = [one for one in people.links_of(connection, ours) if one.undone_at is not None]
    near = {end for one in undone for end in (one.left_id, one.right_id)}
    return bool(near & theirs)


def find(
    workspace: Workspace, words: str, *, scope: Scope = None, limit: int = 50
) -> list[Sighting]:
    """Return the people that the words may mean, best first.

    The words are a user id, an e-mail address, a phone number, an id of ours, or part of a name.
    A caller bound to places finds only people with events there.
    """
    spelled = words.strip()
    if not spelled:
        return []
    hits = [*_exact(workspace, spelled), *profiles.named_like(workspace, spelled, limit)]
    return sightings(workspace, list(dict.fromkeys(hits)), scope=scope)[:limit]


def last_words(
    workspace: Workspace, *, now: datetime, scope: Scope = None, limit: int = 12
) -> dict[str, Entry]:
    """Return person → their newest answer or words of the last 30 days, newest first."""
    said = queries.last_words(workspace, scope, now - RECENT, limit * 10)
    found: dict[str, Entry] = {}
    for one in said:
        if len(found) < limit:
            found.setdefault(people.person_of(workspace, one.identity_id), one)
    return found


def the_one(workspace: Workspace, words: str, *, scope: Scope = None) -> str:
    """Return the one person that the words mean.

    Raises NotFound for nobody, Conflict for several.
    """
    found = find(workspace, words, scope=scope, limit=3)
    if not found:
        raise NotFound(
            "identities.nobody",
            Text("Nobody is known by this.", "没有找到对应的客户。"),
            field="other",
        )
    if len(found) > 1:
        raise Conflict(
            "identities.several",
            Text(
                "Several people fit: use a user id, an e-mail address or the id on their page.",
                "有多位客户符合：请使用用户编号、邮箱或客户页面上的编号。",
            ),
            field="other",
        )
    return found[0].person_id


def sightings(workspace: Workspace, hits: Sequence[str], *, scope: Scope = None) -> list[Sighting]:
    """Return the people to whom the identities belong, in that order, unknown ones left out.

    Known is who has events, links or profile values; within a scope, who has events there.
    """
    persons: dict[str, tuple[str, ...]] = {}
    for one in hits:
        identities = tuple(people.identities_of(workspace, one))
        persons.setdefault(min(identities), identities)
    every = [one for identities in persons.values() for one in identities]
    seen = queries.seen_on_timeline(workspace, every, scope)
    held = profiles.known(workspace, every) if scope is None else set()
    found = []
    for person_id, identities in persons.items():
        spans = [seen[one] for one in identities if one in seen]
        linked = len(identities) > 1 and scope is None
        if spans or linked or held.intersection(identities):
            found.append(_sighting(person_id, identities, spans))
    return found


def _sighting(
    person_id: str, identities: tuple[str, ...], spans: Sequence[queries.Span]
) -> Sighting:
    return Sighting(
        person_id,
        identities,
        sum(span[0] for span in spans),
        min((span[1] for span in spans), default=None),
        max((span[2] for span in spans), default=None),
    )


def _exact(workspace: Workspace, spelled: str) -> list[str]:
    kinds = ["user", "anonymous", "openid"]
    kinds += ["email"] if "@" in spelled else []
    kinds += ["phone"] if sum(sign.isdigit() for sign in spelled) >= 5 else []
    hits = [identity_id(workspace, kind, spelled) for kind in kinds]
    if len(spelled) == 32 and set(spelled) <= set("0123456789abcdef"):
        hits.insert(0, spelled)
    for kind in SHARED:
        if kind in kinds:
            hits += profiles.holding(workspace, kind, spelled)
    return hits


def named(
    workspace: Workspace,
    *,
    user: str | None = None,
    anonymous: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    openid: str | None = None,
) -> list[str]:
    """Return every identity of the people so named, all their links followed, sorted.

    An address or number also finds the people whose profile holds it.
    """
    given = {"user": user, "anonymous": anonymous, "email": email, "phone": phone, "openid": openid}
    hits = [identity_id(workspace, kind, value) for kind, value in given.items() if value]
    for kind in SHARED:
        value = given[kind]
        if value:
            hits += profiles.holding(workspace, kind, value)
    return sorted({one for hit in hits for one in people.identities_of(workspace, hit)})


@erasable("decisions about identities")
def forget(workspace: Workspace, connection: sa.Connection, wanted: frozenset[str]) -> int:
    """Delete decisions about links of the identities."""
    return queries.forget(connection, sorted(wanted))
