"""People: identities folded by the facts that link them (`linking`), as the rule says (`folding`).

The fold is a function of the facts, so no order of arrival matters; a person's id is the smallest
of their identities. As of an earlier moment only what was known by then counts, and what was undone
since still holds. A fold is kept and mended around whoever new facts touch; where facts were undone
or are gone, and where too many hang together, it is made anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regulars.store.workspace import Store
from regulars.timeline import remembered
from regulars.timeline.folding import FOLDED, NOTHING, Fold, fold
from regulars.timeline.remembered import Change, Past

MAX_PASTS = 24
"""Folds of earlier moments that are kept of a workspace."""


@dataclass(frozen=True)
class Folded:
    """Who is who (columns of FOLDED), and what tells whether that must be found out again.

    `contested` are the identities that are shared by people who cannot be one, undecided so far.
    """

    change: Change
    people: pa.Table
    contested: pa.Array


NOBODY_YET = Folded((-1,), pa.Table.from_batches([], FOLDED), NOTHING.contested)


class _Kept:
    """What a process knows of one workspace's people."""

    def __init__(self) -> None:
        self.now: Folded | None = None
        self.past: Past | None = None
        self.folds: OrderedDict[tuple[int, ...], pa.Table] = OrderedDict()
        self.lock = threading.Lock()


_kept: WeakKeyDictionary[Store, _Kept] = WeakKeyDictionary()


def folded(store: Store, connection: sa.Connection) -> Folded:
    """Return the fold as it is now, made anew only as far as facts came or went."""
    kept = _kept.setdefault(store, _Kept())
    with kept.lock:
        change = remembered.last_change(connection)
        if kept.now is None or kept.now.change != change:
            kept.now = _mended(connection, kept.now, change) or _anew(connection, change)
        return kept.now


def _anew(connection: sa.Connection, change: Change) -> Folded:
    found = fold(remembered.everything(connection))
    return Folded(change, found.people, found.contested)


def _mended(connection: sa.Connection, before: Folded | None, change: Change) -> Folded | None:
    """Return the fold with new facts around those whom they touch; None when it must be anew."""
    touched = None if before is None else remembered.touched(connection, before.change, change)
    near = None if touched is None else remembered.around(connection, touched)
    if before is None or near is None:
        return None
    theirs = pa.array(sorted(near), pa.string())
    refolded = fold(remembered.facts_of(connection, sorted(near)))
    others = before.people.filter(pc.invert(pc.is_in(before.people.column("identity_id"), theirs)))
    contested = before.contested.filter(pc.invert(pc.is_in(before.contested, theirs)))
    return Folded(
        change,
        pa.concat_tables([others, refolded.people]).combine_chunks(),
        pa.concat_arrays([contested, refolded.contested]),
    )


def as_of(store: Store, connection: sa.Connection, moment: datetime) -> Folded:
    """Return the fold of what was known by `moment`, and not undone by then."""
    now = folded(store, connection)
    cache = _kept[store]
    with cache.lock:
        if cache.past is None or cache.past.change != now.change:
            latest = remembered.latest(connection)
            cache.past, cache.folds = Past(now.change, latest), OrderedDict()
        past = cache.past
        if past.latest is None or moment >= past.latest:
            return now
        if past.facts is None:
            past = cache.past = past.read(connection)
        key = past.key(moment)
        if key not in cache.folds:
            cache.folds[key] = fold(past.known_by(moment)).people
        cache.folds.move_to_end(key)
        while len(cache.folds) > MAX_PASTS:
            cache.folds.popitem(last=False)
        return Folded((*now.change, *key), cache.folds[key], NOTHING.contested)


def person_of(store: Store, identity: str) -> str:
    """Return the person that an identity belongs to; itself when nothing links it."""
    return min(identities_of(store, identity))


def identities_of(store: Store, identity: str) -> list[str]:
    """Return every identity of the person that `identity` belongs to, itself included, sorted."""
    with store.database.reading() as connection:
        kept = _kept.get(store)
        if kept is None or kept.now is None:  # a fold of everybody costs more than one of a few
            near = remembered.around(connection, {identity})
            if near is not None:
                return _same(fold(remembered.facts_of(connection, sorted(near))), identity)
        found = folded(store, connection)
    return _same(Fold(found.people, found.contested), identity)


def _same(found: Fold, identity: str) -> list[str]:
    names, persons = found.people.column("identity_id"), found.people.column("person_id")
    place = pc.index(names, identity).as_py()
    if place < 0:
        return [identity]
    theirs = found.people.filter(pc.equal(persons, persons[place]))
    return sorted(theirs.column("identity_id").to_pylist())
