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
from regulars.understand.radar import service

Item = tuple[str, str, bool]
"""A choice: its words, its address, whether it is the present one."""


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

    def look(self, caller: Principal) -> Look:
        """Return the extent, within the caller's places."""
        period = self.period or USUAL
        return Look(period, self.start, self.end, self.place, self.channel, caller.places)


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
    own = bool(wish.period or wish.start or wish.end)
    chosen = periods.of_request(request, "12m", key=wish.period, start=wish.start, end=wish.end)
    usual: Item = (_("12 months to the last event"), address(request, period=None), not own)
    dated = ((words, href, on and own) for words, href, on in chosen.items)
    tree = places.visible(ws, caller.places)
    every: Item = (_("All places"), address(request, place=None), wish.place is None)
    below = (
        ("\u2003" * depth + say(one.name), address(request, place=one.id), one.id == wish.place)
        for depth, one in tree.walk()
    )
    return Pickers(
        against_words(ws, caller, wish.against),
        tuple(
            (words, address(request, against=key), key == wish.against)
            for key, words in _others(ws, caller)
        ),
        chosen.label if own else _("Last 12 months"),
        (usual, *dated),
        say(tree.name(wish.place)) if wish.place else _("All places"),
        (every, *below),
        wish.channel or _("All channels"),
        _channels(request, ws, caller, wish),
    )


def _channels(request: Request, ws: Workspace, caller: Principal, wish: Wish) -> tuple[Item, ...]:
    every: Item = (_("All channels"), address(request, channel=None), wish.channel is None)
    named = (
        (name, address(request, channel=name), name == wish.channel)
        for name in health.channels(ws, caller.places)
    )
    return (every, *named)


def against_words(ws: Workspace, caller: Principal, wish: str) -> str:
    """Return what a comparison is called."""
    return dict(_others(ws, caller)).get(wish, wish.partition(":")[2] or wish)


def _others(ws: Workspace, caller: Principal) -> list[tuple[str, str]]:
    made = [("target", _("Targets")), ("previous", _("The period before"))]
    for one in service.benchmarks(ws):
        made.append((f"benchmark:{one.name}", _("Benchmark: {name}").format(name=one.name)))
    for name in health.channels(ws, caller.places):
        made.append((f"channel:{name}", _("Channel: {name}").format(name=name)))
    for _depth, place in places.visible(ws, caller.places).walk():
        made.append((f"place:{place.id}", _("Place: {name}").format(name=say(place.name))))
    return made


def address(request: Request, **changes: str | None) -> str:
    """Return the page's address with some query fields changed; None takes one away."""
    gone = [name for name, value in changes.items() if value is None]
    url = request.url.remove_query_params([*gone, "format"])
    kept = {name: value for name, value in changes.items() if value is not None}
    url = url.include_query_params(**kept) if kept else url
    return url.path + (f"?{url.query}" if url.query else "")
