"""What a page's address asks for, and the choices of its pickers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request

from regulars.company.places import service as places
from regulars.company.rights.model import Principal
from regulars.faces.code_words import channel
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.links import Item, here
from regulars.timeline.workspace import Workspace
from regulars.understand.radar import service
from regulars.understand.scope import parameters as scopes
from regulars.understand.scope.model import EventFilter
from regulars.understand.scope.parameters import ScopeChoices, ScopedByChannel
from regulars.understand.scope.service import channels


class RadarParameters:
    """The query fields of page and API."""

    def __init__(
        self,
        *,
        scope: ScopedByChannel,
        against: Annotated[
            str, Query(description="target, previous, channel:NAME, place:ID, benchmark:NAME")
        ] = "target",
    ) -> None:
        self.scope, self.against = scope, against

    def look(self, caller: Principal) -> EventFilter:
        """Return which events are looked at, within the caller's places."""
        return self.scope.event_filter(caller)


@dataclass(frozen=True, slots=True)
class RadarChoices:
    """The page's choices, each with the words of the present one."""

    scope: ScopeChoices
    against: str
    others: tuple[Item, ...]


def choices(
    request: Request, ws: Workspace, caller: Principal, parameters: RadarParameters
) -> RadarChoices:
    """Return the choices of comparison, period, place and channel."""
    return RadarChoices(
        scopes.choices(request, ws, caller, parameters.scope),
        against_words(ws, caller, parameters.against),
        tuple(
            (words, here(request, against=key), key == parameters.against)
            for key, words in _others(ws, caller)
        ),
    )


def against_words(ws: Workspace, caller: Principal, wish: str) -> str:
    """Return what a comparison is called."""
    return dict(_others(ws, caller)).get(wish, wish.partition(":")[2] or wish)


def _others(ws: Workspace, caller: Principal) -> list[tuple[str, str]]:
    made = [("target", _("Targets")), ("previous", _("The previous period"))]
    for one in service.benchmarks(ws):
        made.append((f"benchmark:{one.name}", _("Benchmark: {name}").format(name=one.name)))
    for name in channels(ws, caller.places):
        made.append((f"channel:{name}", _("Channel: {name}").format(name=channel(name))))
    for _depth, place in places.visible(ws, caller.places).walk():
        made.append((f"place:{place.id}", _("Place: {name}").format(name=say(place.name))))
    return made
