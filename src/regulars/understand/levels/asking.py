"""What the address of a page asks for: period and place, and the what-if."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request

from regulars.company.places import picking
from regulars.company.rights.model import Principal
from regulars.faces import period_picker
from regulars.faces.links import Item
from regulars.timeline.workspace import Workspace
from regulars.understand.levels.model import Wish
from regulars.understand.scope.model import USUAL, EventFilter


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

    def look(self, caller: Principal) -> EventFilter:
        """Return the extent, within the caller's places."""
        return EventFilter(
            self.period or USUAL, self.start, self.end, self.place, None, caller.places
        )


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
    period = period_picker.with_usual(request, asked.period, asked.start, asked.end)
    place = picking.choices(request, ws, caller.places, asked.place)
    return Pickers(*period, *place)
