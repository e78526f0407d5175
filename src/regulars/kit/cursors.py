"""What a cursor of a long list holds: the sort key of the last row shown, checked before use."""

from __future__ import annotations

from typing import Any

from regulars.kit.errors import NotFound
from regulars.kit.text import Text

Key = tuple[Any, ...]
Kind = type | tuple[type, ...]
MAX_ROWS = 10**9


def unreadable() -> NotFound:
    """Return the refusal of a cursor that is none, or of another list: there is no such place."""
    return NotFound(
        "paging.cursor",
        Text(
            "The cursor cannot be read: use the “next” of an earlier answer unchanged.",
            "游标无法识别：请原样使用上一次返回的“next”。",
        ),
        field="after",
    )


def check(key: Key, *kinds: Kind) -> None:
    """Raise Invalid unless the key has one part of each kind, in their order."""
    if len(key) != len(kinds) or not all(map(isinstance, key, kinds)):
        raise unreadable()


def offset(key: Key | None) -> int:
    """Return how many rows a cursor has passed, for lists that stand still; 0 without one."""
    if key is None:
        return 0
    check(key, int)
    if not 0 <= key[0] <= MAX_ROWS:
        raise unreadable()
    return int(key[0])
