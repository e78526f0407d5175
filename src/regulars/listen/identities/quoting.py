"""Where others' words quote somebody: their e-mail address, phone number, or an id of theirs.

Such words are others' own and stay when the person is erased; who erases is told where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.kit.text import Text
from regulars.listen.identities import queries
from regulars.listen.identities.model import OWN_IDS, SHARED
from regulars.listen.profiles import service as profiles
from regulars.timeline import nobody, people
from regulars.timeline.identity import known_as
from regulars.timeline.workspace import Workspace

SHOWN = 50
"""Quoting events that an answer lists; beyond them their number says how many there are."""
ID = "id"
KINDS = {
    "email": Text("email address", "邮箱"),
    "phone": Text("phone number", "手机号"),
    ID: Text("id", "编号"),
}
MIN_DIGITS = 5
MAINLAND = re.compile(r"1[3-9][0-9]{9}")
SIGNS = "[ ().-]{0,2}"
"""What people write between the digits of a number."""
BEFORE, AFTER = r"(^|[^A-Za-z0-9_.+@-])", r"($|[^A-Za-z0-9_@-])"


@dataclass(frozen=True, slots=True)
class Quote:
    """An event of somebody else, or of nobody known, and what of the person stands in it."""

    event_id: str
    person_id: str | None
    name: str
    occurred_at: datetime
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    """How many events of others quote the person, and the newest of them."""

    count: int
    events: tuple[Quote, ...]


def find(
    workspace: Workspace, identities: Sequence[str], given: Iterable[tuple[str, str]] = ()
) -> Quoted:
    """Return where others' words, or what came with their events, quote the person.

    Looked for is what profiles hold, what was `given` (as kind and value), and every word of a
    text that is an id of the person: ids are kept as keyed hashes only.
    """
    spelled: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for kind, value in (*given, *_held(workspace, identities), *_written(workspace, identities)):
        spelled[kind if kind in SHARED else ID].add(value.strip())
    patterns = {kind: found for kind, words in spelled.items() if (found := _pattern(kind, words))}
    if not patterns:
        return Quoted(0, ())
    count, rows = queries.quoting(workspace, identities, patterns, SHOWN)
    return Quoted(count, tuple(_quote(workspace, row, list(patterns)) for row in rows))


def _held(workspace: Workspace, identities: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (one.name, value.value)
        for one in profiles.of_person(workspace, identities)
        if one.name in SHARED
        for value in one.values
        if value.value
    ]


def _written(workspace: Workspace, identities: Sequence[str]) -> list[tuple[str, str]]:
    """Return the words of texts that are the person, with the kind of id that they are."""
    theirs, words = set(identities), []
    for word in queries.id_like_words(workspace):
        kinds = [*OWN_IDS]
        kinds += ["email"] if "@" in word else []
        kinds += ["phone"] if sum(sign.isdigit() for sign in word) >= MIN_DIGITS else []
        for one in {word, word.strip(".-_+")}:
            words += [(k, one) for k in kinds if theirs.intersection(known_as(workspace, k, one))]
    return words


def _pattern(kind: str, words: Iterable[str]) -> str:
    """Return a regular expression of whole words, for every engine; empty for no words."""
    each = [_number(word) if kind == "phone" else re.escape(word) for word in sorted(words) if word]
    every = "|".join(one for one in each if one)
    if not every:
        return ""
    if kind == "phone":
        return f"(^|[^0-9])({every})($|[^0-9])"
    return ("(?i)" if kind == "email" else "") + f"{BEFORE}({every}){AFTER}"


def _number(value: str) -> str:
    digits = nobody.number(value).lstrip("+")
    if len(digits) < MIN_DIGITS:
        return ""
    country = f"((00)?86{SIGNS})?" if MAINLAND.fullmatch(digits) else ""
    return country + SIGNS.join(digits)


def _quote(workspace: Workspace, row: Mapping[str, object], kinds: Sequence[str]) -> Quote:
    whose, at = row["identity_id"], row["occurred_at"]
    assert isinstance(at, datetime)
    return Quote(
        str(row["event_id"]),
        people.person_of(workspace, str(whose)) if whose else None,
        str(row["name"]),
        at,
        tuple(kind for kind in kinds if row[f"quotes_{kind}"]),
    )
