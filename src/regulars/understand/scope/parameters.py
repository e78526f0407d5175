"""The choices of a page's pickers of period, place and channel."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from regulars.company.places import picking
from regulars.faces import period_picker
from regulars.faces.code_words import channel
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.links import Item, here
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.scope import service
from regulars.understand.scope.model import USUAL, EventFilter


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
    look: EventFilter,
    *,
    by_channel: bool = False,
    usual: Text | None = None,
) -> ScopeChoices:
    """Return the choices of period and place, and of the channel where it is asked for.

    `usual` is what the usual period is called where that is not twelve months.
    """
    period, periods = _periods(request, look, usual)
    place, spots = picking.choices(request, ws, look.scope, list(look.places) or look.place)
    if not by_channel:
        return ScopeChoices(period, periods, place, spots)
    every = _("All channels")
    several = [*look.channels, *([look.channel] if look.channel else [])]
    channels: tuple[Item, ...] = (
        (every, here(request, channel=None), not several),
        *(
            (channel(name), here(request, channel=name), name in several)
            for name in service.channels(ws, look.scope)
        ),
    )
    chosen = ", ".join(map(channel, several)) or every
    return ScopeChoices(period, periods, place, spots, chosen, channels)


def _periods(
    request: Request, look: EventFilter, called: Text | None
) -> tuple[str, tuple[Item, ...]]:
    """Return what the period is called, and all choices: first the usual one.

    That one holds where the address names none or says so.
    """
    key = look.period if look.period != USUAL else None
    own = bool(key or look.start or look.end)
    chosen = period_picker.of_request(request, "12m", key=key, start=look.start, end=look.end)
    words = (
        (say(called),) * 2 if called else (_("12 months to the last event"), _("Last 12 months"))
    )
    others = ((words, href, on and own) for words, href, on in chosen.items)
    return chosen.label if own else words[1], (
        (words[0], here(request, period=USUAL), not own),
        *others,
    )
