"""Pages of long lists: cursors for programs, numbers for people.

A cursor holds the sort key of the last row shown, so that rows which arrive meanwhile neither
repeat nor hide others. Ask for `size + 1` rows `beyond` the cursor, then `cut`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request, Response

from regulars.faces import unstorable
from regulars.kit import cursors
from regulars.kit.cursors import Key

Item = TypeVar("Item")
DEFAULT_SIZE = 50
MOST = 500


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows; `next` and `previous` are the query fields that lead on, or None at the end."""

    items: Sequence[Item]
    next: dict[str, Any] | None = None
    previous: dict[str, Any] | None = None
    total: int | None = None
    first: int = field(default=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows the caller asks for: how many, and those beyond which key."""

    size: int = DEFAULT_SIZE
    after: Key | None = None


def wanted(
    limit: Annotated[int, Query(ge=1, le=MOST, description="Rows to return.")] = DEFAULT_SIZE,
    after: Annotated[str | None, Query(description="The `next` of the previous answer.")] = None,
) -> Wanted:
    """Read `limit` and `after` of an API call; raises NotFound for a cursor that is not ours."""
    return Wanted(limit, decode(after) if after else None)


CursorPaging = Annotated[Wanted, Depends(wanted)]


def encode(key: Key) -> str:
    """Write a sort key (text, numbers, moments, None) as a cursor."""
    parts = [{"t": part.isoformat()} if isinstance(part, datetime) else part for part in key]
    packed = json.dumps(parts, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(cursor: str) -> Key:
    """Read a cursor; raises NotFound when it is none of ours."""
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        parts = json.loads(packed)
        if not isinstance(parts, list):
            raise TypeError("a cursor is a list")
        return tuple(map(_part, parts))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise cursors.unreadable() from error


def _part(part: Any) -> Any:
    if isinstance(part, dict):
        moment = datetime.fromisoformat(part["t"])
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment
    if isinstance(part, bool | list) or unstorable.wrong(part) is not None:
        raise TypeError("a cursor holds texts, numbers and moments")
    return part


def cut(
    rows: Sequence[Item], size: int, key: Callable[[Item], Key], after: Key | None = None
) -> Page[Item]:
    """Make a page of up to `size` of the `size + 1` rows asked for."""
    items = rows[:size]
    more = len(rows) > size
    return Page(
        items,
        next={"after": encode(key(items[-1]))} if more else None,
        previous={"after": None} if after is not None else None,
    )


def envelope(
    page: Page[Any], items: Sequence[Any], request: Request, response: Response
) -> dict[str, Any]:
    """Return `{"items", "next"}` for an API answer and name the next page in a Link header."""
    cursor = page.next["after"] if page.next else None
    if cursor is not None:
        address = request.url.include_query_params(after=cursor)
        response.headers["Link"] = f'<{address.path}?{address.query}>; rel="next"'
    return {"items": list(items), "next": cursor}


def numbered(rows: Sequence[Item], number: int, size: int, total: int | None = None) -> Page[Item]:
    """Make page `number` (from 1) of rows that were asked for as `size + 1` from its offset."""
    more = len(rows) > size
    return Page(
        rows[:size],
        next={"page": number + 1} if more else None,
        previous={"page": number - 1 if number > 2 else None} if number > 1 else None,
        total=total,
        first=(number - 1) * size + 1,
    )
