"""What no database can keep: NUL and half characters in texts, numbers without end.

Programs send them by mistake (text cut in the middle of an emoji, a sum that overflowed). They are
refused by the name of their field before a route sees them; the intake has rules of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from fastapi import Request
from starlette.datastructures import FormData

from regulars.kit.errors import Invalid
from regulars.kit.text import Text

LARGEST = 2**63
NUL = Text("A text must not hold a NUL character.", "文字不能含空字符（NUL）。")
HALF = Text(
    "A text holds half a character: it was cut in the middle of an emoji.",
    "文字含有不完整的字符：可能在表情符号中间被截断。",
)
NUMBER = Text(
    "A number must be finite, and whole numbers have at most 18 digits.",
    "数字必须有限，整数最多 18 位。",
)
OUT_OF_RANGE = "22003"
"""PostgreSQL's state for a number that is too large for its column."""


def check(request: Request) -> None:
    """Look through address, query and what was parsed of the body; raises Invalid."""
    for name, value in _values(request):
        words = wrong(value)
        if words is not None:
            raise Invalid("request.unstorable", words, field=name)


def _values(request: Request) -> Iterator[tuple[str, Any]]:
    yield from request.path_params.items()
    for name, value in request.query_params.multi_items():
        yield name, name
        yield name, value
    parsed = request.__dict__.get("_json")  # where the route takes a body; never read for this
    if parsed is not None:
        yield from _within(parsed)
    form = request.__dict__.get("_form")
    if isinstance(form, FormData):
        yield from ((name, value) for name, value in form.multi_items() if isinstance(value, str))


def _within(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield every name and value of a parsed document with its path, without recursion."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            for name, part in value.items():
                yield f"{path}{_shown(name)}", name
                waiting.append((f"{path}{_shown(name)}.", part))
        elif isinstance(value, list):
            waiting += [(f"{path}{number}.", part) for number, part in enumerate(value)]
        else:
            yield path.rstrip(".") or "body", value


def _shown(name: str) -> str:
    return name[:100].encode("utf-8", "replace").decode().replace("\0", "�")


def wrong(value: Any) -> Text | None:
    """Return why a database cannot keep a value; None when it can."""
    if isinstance(value, str):
        if "\0" in value:
            return NUL
        try:
            value.encode()
        except UnicodeEncodeError:
            return HALF
    if isinstance(value, int) and abs(value) >= LARGEST:
        return NUMBER
    return NUMBER if isinstance(value, float) and not math.isfinite(value) else None


def told(error: Exception) -> Invalid | None:
    """Return what an error of the database says of a number that it cannot keep, else None."""
    large = isinstance(error, OverflowError) and "too large to convert" in str(error)
    if isinstance(error, sa.exc.DBAPIError):
        large = getattr(error.orig, "sqlstate", None) == OUT_OF_RANGE
    return Invalid("request.unstorable", NUMBER) if large else None
