"""Read and change the organisation tree; every change is a version."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from regulars.company.audit import service as audit
from regulars.company.places import queries
from regulars.company.places.model import Kind, Place, Tree, TreeVersion
from regulars.company.rights.model import Principal, Scope
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.text import Text
from regulars.store.workspace import Store

_newest: WeakKeyDictionary[Store, tuple[int, Tree]] = WeakKeyDictionary()
MAX_NEAR = 3
NEAR = 0.5
"""How alike a place must be to one that was meant, from 0 to 1."""
MENTIONED = 20
"""How many ids an audit entry names; the rest is counted."""


def tree(store: Store) -> Tree:
    """Return the organisation tree as it is now; kept in memory until a new version appears."""
    return current(store)[1]


def current(store: Store) -> tuple[int, Tree]:
    """Return (version number, tree) as they are now; version 0 is the empty tree."""
    with store.database.reading() as connection:
        version = queries.newest(connection)
        kept = _newest.get(store)
        if kept is not None and kept[0] == version:
            return kept
        found = (version, Tree(queries.places_at(connection, version)))
    _newest[store] = found
    return found


def tree_at(store: Store, version: int) -> Tree:
    """Return the tree of an older version; raises NotFound."""
    with store.database.reading() as connection:
        _must_exist(connection, version)
        return Tree(queries.places_at(connection, version))


def versions(store: Store, limit: int = 200) -> list[TreeVersion]:
    """Return the newest versions first."""
    with store.database.reading() as connection:
        return queries.versions(connection, limit)


def visible(store: Store, scope: Scope) -> Tree:
    """Return the part of the tree that a caller with `scope` sees; its tops have no parent."""
    whole = tree(store)
    if scope is None:
        return whole
    seen = [place for place in whole if place.id in scope]
    return Tree(
        replace(place, parent=place.parent if place.parent in scope else None) for place in seen
    )


def put(
    store: Store, caller: Principal, place: Place, *, now: datetime, base: int | None = None
) -> int:
    """Add the place, or give the one with its id these values; return the version.

    `base` is the version that the caller saw: raises Conflict when the tree has moved on.
    Raises Invalid when the tree would break (unknown parent, a cycle, a missing name).
    """

    def changed(before: Tree) -> list[Place]:
        return [*(other for other in before if other.id != place.id), place]

    return _change(store, caller, changed, ("put", place.id), now=now, base=base)


def add(store: Store, caller: Principal, place: Place, *, now: datetime) -> int:
    """Add the place; return the version. Raises Invalid where there is one with its id."""

    def added(before: Tree) -> list[Place]:
        if place.id in before:
            raise Invalid(
                "places.taken",
                Text("A place with this id already exists.", "已有使用该编号的地点。"),
                field="id",
            )
        return [*before, place]

    return _change(store, caller, added, ("put", place.id), now=now)


def move(
    store: Store,
    caller: Principal,
    place_id: str,
    parent: str | None,
    *,
    now: datetime,
    base: int | None = None,
) -> int:
    """Hang the place, with all below it, under `parent` (None: at the top)."""

    def moved(before: Tree) -> list[Place]:
        place = replace(before.get(place_id), parent=parent)
        return [*(other for other in before if other.id != place_id), place]

    return _change(store, caller, moved, ("moved", place_id), now=now, base=base)


def rename(
    store: Store,
    caller: Principal,
    place_id: str,
    name: Text,
    *,
    now: datetime,
    base: int | None = None,
) -> int:
    """Give the place a new name; its id, which events carry, stays."""

    def renamed(before: Tree) -> list[Place]:
        place = replace(before.get(place_id), name=name)
        return [*(other for other in before if other.id != place_id), place]

    return _change(store, caller, renamed, ("renamed", place_id), now=now, base=base)


def remove(
    store: Store, caller: Principal, place_id: str, *, now: datetime, base: int | None = None
) -> int:
    """Take the place out; what lay below it moves up to its parent. Events keep its id."""

    def without(before: Tree) -> list[Place]:
        gone = before.get(place_id)
        return [
            replace(other, parent=gone.parent) if other.parent == place_id else other
            for other in before
            if other.id != place_id
        ]

    return _change(store, caller, without, ("removed", place_id), now=now, base=base)


def adopt(
    store: Store,
    caller: Principal,
    ids: Iterable[str],
    *,
    now: datetime,
    parent: str | None = None,
    kind: Kind = Kind.STORE,
) -> int:
    """Add places that events name and the tree does not know, each named by its id.

    Ids that the tree knows already are passed over.
    """
    wanted = sorted({place_id.strip() for place_id in ids} - {""})

    def adopted(before: Tree) -> list[Place]:
        new = [
            Place(place_id, Text(place_id, place_id), kind, parent)
            for place_id in wanted
            if place_id not in before
        ]
        return [*before, *new]

    return _change(store, caller, adopted, ("adopted", ", ".join(wanted)[:300]), now=now)


def unknown(store: Store, ids: Iterable[str]) -> list[str]:
    """Return those of `ids` that the tree does not know, in order."""
    whole = tree(store)
    return sorted({place_id for place_id in ids if place_id not in whole})


def require_known(store: Store, ids: Iterable[str]) -> None:
    """Raise Invalid for a place that the tree does not know, naming those that are near."""
    whole = tree(store)
    for place_id in unknown(store, ids):
        spelt = {word.casefold(): one.id for one in whole for word in (one.name.zh, one.name.en)}
        spelt |= {one.id.casefold(): one.id for one in whole}
        near = get_close_matches(place_id.casefold(), spelt, MAX_NEAR * 2, NEAR)
        meant = ", ".join(list(dict.fromkeys(spelt[word] for word in near))[:MAX_NEAR])
        raise Invalid(
            "places.unknown",
            Text(
                f"There is no place “{place_id}”. "
                + (f"Near: {meant}." if meant else "See: regulars places show"),
                f"没有地点“{place_id}”。"
                + (f"相近的有：{meant}。" if meant else "请用 regulars places show 查看。"),
            ),
            field="places",
        )


def chosen(
    store: Store, places: Iterable[str] | None, held: frozenset[str] = frozenset()
) -> frozenset[str] | None:
    """Return the places that somebody is bound to; None: everywhere. Those `held` need not exist.

    Raises Invalid for none at all and for a place that the tree does not know.
    """
    if places is None:
        return None
    named = frozenset(place.strip() for place in places) - {""}
    if not named:
        raise Invalid(
            "staff.no_places",
            Text(
                "Choose at least one place, or everywhere.", "请至少选择一个地点，或选择全部地点。"
            ),
            field="places",
        )
    require_known(store, named - held)
    return named


def replace_all(
    store: Store,
    caller: Principal,
    places: Iterable[Place],
    *,
    now: datetime,
    file: str = "",
    base: int | None = None,
) -> int:
    """Make the tree hold exactly `places`, which came from `file`; return the version."""
    rows = list(places)
    return _change(
        store, caller, lambda _before: rows, ("imported", file[:300]), now=now, base=base
    )


def restore(
    store: Store, caller: Principal, version: int, *, now: datetime, base: int | None = None
) -> int:
    """Make the tree as it was in `version` again, as a new version; raises NotFound."""
    old = tree_at(store, version)
    what = ("restored", str(version))
    return _change(store, caller, lambda _before: list(old), what, now=now, base=base)


def _change(
    store: Store,
    caller: Principal,
    build: Callable[[Tree], list[Place]],
    what: tuple[str, str],
    *,
    now: datetime,
    base: int | None = None,
) -> int:
    """Write the difference that `build` makes as a new version; no difference, no version."""
    try:
        with store.database.transaction() as connection:
            version = queries.newest(connection)
            if base is not None and base != version:
                raise _moved_on()
            before = Tree(queries.places_at(connection, version))
            after = Tree(build(before))
            if after == before:
                return version
            _write(connection, before, after, TreeVersion(version + 1, now, caller.name, *what))
            told = _difference(before, after)
            audit.record(store, connection, caller, f"places.{what[0]}", what[1], **told)
            return version + 1
    except sa.exc.IntegrityError as error:  # two made the same version at once (PostgreSQL)
        raise _moved_on() from error


def _write(connection: sa.Connection, before: Tree, after: Tree, version: TreeVersion) -> None:
    gone = [place.id for place in before if place.id not in after]
    fresh = [place for place in after if place.id not in before or before.get(place.id) != place]
    changed = [place.id for place in fresh if place.id in before]
    queries.insert_version(connection, version)
    queries.end(connection, [*gone, *changed], version.number)
    queries.begin(connection, fresh, version.number)


def _difference(before: Tree, after: Tree) -> dict[str, object]:
    added = sorted(place.id for place in after if place.id not in before)
    removed = sorted(place.id for place in before if place.id not in after)
    changed = sorted(
        place.id for place in after if place.id in before and before.get(place.id) != place
    )
    return {
        name: ids[:MENTIONED] if len(ids) <= MENTIONED else [*ids[:MENTIONED], len(ids)]
        for name, ids in (("added", added), ("removed", removed), ("changed", changed))
        if ids
    }


def _must_exist(connection: sa.Connection, version: int) -> None:
    if not 0 <= version <= queries.newest(connection):
        raise NotFound(
            "places.version",
            Text(f"There is no version {version}.", f"没有版本 {version}。"),
            version=version,
        )


def _moved_on() -> Conflict:
    return Conflict(
        "places.moved_on",
        Text(
            "Somebody else has changed the places: look at them again, then repeat your change.",
            "地点已被他人修改：请刷新后再做修改。",
        ),
    )
