"""What an automatic link between identities may rest on; pure rules."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any, Literal

from regulars.kit.text import Text
from regulars.timeline import vocabulary
from regulars.timeline.orders import AGAIN, FIRST

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")
OWN_IDS = ("user", "anonymous", "openid")
"""Kinds of id whose values are what a source chooses."""
SHARED = ("email", "phone")
"""Attributes that two people do not hold by chance."""


def email_is_sound(email: str) -> bool:
    """Tell whether an address may link two identities: it is written as one."""
    return bool(_EMAIL.match(email.strip()))


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
class Side:
    """One of those who share something: who they are, what told so, and since when."""

    sighting: Sighting
    source: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Contested:
    """Something that people share who cannot be one person: a device, address or number.

    It joins none of them until staff decide. `kind` is that of its links; `apart` tells who has
    decided that it joins none of them, None while that is open.
    """

    identity: str
    kind: str
    sides: tuple[Side, ...]
    more: int
    apart: Apart | None


@dataclass(frozen=True, slots=True)
class Apart:
    """Staff's word that what several share joins none of them."""

    staff: str
    reason: str
    at: datetime


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


class IdentityKind(StrEnum):
    """What an event on a person's line is about."""

    ORDER = "order"
    FEEDBACK = "feedback"
    SERVICE = "service"
    VISIT = "visit"


KIND_NAMES = {
    IdentityKind.ORDER: Text("Orders", "订单"),
    IdentityKind.FEEDBACK: Text("Scores and comments", "评分与评论"),
    IdentityKind.SERVICE: Text("Service", "服务"),
    IdentityKind.VISIT: Text("Visits and other", "浏览及其他"),
}
_SERVICE = vocabulary.CONTACTS | vocabulary.ANSWERS
_SERVICE_PREFIXES = ("Case ", "Call ", "Live Chat ")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event on a person's line, in the columns of the timeline."""

    event_id: str
    identity_id: str
    occurred_at: datetime
    received_at: datetime
    name: str
    actor: str
    touchpoint: str | None
    channel: str | None
    place: str | None
    source: str | None
    session_id: str | None
    order_id: str | None
    case_id: str | None
    amount: Decimal | None
    currency: str | None
    lines: Sequence[dict[str, Any]] | None
    metric: str | None
    score: float | None
    scale_min: float | None
    scale_max: float | None
    survey_kind: str | None
    text: str | None
    language: str | None
    properties: str | None

    @property
    def kind(self) -> IdentityKind:
        """What the event is about; a score or words count before all else."""
        if self.score is not None or self.text:
            return IdentityKind.FEEDBACK
        if self.name.startswith("Order "):
            return IdentityKind.ORDER
        if self.name in _SERVICE or self.name.startswith(_SERVICE_PREFIXES):
            return IdentityKind.SERVICE
        return IdentityKind.VISIT

    @property
    def title(self) -> Text:
        """The event's name in both languages."""
        return vocabulary.title(self.name)


@dataclass(frozen=True, slots=True)
class Summary:
    """A person in a few numbers, over all that the caller may see.

    `orders` and `spent` count an order once, however many events tell of it. `spent` is net of
    refunds, one amount a currency: currencies are never added together.
    `scores` holds the newest answer of each metric. `cut` tells that older events were left out.
    """

    events: int
    orders: int
    spent: tuple[tuple[str, Decimal], ...]
    scores: tuple[Entry, ...]
    first_at: datetime | None
    last_act_at: datetime | None
    cut: bool


def summarise(entries: Sequence[Entry], *, cut: bool = False) -> Summary:
    """Sum up the events of a person, newest first."""
    acts = [one for one in entries if one.actor == "customer"]
    orders = paid_by(acts)
    spent: dict[str, Decimal] = {}
    for one in (*orders, *(act for act in acts if act.name in vocabulary.REFUNDS)):
        if one.amount is not None:
            back = one.name in vocabulary.REFUNDS
            amount = -abs(one.amount) if back else one.amount
            spent[one.currency or ""] = spent.get(one.currency or "", Decimal(0)) + amount
    scores: dict[str, Entry] = {}
    for one in acts:
        if one.metric is not None and one.score is not None:
            scores.setdefault(one.metric, one)
    return Summary(
        events=len(entries),
        orders=len(orders),
        spent=tuple(sorted(spent.items())),
        scores=tuple(scores.values()),
        first_at=entries[-1].occurred_at if entries else None,
        last_act_at=acts[0].occurred_at if acts else None,
        cut=cut,
    )


def paid_by(acts: Sequence[Entry]) -> list[Entry]:
    """Return each order of one person once: the telling that has its money, else the first.

    What one order is, `timeline.orders` says, for all customers at once; here are one person's
    own tellings, so that their page need not look through everybody's.
    """
    orders: list[list[Entry]] = []
    newest: dict[str, list[Entry]] = {}
    told = (one for one in acts if one.name in vocabulary.ORDERS)
    for telling in sorted(told, key=attrgetter(*FIRST)):
        tellings = newest.get(telling.order_id, []) if telling.order_id is not None else []
        if not tellings or telling.occurred_at - tellings[-1].occurred_at > AGAIN:
            tellings = []
            orders.append(tellings)
        tellings.append(telling)
        if telling.order_id is not None:
            newest[telling.order_id] = tellings
    return [next((one for one in tellings if one.amount is not None), tellings[0])
            for tellings in orders]  # fmt: skip
