"""What the addresses of the journey's pages ask for beside scope, and the choices of that."""

from __future__ import annotations

from fastapi import Request

from regulars.faces.language import say
from regulars.faces.links import Item, here
from regulars.understand.journeys.model import BY_TITLES, By


def piece(request: Request, path: str) -> str:
    """Return the address of a page's later part, with the page's own query."""
    return path + (f"?{request.url.query}" if request.url.query else "")


def by_items(request: Request, by: By) -> list[Item]:
    """Return the choice of whose journeys are shown."""
    return [(say(title), here(request, by=key), key == by) for key, title in BY_TITLES.items()]
