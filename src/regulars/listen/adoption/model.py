"""Unknown words of events: which they are, and what they probably mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum

from regulars.kit.headers import fold
from regulars.kit.text import Text

LONGEST = 300
"""Characters of a word that can be taken over or named."""
MAX_NEAR = 3
NEAR = 0.5
"""How alike a word must be to one that is known, from 0 to 1."""


class Kind(StrEnum):
    """What a word of an event is."""

    TOUCHPOINT = "touchpoint"
    NAME = "name"
    PLACE = "place"
    SOURCE = "source"
    CATEGORY = "category"


KIND_TITLES: Mapping[Kind, Text] = {
    Kind.TOUCHPOINT: Text("Touchpoints", "触点"),
    Kind.NAME: Text("Events", "事件"),
    Kind.PLACE: Text("Places", "地点"),
    Kind.SOURCE: Text("Sources", "来源"),
    Kind.CATEGORY: Text("Categories", "品类"),
}
FOLDED = (Kind.TOUCHPOINT, Kind.NAME, Kind.PLACE)
"""Kinds of which one word can stand for another; the others only get names."""


@dataclass(frozen=True, slots=True)
class Known:
    """A word that is known: its key and what it is called."""

    key: str
    title: Text


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word that is not known: how many events carry it, since when last, and what is near."""

    kind: Kind
    value: str
    events: int
    last_at: datetime
    near: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True)
class Adopted:
    """A word that was taken over: as another (`meant`), or under a name of its own (`title`)."""

    kind: Kind
    value: str
    meant: str | None
    title: Text | None
    by: str
    at: datetime


def nearest(value: str, candidates: Sequence[Known]) -> tuple[Known, ...]:
    """Return what the word probably means, the likeliest first.

    Words are alike by their letters in order (Ratcliff & Obershelp, Dr. Dobb's Journal, July 1988)
    or by the letters they share in any order, as Chinese words often are: 电话客服, 客服热线.
    """
    ranked = [
        (max(_alike(value, word) for word in (one.key, one.title.en, one.title.zh)), one)
        for one in candidates
    ]
    ranked.sort(key=lambda pair: (-pair[0], pair[1].key))
    return tuple(one for share, one in ranked[:MAX_NEAR] if share >= NEAR)


def _alike(left: str, other: str) -> float:
    left, other = (fold(word).replace("_", " ").strip() for word in (left, other))
    if not left or not other:
        return 0.0
    if left.isascii() or other.isascii():
        return SequenceMatcher(None, left, other).ratio()
    shared = sum(min(left.count(letter), other.count(letter)) for letter in set(left))
    return 2 * shared / (len(left) + len(other))
