"""The list of values that name nobody: what is shipped, and what a workspace added or took out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.store import database
from regulars.store.workspace import Store
from regulars.timeline import judged, nobody
from regulars.timeline.event import IDENTITY_KINDS
from regulars.timeline.nobody import ANY, Words
from regulars.timeline.tables import nobody_words

KINDS = (ANY, *IDENTITY_KINDS)
LONGEST = 200
RULE = 1
"""Goes up when a shape is added to those that name nobody."""
STALE = 2.0
"""Seconds after which a process looks whether another one has changed the list."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What the workspace says of a value: listed, or not listed although it is shipped so."""

    kind: str
    word: str
    listed: bool
    changed_by: str
    changed_at: datetime


_known: WeakKeyDictionary[Store, tuple[float, Words]] = WeakKeyDictionary()


def words(store: Store) -> Words:
    """Return the list in force, looked at anew every few seconds."""
    cached = _known.get(store)
    if cached is not None and clock.monotonic() - cached[0] < STALE:
        return cached[1]
    return look(store)


def is_fresh(store: Store) -> bool:
    """Tell whether `words` will ask no database for half as long as it trusts what it read."""
    cached = _known.get(store)
    return cached is not None and clock.monotonic() - cached[0] < STALE / 2


def look(store: Store) -> Words:
    """Read the list in force."""
    cached, now = _known.get(store), clock.monotonic()
    with store.database.reading() as connection:
        found = in_force(edits(connection))
    if cached is not None and cached[1] == found:
        found = cached[1]  # who has seen this list sees that it is the same
    _known[store] = (now, found)
    return found


def changed(store: Store) -> None:
    """Let this process look at the list anew."""
    _known.pop(store, None)


def edits(connection: sa.Connection) -> list[Edit]:
    """Return what the workspace changed, the newest last."""
    columns = nobody_words.c
    query = sa.select(
        columns.kind, columns.word, columns.listed, columns.changed_by, columns.changed_at
    ).order_by(columns.changed_at, columns.kind, columns.word)
    return [Edit(*row) for row in connection.execute(query)]


def in_force(changes: list[Edit]) -> Words:
    """Return the shipped list with the workspace's changes."""
    found = {kind: set(nobody.shipped().get(kind, ())) for kind in KINDS}
    for one in changes:
        (found[one.kind].add if one.listed else found[one.kind].discard)(one.word)
    return {kind: frozenset(some) for kind, some in found.items()}


def fingerprint(found: Words) -> str:
    """Return what tells lists apart, and the rule they go with."""
    told = json.dumps([RULE, *((kind, sorted(found[kind])) for kind in sorted(found))])
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def judged_by(store: Store) -> bool:
    """Tell whether the timeline's identities were judged by the list in force."""
    with store.database.reading() as connection:
        return judged.last(connection) == fingerprint(in_force(edits(connection)))


def put(connection: sa.Connection, edit: Edit) -> None:
    """Write a change down in place of an earlier one of the same value."""
    values = {
        "kind": edit.kind,
        "word": edit.word,
        "listed": edit.listed,
        "changed_by": edit.changed_by[:200],
        "changed_at": edit.changed_at,
    }
    database.put(connection, nobody_words, values)


def checked(kind: str, word: str) -> tuple[str, str]:
    """Return kind and value as the list spells them; raises Invalid for what cannot be listed."""
    if kind not in KINDS:
        raise Invalid(
            "nobody.kind",
            Text(f"The kind is one of {', '.join(KINDS)}.", f"类型只能是 {'、'.join(KINDS)}。"),
            field="kind",
        )
    spelled = (nobody.number(word) if kind == "phone" else "") or nobody.plain(word)
    if not spelled or len(spelled) > LONGEST:
        raise Invalid(
            "nobody.word",
            Text(
                f"Give a value of 1 to {LONGEST} characters.", f"请填写 1 至 {LONGEST} 个字符的值。"
            ),
            field="word",
        )
    return kind, spelled
