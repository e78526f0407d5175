"""Finding people: by what they are called, by where they were, by what they last said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from regulars.company.rights.model import Scope
from regulars.kit.errors import Conflict, NotFound
from regulars.kit.memo import Memo
from regulars.kit.text import Text
from regulars.listen.identities import queries
from regulars.listen.identities.model import SHARED, Entry, Sighting
from regulars.listen.profiles import service as profiles
from regulars.timeline import people
from regulars.timeline.identity import identity_id
from regulars.timeline.workspace import Workspace

RECENT = timedelta(days=30)


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


_said: Memo[list[Entry]] = Memo(64)


def last_words(
    workspace: Workspace, *, now: datetime, scope: Scope = None, limit: int = 12
) -> dict[str, Entry]:
    """Return person → their newest answer or words of the last 30 days, newest first."""
    since = now.replace(minute=0, second=0, microsecond=0) - RECENT
    said = _said.get(
        (workspace.folder, scope, since, limit, workspace.engine.watermark()),
        lambda: queries.last_words(workspace, scope, since, limit * 10),
    )
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
