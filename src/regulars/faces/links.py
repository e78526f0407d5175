"""Links of a page to itself, with something else chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from fastapi import Request

Item: TypeAlias = tuple[str, str, bool]
"""A choice: its words, its address, whether it is the present one."""
NOT_CARRIED = ("format", "page", "after")
"""Fields that tell of one answer only; another choice begins at its first page."""
EDGES = ("from", "to")


def here(request: Request, **changes: str | None) -> str:
    """Return the page's address with some query fields changed; None takes one away.

    Another period takes the place of chosen edges.
    """
    gone = [*NOT_CARRIED, *changes, *(EDGES if "period" in changes else ())]
    url = request.url.remove_query_params(gone)
    kept = {name: value for name, value in changes.items() if value is not None}
    url = url.include_query_params(**kept) if kept else url
    return url.path + (f"?{url.query}" if url.query else "")
