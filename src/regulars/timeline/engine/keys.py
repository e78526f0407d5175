"""What an answer is kept under: its question's parameters, written out in one way."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import ZoneInfo

from regulars.store.settings import WorkspaceSettings

PLAIN = (type(None), bool, int, float, str, bytes, date, datetime, time, timedelta, ZoneInfo)
SOURCES = (".py", ".toml", ".sql")


def text_of(value: Any) -> str:
    """Return what tells parameters apart, the same in every process.

    ("visits", {"b", "a"}) is written ('visits', {'a', 'b'}). Raises TypeError for a value that is
    written otherwise each time, or alike for different meanings, such as a function or a table.
    """
    if isinstance(value, PLAIN):
        return repr(value)
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(text_of, value)))}}}"
    if isinstance(value, Mapping):
        pairs = sorted((text_of(name), text_of(held)) for name, held in value.items())
        return f"{{{', '.join(f'{name}: {held}' for name, held in pairs)}}}"
    if isinstance(value, list | tuple):
        return f"({', '.join(map(text_of, value))})"
    if is_dataclass(value) and not isinstance(value, type):
        held = ((one.name, getattr(value, one.name)) for one in fields(value))
        return f"{type(value).__name__}({', '.join(f'{name}={text_of(of)}' for name, of in held)})"
    raise TypeError(f"a {type(value).__name__} names no question: {value!r:.80}")


def base_of(settings: WorkspaceSettings) -> str:
    """Return what all answers rest on beside events and parameters: the settings, and the code."""
    return text_of((settings.time_zone, settings.currency, code()))


@cache
def code() -> str:
    """Return what tells this code from any other: what another one has kept may mean otherwise."""
    found = hashlib.blake2b(digest_size=12)
    for name, content in _sources(resources.files("regulars")):
        found.update(f"{name} {len(content)} ".encode() + content)
    return found.hexdigest()


def _sources(folder: Traversable, above: str = "") -> list[tuple[str, bytes]]:
    held: list[tuple[str, bytes]] = []
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        name = f"{above}/{entry.name}"
        if entry.is_dir():
            held += _sources(entry, name)
        elif entry.name.endswith(SOURCES):
            held.append((name, entry.read_bytes()))
    return held
