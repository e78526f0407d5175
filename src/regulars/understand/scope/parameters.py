"""Which events a question looks at, as pages and API read it, and the choices of its pickers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request

from regulars.company.places import picking
from regulars.company.places import service as places
from regulars.company.places.picking import several_of
from regulars.company.rights.model import Principal
from regulars.faces import period_picker
from regulars.faces.asking import period_of
from regulars.faces.code_words import channel
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.links import Item, here
from regulars.kit.period import parse_edge
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.scope import service
from regulars.understand.scope.model import USUAL, EventFilter, EventScope

PeriodField = Annotated[str | None, Query(description="2026-10, 12m, all")]
StartField = Annotated[str | None, Query(alias="from", description="start: month, day or time")]
EndField = Annotated[
    str | None, Query(alias="to", description="end: month, day or time (excluded)")
]
PlaceField = Annotated[str | None, Query(description="including places below")]


class ScopeParameters:
    """The query fields of period and place."""

    channel: str | None = None

    def __init__(
        self,
        *,
        period: PeriodField = None,
        start: StartField = None,
        end: EndField = None,
        place: PlaceField = None,
    ) -> None:
        self.period, self.start, self.end = period or None, start or None, end or None
        self.place = place or None

    def event_filter(self, principal: Principal) -> EventFilter:
        """Return which events are meant, within the principal's places."""
        return EventFilter(
            self.period or USUAL, self.start, self.end, self.place, self.channel, principal.places
        )


class ChannelParameters(ScopeParameters):
    """The query fields of period, place and channel."""

    def __init__(
        self,
        *,
        period: PeriodField = None,
        start: StartField = None,
        end: EndField = None,
        place: PlaceField = None,
        channel: Annotated[str | None, Query()] = None,
    ) -> None:
        super().__init__(period=period, start=start, end=end, place=place)
        self.channel = channel or None


class RangeParameters:
    """The query fields of a range: from, to, places, channels, and what was known by when."""

    def __init__(
        self,
        *,
        start: StartField = None,
        end: EndField = None,
        place: Annotated[list[str] | None, Query(description="including places below")] = None,
        channel: Annotated[list[str] | None, Query()] = None,
        as_of: Annotated[str | None, Query(description="only what was known by then")] = None,
    ) -> None:
        self.start, self.end, self.as_of = start, end, as_of
        self.place, self.channel = place, channel

    def scope(self, ws: Workspace, principal: Principal) -> EventScope:
        """Return which events are meant, within the principal's places. Raises Invalid."""
        chosen = places.tree(ws).within(self.place) if self.place else None
        period = period_of(self.start, self.end, ws.zone)
        return EventScope(period, chosen, tuple(self.channel or ()), principal.places)

    def moment(self, ws: Workspace) -> datetime | None:
        """Return the `as_of` moment. Raises Invalid."""
        return parse_edge(self.as_of, ws.zone) if self.as_of else None


Scoped = Annotated[ScopeParameters, Depends()]
ScopedByChannel = Annotated[ChannelParameters, Depends()]
Ranged = Annotated[RangeParameters, Depends()]


@dataclass(frozen=True, slots=True)
class ScopeChoices:
    """The choices of a page's pickers, each with the words of the present one.

    Where a page does not ask for the channel there are no `channels`.
    """

    period: str
    periods: tuple[Item, ...]
    place: str
    places: tuple[Item, ...]
    channel: str = ""
    channels: tuple[Item, ...] = ()


def choices(
    request: Request,
    ws: Workspace,
    principal: Principal,
    parameters: ScopeParameters,
    *,
    usual: Text | None = None,
) -> ScopeChoices:
    """Return the choices of period and place, and of the channel where it is asked for.

    `usual` is what the usual period is called where that is not twelve months.
    """
    period, periods = _periods(request, parameters, usual)
    place, spots = picking.choices(request, ws, principal.places, parameters.place)
    if not isinstance(parameters, ChannelParameters):
        return ScopeChoices(period, periods, place, spots)
    every = _("All channels")
    several = several_of(parameters.channel)
    channels: tuple[Item, ...] = (
        (every, here(request, channel=None), not several),
        *(
            (channel(name), here(request, channel=name), name in several)
            for name in service.channels(ws, principal.places)
        ),
    )
    chosen = ", ".join(map(channel, several)) or every
    return ScopeChoices(period, periods, place, spots, chosen, channels)


def _periods(
    request: Request, parameters: ScopeParameters, called: Text | None
) -> tuple[str, tuple[Item, ...]]:
    """Return what the period is called, and all choices: first the usual one.

    That one holds where the address names none or says so.
    """
    key = parameters.period if parameters.period != USUAL else None
    own = bool(key or parameters.start or parameters.end)
    chosen = period_picker.of_request(
        request, "12m", key=key, start=parameters.start, end=parameters.end
    )
    words = (
        (say(called),) * 2 if called else (_("12 months to the last event"), _("Last 12 months"))
    )
    others = ((words, href, on and own) for words, href, on in chosen.items)
    return chosen.label if own else words[1], (
        (words[0], here(request, period=USUAL), not own),
        *others,
    )
