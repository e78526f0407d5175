"""What a page's address asks for, and the choices of its pickers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request

from regulars.company.places import picking
from regulars.company.rights.model import Principal
from regulars.faces import period_picker
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.links import Item, here
from regulars.timeline.workspace import Workspace
from regulars.understand.journeys.model import BY_TITLES, By
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import USUAL, EventFilter


class Wish:
    """The query fields of the journey's pages."""

    def __init__(
        self,
        period: Annotated[str | None, Query()] = None,
        start: Annotated[str | None, Query(alias="from")] = None,
        end: Annotated[str | None, Query(alias="to")] = None,
        place: Annotated[str | None, Query()] = None,
        channel: Annotated[str | None, Query()] = None,
    ) -> None:
        self.period, self.start, self.end = period, start, end
        self.place, self.channel = place or None, channel or None


@dataclass(frozen=True, slots=True)
class Filtered:
    """What a page looks at, with the names of what was chosen, and all choices."""

    look: EventFilter
    period: str
    periods: tuple[Item, ...]
    place: str
    places: tuple[Item, ...]
    channel: str
    channels: tuple[Item, ...]


def filtered(request: Request, ws: Workspace, caller: Principal, wish: Wish) -> Filtered:
    """Return what the address means, within the caller's places.

    Without a period it is the standard one: twelve months up to the last event's day.
    """
    look = EventFilter(
        wish.period or USUAL, wish.start, wish.end, wish.place, wish.channel, caller.places
    )
    return Filtered(
        look,
        *period_picker.with_usual(request, wish.period, wish.start, wish.end),
        *picking.choices(request, ws, caller.places, wish.place),
        wish.channel or _("All channels"),
        _channel_items(request, ws, caller, wish),
    )


def piece(request: Request, path: str) -> str:
    """Return the address of a page's later part, with the page's own query."""
    return path + (f"?{request.url.query}" if request.url.query else "")


def _channel_items(
    request: Request, ws: Workspace, caller: Principal, wish: Wish
) -> tuple[Item, ...]:
    every: Item = (_("All channels"), here(request, channel=None), wish.channel is None)
    named = [
        (name, here(request, channel=name), name == wish.channel)
        for name in scopes.channels(ws, caller.places)
    ]
    return (every, *named)


def by_items(request: Request, by: By) -> list[Item]:
    """Return the choice of whose journeys are shown."""
    return [(say(title), here(request, by=key), key == by) for key, title in BY_TITLES.items()]
