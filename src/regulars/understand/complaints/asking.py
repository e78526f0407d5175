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
from regulars.understand.complaints.model import (
    BEFORE_DAYS,
    PROBLEM_TITLES,
    Asked,
    Problem,
    problem_of,
)
from regulars.understand.scope.model import USUAL, EventFilter

DAYS = (3, 7, 14, 30)


class Wish:
    """The query fields of page and API."""

    def __init__(
        self,
        *,
        problem: Annotated[str, Query(json_schema_extra={"enum": [*Problem]})] = "complaint",
        days: Annotated[int, Query(ge=1, le=90, description="days before")] = BEFORE_DAYS,
        period: Annotated[str | None, Query(description="2026-10, 12m, all")] = None,
        start: Annotated[str | None, Query(alias="from")] = None,
        end: Annotated[str | None, Query(alias="to", description="excluded")] = None,
        place: Annotated[str | None, Query(description="with places below")] = None,
    ) -> None:
        self.problem, self.days = problem, days
        self.period, self.start, self.end = period, start, end
        self.place = place or None

    def asked(self, caller: Principal) -> Asked:
        """Return the question, within the caller's places. Raises Invalid."""
        look = EventFilter(
            self.period or USUAL, self.start, self.end, self.place, None, caller.places
        )
        return Asked(look, problem_of(self.problem), self.days)


@dataclass(frozen=True, slots=True)
class Pickers:
    """The page's choices, each with the words of the present one."""

    problem: str
    problems: tuple[Item, ...]
    days: str
    spans: tuple[Item, ...]
    period: str
    periods: tuple[Item, ...]
    place: str
    places: tuple[Item, ...]


def pickers(request: Request, ws: Workspace, caller: Principal, wish: Wish) -> Pickers:
    """Return the choices of problem, days before, period and place."""
    asked = wish.asked(caller)
    period = period_picker.with_usual(request, wish.period, wish.start, wish.end)
    place = picking.choices(request, ws, caller.places, wish.place)
    return Pickers(
        say(PROBLEM_TITLES[asked.problem]),
        tuple(
            (say(PROBLEM_TITLES[one]), here(request, problem=str(one)), one is asked.problem)
            for one in Problem
        ),
        _("{n} days before").format(n=asked.days),
        tuple(
            (_("{n} days before").format(n=n), here(request, days=str(n)), n == asked.days)
            for n in DAYS
        ),
        *period,
        *place,
    )
