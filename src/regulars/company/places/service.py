"""Read and change the organisation tree; every change is a version."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from regulars.company.places import queries
from regulars.company.places.model import Tree
from regulars.store.workspace import Store

_newest: WeakKeyDictionary[Store, tuple[int, Tree]] = WeakKeyDictionary()


def tree(store: Store) -> Tree:
    """Return the organisation tree as it is now; kept in memory until a new version appears."""
    with store.database.reading() as connection:
        version = queries.newest(connection)
        kept = _newest.get(store)
        if kept is not None and kept[0] == version:
            return kept[1]
        current = Tree(queries.places_at(connection, version))
    _newest[store] = (version, current)
    return current
