"""What an automatic link between identities may rest on; pure rules."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

LinkKind = Literal["identify", "alias", "email", "phone", "merge"]
KINDS: tuple[LinkKind, ...] = ("identify", "alias", "email", "phone", "merge")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")
_NOBODY = frozenset(
    {"none", "null", "noreply", "no-reply", "test", "unknown", "na", "n/a", "anonymous"}
)
LEAST_DIGITS = 7


def email_names_someone(email: str) -> bool:
    """Tell whether an address may link two identities: well formed, no placeholder."""
    spelled = email.strip().lower()
    return bool(_EMAIL.match(spelled)) and spelled.split("@")[0] not in _NOBODY


def phone_names_someone(phone: str) -> bool:
    """Tell whether a number may link two identities: long enough, not one digit repeated."""
    digits = re.sub(r"\D", "", phone)
    return len(digits) >= LEAST_DIGITS and len(set(digits)) > 2


def link_id(kind: str, left: str, right: str) -> str:
    """Return the id of an automatic link: the same evidence is the same fact.

    So evidence that comes in again does not bring back a link that staff have undone.
    """
    ends = "|".join((kind, *sorted((left, right))))
    return hashlib.blake2b(ends.encode(), digest_size=24).hexdigest()


@dataclass(frozen=True, slots=True)
class Decision:
    """What staff decided about a link: merged or undone, by whom, why."""

    link_id: str
    act: Literal["merge", "undo"]
    staff: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """Two identities are one person, said by `source`; or no longer, when `undone_at` is set.

    `decisions` are those of staff about it, oldest first.
    """

    link_id: str
    left_id: str
    right_id: str
    kind: str
    source: str
    linked_at: datetime
    undone_at: datetime | None
    decisions: tuple[Decision, ...] = ()

    @property
    def holds(self) -> bool:
        """Tell whether the link counts now."""
        return self.undone_at is None


@dataclass(frozen=True, slots=True)
class Person:
    """One person: the folded id, all identities, and the links between them, undone ones too."""

    person_id: str
    identities: tuple[str, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two people who may be one: both hold the same `attribute` (email or phone)."""

    left_person: str
    right_person: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """A person and how often they stand on the timeline, as far as the caller may see it.

    `events` counts all actors; `last_at` is when anything last happened, None without events.
    """

    person_id: str
    identities: tuple[str, ...]
    events: int
    first_at: datetime | None
    last_at: datetime | None
