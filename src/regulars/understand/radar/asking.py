"""What a page's address asks for, and the choices of its pickers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request

from regulars.company.places import picking
from regulars.company.places import service as places
from regulars.company.rights.model import Principal
from regulars.faces import period_picker
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.links import Item, here
from regulars.timeline.workspace import Workspace
from regulars.understand.radar import service
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import USUAL, EventFilter


class Wish:
    """The query fields of page and API."""

    def __init__(
        self,
        *,
        against: Annotated[
            str, Query(description="target, previous, channel:NAME, place:ID, benchmark:NAME")
        ] = "target",
        period: Annotated[str | None, Query(description="2026-10, 12m, all")] = None,
        start: Annotated[str | None, Query(alias="from")] = None,
        end: Annotated[str | None, Query(alias="to", description="excluded")] = None,
        place: Annotated[str | None, Query(description="with places below")] = None,
        channel: Annotated[str | None, Query()] = None,
    ) -> None:
        self.against = against
        self.period, self.start, self.end = period, start, end
        self.place, self.channel = place or None, channel or None

    def look(self, caller: Principal) -> EventFilter:
        """Return the extent, within the caller's places."""
        period = self.period or USUAL
        return EventFilter(period, self.start, self.end, self.place, self.channel, caller.places)


@dataclass(frozen=True, slots=True)
class Pickers:
    """The page's choices, each with the words of the present one."""

    against: str
    others: tuple[Item, ...]
    period: str
    periods: tuple[Item, ...]
    place: str
    places: tuple[Item, ...]
    channel: str
    channels: tuple[Item, ...]


def pickers(request: Request, ws: Workspace, caller: Principal, wish: Wish) -> Pickers:
    """Return the choices of comparison, period, place and channel."""
    period = period_picker.with_usual(request, wish.period, wish.start, wish.end)
    place = picking.choices(request, ws, caller.places, wish.place)
    return Pickers(
        against_words(ws, caller, wish.against),
        tuple(
            (words, here(request, against=key), key == wish.against)
            for key, words in _others(ws, caller)
        ),
        *period,
        *place,
        wish.channel or _("All channels"),
        _channels(request, ws, caller, wish),
    )


def _channels(request: Request, ws: Workspace, caller: Principal, wish: Wish) -> tuple[Item, ...]:
    every: Item = (_("All channels"), here(request, channel=None), wish.channel is None)
    named = (
        (name, here(request, channel=name), name == wish.channel)
        for name in scopes.channels(ws, caller.places)
    )
    return (every, *named)


def against_words(ws: Workspace, caller: Principal, wish: str) -> str:
    """Return what a comparison is called."""
    return dict(_others(ws, caller)).get(wish, wish.partition(":")[2] or wish)


def _others(ws: Workspace, caller: Principal) -> list[tuple[str, str]]:
    made = [("target", _("Targets")), ("previous", _("The period before"))]
    for one in service.benchmarks(ws):
        made.append((f"benchmark:{one.name}", _("Benchmark: {name}").format(name=one.name)))
    for name in scopes.channels(ws, caller.places):
        made.append((f"channel:{name}", _("Channel: {name}").format(name=name)))
    for _depth, place in places.visible(ws, caller.places).walk():
        made.append((f"place:{place.id}", _("Place: {name}").format(name=say(place.name))))
    return made
