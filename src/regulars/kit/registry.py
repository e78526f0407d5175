"""Named things found by discovery: metrics, recipes, channels, plays."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar

from regulars.kit.errors import Conflict, NotFound
from regulars.kit.text import Text

Entry = TypeVar("Entry")
PLUGIN_GROUP = "regulars.plugins"


class Registry(Generic[Entry]):
    """A dictionary that refuses a second entry under one key and names what it lacks."""

    def __init__(self, noun: Text) -> None:
        self._noun = noun
        self._entries: dict[str, Entry] = {}

    def add(self, key: str, entry: Entry) -> Entry:
        """Keep `entry` under `key`; raises Conflict when the key is taken."""
        if key in self._entries:
            raise Conflict(
                "registry.taken",
                Text(
                    f"There are two entries “{key}” ({self._noun.en}).",
                    f"“{key}”重复（{self._noun.zh}）。",
                ),
                key=key,
            )
        self._entries[key] = entry
        return entry

    def get(self, key: str) -> Entry:
        """Return the entry; raises NotFound that lists what there is."""
        if key not in self._entries:
            known = ", ".join(sorted(self._entries))
            raise NotFound(
                "registry.unknown",
                Text(
                    f"There is no {self._noun.en} “{key}”. Known: {known}.",
                    f"没有{self._noun.zh}“{key}”。已有：{known}。",
                ),
                key=key,
            )
        return self._entries[key]

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def values(self) -> list[Entry]:
        """Return the entries in the order they were added."""
        return list(self._entries.values())


def import_folder(package: ModuleType) -> list[ModuleType]:
    """Import every module of a drop-in folder and return them."""
    return [
        importlib.import_module(f"{package.__name__}.{found.name}")
        for found in pkgutil.iter_modules(package.__path__)
    ]


def import_roles(package: str, role: str) -> Iterator[ModuleType]:
    """Import and yield every noun's module of that name (tables, service, pages…) in a package.

    `package` is a floor, or the whole house; what lies deeper inside a noun is the noun's own.
    """
    folder = Path(next(iter(importlib.import_module(package).__path__)))
    depth = 3 - len(package.split("."))
    files = (file for level in range(depth + 1) for file in folder.glob(f"{'*/' * level}{role}.py"))
    names = (".".join((package, *file.relative_to(folder).with_suffix("").parts)) for file in files)
    for name in sorted(names):
        yield importlib.import_module(name)


def import_all(*roles: str) -> None:
    """Import every noun's modules of these names, and the plugins: what registers something."""
    for role in roles:
        for _module in import_roles("regulars", role):
            pass
    import_plugins()


def import_plugins() -> None:
    """Import what other distributions offer under the entry-point group `regulars.plugins`."""
    for point in entry_points(group=PLUGIN_GROUP):
        point.load()
