"""Finding people: by what they are called, by where they were, by what they last said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from regulars.company.rights.model import Scope
from regulars.faces.paging import Page, encode
from regulars.kit import cursors
from regulars.kit.cursors import Key
from regulars.kit.errors import Conflict, NotFound
from regulars.kit.memo import Memo
from regulars.kit.text import Text
from regulars.listen.identities import queries
from regulars.listen.identities.model import OWN_IDS, SHARED, Entry, Sighting
from regulars.listen.profiles import service as profiles
from regulars.timeline import people
from regulars.timeline.identity import known_as
from regulars.timeline.workspace import Workspace

RECENT = timedelta(days=30)
TURNS = 3
"""How often more is looked at for one page when those found are not the caller's to see."""
Hit = tuple[int, str, str]
"""What fits the words: 0 for an id or address, 1 or 2 for a name; its place among them; who."""


def find(
    workspace: Workspace, words: str, *, scope: Scope = None, limit: int = 50
) -> list[Sighting]:
    """Return the people that the words may mean, best first: the first page of `search`."""
    return list(search(workspace, words, scope=scope, size=limit).items)


def search(
    workspace: Workspace,
    words: str,
    *,
    scope: Scope = None,
    size: int = 50,
    after: Key | None = None,
) -> Page[Sighting]:
    """Return a page of the people that the words may mean, best first.

    The words are a user id, an e-mail address, a phone number, an id of ours, or part of a name.
    A caller bound to places finds only people with events there; where many others are called the
    same, a page may be short and still have a next one. Raises Invalid for a foreign cursor.
    """
    spelled = words.strip()
    if not spelled:
        return Page([])
    exact = [(0, f"{at:04}", one) for at, one in enumerate(_exact(workspace, spelled))]
    seen: list[tuple[Hit, Sighting]] = []
    last = _hit(after)
    for turn in range(TURNS):
        wanted = (size + 1) << turn
        hits = _hits(workspace, spelled, exact, last, wanted)
        seen += _people_of(workspace, spelled, exact, hits, scope)
        more = len(hits) == wanted
        if not more or len(seen) > size:
            break
        last = hits[-1]
    shown = seen[:size]
    if len(seen) > size:
        last = shown[-1][0]
    return Page(
        [one for _hit, one in shown],
        next={"after": encode(last)} if last and (more or len(seen) > size) else None,
        previous={"after": None} if after is not None else None,
    )


def _hit(after: Key | None) -> Hit | None:
    if after is None:
        return None
    cursors.check(after, int, str, str)
    rank, spelled, identity = after
    return rank, spelled, identity


def _hits(
    workspace: Workspace, spelled: str, exact: list[Hit], after: Hit | None, most: int
) -> list[Hit]:
    """Return what fits the words beyond `after`: ids and addresses first, then names."""
    first = [hit for hit in exact if after is None or hit > after][:most]
    behind = after if after is not None and after[0] > 0 else None
    rest = most - len(first)
    return first + (profiles.named_like(workspace, spelled, rest, after=behind) if rest else [])


def _people_of(
    workspace: Workspace, spelled: str, exact: list[Hit], hits: list[Hit], scope: Scope
) -> list[tuple[Hit, Sighting]]:
    """Return the people of the hits; who fits several times stands at the first of them only."""
    theirs = {hit[-1]: people.identities_of(workspace, hit[-1]) for hit in (*exact, *hits)}
    linked = [one for identities in theirs.values() if len(identities) > 1 for one in identities]
    named = profiles.named_like(workspace, spelled, len(linked), among=linked) if linked else []
    owner = {one: identities[0] for identities in theirs.values() for one in identities}
    first: dict[str, Hit] = {}
    for hit in (*exact, *named, *hits):
        first.setdefault(owner[hit[-1]], hit)
    own = [hit for hit in hits if first[owner[hit[-1]]] == hit]
    known = sightings(workspace, [hit[-1] for hit in own], scope=scope)
    return [(first[one.person_id], one) for one in known]


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
    hits = find(workspace, words, scope=scope, limit=3)
    if not hits:
        raise NotFound(
            "identities.nobody",
            Text("No customer found.", "没有找到对应的客户。"),
            field="other",
        )
    if len(hits) > 1:
        raise Conflict(
            "identities.several",
            Text(
                "Several people fit: use a user id, an email address or the id on their page.",
                "有多位客户符合：请使用用户编号、邮箱或客户页面上的编号。",
            ),
            field="other",
        )
    return hits[0].person_id


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
    sighted = []
    for person_id, identities in persons.items():
        spans = [seen[one] for one in identities if one in seen]
        linked = len(identities) > 1 and scope is None
        if spans or linked or held.intersection(identities):
            sighted.append(_sighting(person_id, identities, spans))
    return sighted


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
    kinds = [*OWN_IDS]
    kinds += ["email"] if "@" in spelled else []
    kinds += ["phone"] if sum(sign.isdigit() for sign in spelled) >= 5 else []
    hits = [one for kind in kinds for one in known_as(workspace, kind, spelled)]
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

    An address or number also finds the people whose profile holds it; an e-mail address also
    those of whom it is the id: many sources take it for one.
    """
    given = {"user": user, "anonymous": anonymous, "email": email, "phone": phone, "openid": openid}
    pairs = [(kind, value) for kind, value in given.items() if value]
    if email:
        pairs += [(kind, one) for kind in OWN_IDS for one in {email, email.lower()}]
    hits = [one for kind, value in pairs for one in known_as(workspace, kind, value)]
    for kind in SHARED:
        value = given[kind]
        if value:
            hits += profiles.holding(workspace, kind, value)
    return sorted({one for hit in hits for one in people.identities_of(workspace, hit)})
