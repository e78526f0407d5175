"""One person: who they are, what they did and said; all of it as a file; and their erasure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from regulars.company.audit import service as audit
from regulars.company.rights.model import Principal, Right, Scope
from regulars.kit import cursors
from regulars.kit.cursors import Key
from regulars.kit.errors import NotFound, RegularsError
from regulars.kit.period import ALL_TIME, Period, parse_edge
from regulars.kit.text import Text
from regulars.listen.identities import queries, quoting, service
from regulars.listen.identities.model import Entry, IdentityKind, Person, Summary, summarise
from regulars.listen.identities.quoting import Quoted
from regulars.listen.profiles import service as profiles
from regulars.listen.profiles.model import Attribute
from regulars.timeline import erasure
from regulars.timeline.workspace import Workspace

MOST = 5_000
"""Events that a page considers; an export has all of them."""
ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of a person's events are wanted; empty means all. `after` is a page's cursor."""

    kind: IdentityKind | None = None
    channel: str = ""
    words: str = ""
    period: Period = ALL_TIME
    since: str = ""
    until: str = ""
    after: str = ""

    def fits(self, entry: Entry) -> bool:
        """Tell whether an event is wanted."""
        return (
            (self.kind is None or entry.kind is self.kind)
            and (not self.channel or entry.channel == self.channel)
            and entry.occurred_at in self.period
            and (not self.words or self.words.casefold() in _searchable(entry))
        )


EVERYTHING = Filter()


def _searchable(one: Entry) -> str:
    title = one.title
    parts = (title.en, title.zh, one.text, one.order_id, one.case_id, one.properties)
    return "\n".join(part for part in parts if part).casefold()


def read_filter(query: Mapping[str, str], zone: ZoneInfo) -> tuple[Filter, RegularsError | None]:
    """Return the filter that an address asks for, and what in it cannot be read."""
    kind = query.get("kind", "")
    plain = Filter(
        kind=IdentityKind(kind) if kind in list(IdentityKind) else None,
        channel=query.get("channel", ""),
        words=query.get("words", "").strip(),
        since=query.get("since", ""),
        until=query.get("until", ""),
        after=query.get("after", ""),
    )
    try:
        since, until = (
            parse_edge(edge, zone) if edge else None for edge in (plain.since, plain.until)
        )
        return replace(plain, period=Period(since, until)), None
    except RegularsError as error:
        return plain, error


@dataclass(frozen=True, slots=True)
class Story:
    """A person, their attributes, and their events within the caller's places, newest first."""

    person: Person
    profile: tuple[Attribute, ...]
    entries: tuple[Entry, ...]
    summary: Summary

    @property
    def name(self) -> str | None:
        """What to call them: the name that holds, else None."""
        return next((one.value for one in self.profile if one.name == "name"), None)

    def about(self, kind: IdentityKind | None) -> list[Entry]:
        """Return the events of one kind; all for None."""
        return self.matching(Filter(kind=kind))

    def matching(self, wanted: Filter) -> list[Entry]:
        """Return the events that fit, newest first."""
        return [one for one in self.entries if wanted.fits(one)]

    def counts(self) -> dict[IdentityKind, int]:
        """Return how many events there are of each kind."""
        return dict(Counter(one.kind for one in self.entries))

    @property
    def channels(self) -> list[str]:
        """The channels that occur, sorted."""
        return sorted({one.channel for one in self.entries if one.channel})

    @property
    def inconsistent(self) -> list[Attribute]:
        """Attributes of which two sources hold different values."""
        return [one for one in self.profile if one.agrees is False]


def story(workspace: Workspace, identity: str, *, scope: Scope = None, most: int = MOST) -> Story:
    """Return the story of the person an identity belongs to.

    Raises NotFound when nothing is known of them, or nothing within the caller's places.
    """
    person = service.person(workspace, service.check_id(identity))
    entries = queries.events_of(workspace, person.identities, scope, most + 1)
    profile = profiles.of_person(workspace, person.identities)
    unknown = not (entries or profile or person.links)
    if unknown or (scope is not None and not entries):
        raise NotFound("identities.unknown", Text("There is no such person.", "没有这位客户。"))
    cut = len(entries) > most
    kept = entries[:most]
    return Story(person, tuple(profile), tuple(kept), summarise(kept, cut=cut))


def key(entry: Entry) -> tuple[datetime, str]:
    """Return what a person's events are sorted by, newest first."""
    return entry.occurred_at, entry.event_id


def after(entries: Sequence[Entry], last: Key | None, count: int) -> list[Entry]:
    """Return up to `count` events behind the one with the key `last`; raises Invalid as paging."""
    if last is None:
        return list(entries[:count])
    cursors.check(last, datetime, str)
    return [one for one in entries if key(one) < last][:count]


def export(
    workspace: Workspace, caller: Principal, identity: str, *, now: datetime
) -> dict[str, Any]:
    """Return all that is held of a person, as plain values, for handing over to them.

    Raises NotAllowed without the right, NotFound as `story`.
    """
    caller.require(Right.EXPORT)
    caller.require(Right.READ_PEOPLE)
    whole = story(workspace, identity, scope=caller.places, most=ALL)
    note_export(workspace, caller, whole)
    return {
        "person": whole.person.person_id,
        "exported_at": now,
        "identities": list(whole.person.identities),
        "links": [asdict(link) for link in whole.person.links],
        "profile": [_plain(attribute) for attribute in whole.profile],
        "events": [asdict(entry) for entry in whole.entries],
    }


def note_export(workspace: Workspace, caller: Principal, found: Story) -> None:
    """Note in the audit log that somebody took a person's data away."""
    with workspace.database.transaction() as connection:
        audit.record(workspace, connection, caller, "person.exported", found.person.person_id)


def correct(
    workspace: Workspace,
    caller: Principal,
    identity: str,
    attribute: str,
    value: str | None,
    *,
    now: datetime,
) -> None:
    """Write down what staff know of a person; None takes the staff's value away.

    Raises NotAllowed without the right, NotFound as `story`.
    """
    caller.require(Right.EDIT_PEOPLE)
    found = story(workspace, identity, scope=caller.places, most=1)
    person = found.person.person_id
    with workspace.database.transaction() as connection:
        profiles.correct(
            workspace, connection, person, attribute, value, source=service.STAFF, now=now
        )
        audit.record(workspace, connection, caller, "person.corrected", person, attribute=attribute)


def _plain(attribute: Attribute) -> dict[str, Any]:
    values = [{"value": one.value, "source": one.source, "at": one.at} for one in attribute.values]
    return {"attribute": attribute.name, "value": attribute.value, "values": values}


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What an erasure took from where, which backups still hold it, and who quotes the person."""

    rows: dict[str, int]
    backups: list[str]
    quoted: Quoted


def erase(workspace: Workspace, caller: Principal, identity: str, *, now: datetime) -> Forgotten:
    """Erase the person an identity belongs to, everywhere, for good.

    Raises NotAllowed without the right, NotFound when nothing is held of them.
    """
    caller.require(Right.ERASE_PEOPLE)
    known = service.person(workspace, service.check_id(identity))
    if not erasure.held(workspace, known.identities):
        story(workspace, identity, most=1)
    return erase_identities(workspace, caller, known.identities, now=now)


def erase_identities(
    workspace: Workspace,
    caller: Principal,
    identities: Sequence[str],
    *,
    now: datetime,
    given: Sequence[tuple[str, str]] = (),
) -> Forgotten:
    """Erase everything under the identities; the audit log keeps only that it was done.

    What was `given` to name the person (as kind and value) is looked for in others' words, too.
    """
    caller.require(Right.ERASE_PEOPLE)
    quoted = quoting.find(workspace, identities, given)
    erased = erasure.erase(workspace, identities, by=caller.name, now=now)
    with workspace.database.transaction() as connection:
        audit.record(
            workspace, connection, caller, "person.erased", min(identities), rows=erased.rows
        )
    return Forgotten(erased.rows, erased.backups, quoted)
