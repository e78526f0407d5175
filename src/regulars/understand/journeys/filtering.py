"""What a page's address asks for, and the choices of its pickers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request

from regulars.company.places import service as places
from regulars.company.rights.model import Principal
from regulars.faces import periods
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.timeline.workspace import Workspace
from regulars.understand.health import service as health
from regulars.understand.health.model import USUAL, Look
from regulars.understand.journeys.model import BY_TITLES, By

Item = tuple[str, str, bool]
"""A choice: its words, its address, whether it is the present one."""


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

    look: Look
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
    if wish.period or wish.start or wish.end:
        chosen = periods.of_request(request, "12m", key=wish.period, start=wish.start, end=wish.end)
        label = chosen.label
    else:
        chosen, label = periods.of_request(request, "12m"), _("Last 12 months")
    tree = places.visible(ws, caller.places)
    look = Look(wish.period or USUAL, wish.start, wish.end, wish.place, wish.channel, caller.places)
    usual: Item = (_("12 months to the last event"), address(request, period=None), not wish.period)
    return Filtered(
        look,
        label,
        (usual, *((words, href, on and bool(wish.period)) for words, href, on in chosen.items)),
        say(tree.name(wish.place)) if wish.place else _("All places"),
        _place_items(request, ws, caller, wish),
        wish.channel or _("All channels"),
        _channel_items(request, ws, caller, wish),
    )


def address(request: Request, **changes: str | None) -> str:
    """Return the page's address with some query fields changed; None takes one away."""
    gone = [name for name, value in changes.items() if value is None]
    url = request.url.remove_query_params([*gone, "format"])
    kept = {name: value for name, value in changes.items() if value is not None}
    url = url.include_query_params(**kept) if kept else url
    return url.path + (f"?{url.query}" if url.query else "")


def piece(request: Request, path: str) -> str:
    """Return the address of a page's later part, with the page's own query."""
    return path + (f"?{request.url.query}" if request.url.query else "")


def _place_items(
    request: Request, ws: Workspace, caller: Principal, wish: Wish
) -> tuple[Item, ...]:
    every: Item = (_("All places"), address(request, place=None), wish.place is None)
    below = [
        (
            "\u2003" * depth + say(place.name),
            address(request, place=place.id),
            place.id == wish.place,
        )
        for depth, place in places.visible(ws, caller.places).walk()
    ]
    return (every, *below)


def _channel_items(
    request: Request, ws: Workspace, caller: Principal, wish: Wish
) -> tuple[Item, ...]:
    every: Item = (_("All channels"), address(request, channel=None), wish.channel is None)
    named = [
        (name, address(request, channel=name), name == wish.channel)
        for name in health.channels(ws, caller.places)
    ]
    return (every, *named)


def by_items(request: Request, by: By) -> list[Item]:
    """Return the choice of whose journeys are shown."""
    return [(say(title), address(request, by=key), key == by) for key, title in BY_TITLES.items()]
