"""What the address of a page asks for: period and place, and the what-if."""

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
from regulars.understand.health.model import USUAL, Look
from regulars.understand.levels.model import Wish

Item = tuple[str, str, bool]
"""A choice: its words, its address, whether it is the present one."""


class Asked:
    """The query fields of the page: which period, which place."""

    def __init__(
        self,
        *,
        period: Annotated[str | None, Query()] = None,
        start: Annotated[str | None, Query(alias="from")] = None,
        end: Annotated[str | None, Query(alias="to")] = None,
        place: Annotated[str | None, Query()] = None,
    ) -> None:
        self.period, self.start, self.end = period, start, end
        self.place = place or None

    def look(self, caller: Principal) -> Look:
        """Return the extent, within the caller's places."""
        return Look(self.period or USUAL, self.start, self.end, self.place, None, caller.places)


def wish(
    touchpoint: Annotated[str | None, Query(description="empty: all")] = None,
    impact: Annotated[float, Query(ge=0, le=100, description="points more")] = 10.0,
    calmer: Annotated[float, Query(ge=0, le=1, description="participation less")] = 0.0,
    share: Annotated[float, Query(ge=0, le=1, description="share made anew")] = 0.3,
    exceed: Annotated[float, Query(ge=0, le=100, description="points above")] = 10.0,
) -> Wish:
    """Read the sliders of the what-if."""
    return Wish(touchpoint or None, impact, calmer, share, exceed)


@dataclass(frozen=True, slots=True)
class Pickers:
    """The page's choices, each with the words of the present one."""

    period: str
    periods: tuple[Item, ...]
    place: str
    places: tuple[Item, ...]


def pickers(request: Request, ws: Workspace, caller: Principal, asked: Asked) -> Pickers:
    """Return the choices of period and place."""
    own = bool(asked.period or asked.start or asked.end)
    chosen = periods.of_request(request, "12m", key=asked.period, start=asked.start, end=asked.end)
    usual: Item = (_("12 months to the last event"), address(request, period=None), not own)
    others = ((words, href, on and own) for words, href, on in chosen.items)
    tree = places.visible(ws, caller.places)
    every: Item = (_("All places"), address(request, place=None), asked.place is None)
    below = (
        ("\u2003" * depth + say(one.name), address(request, place=one.id), one.id == asked.place)
        for depth, one in tree.walk()
    )
    return Pickers(
        chosen.label if own else _("Last 12 months"),
        (usual, *others),
        say(tree.name(asked.place)) if asked.place else _("All places"),
        (every, *below),
    )


def address(request: Request, **changes: str | None) -> str:
    """Return the page's address with some query fields changed; None takes one away."""
    gone = [name for name, value in changes.items() if value is None]
    url = request.url.remove_query_params([*gone, "format"])
    kept = {name: value for name, value in changes.items() if value is not None}
    url = url.include_query_params(**kept) if kept else url
    return url.path + (f"?{url.query}" if url.query else "")
