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
from regulars.understand.complaints.model import (
    BEFORE_DAYS,
    PROBLEM_TITLES,
    Asked,
    Problem,
    problem_of,
)
from regulars.understand.health.model import USUAL, Look

Item = tuple[str, str, bool]
"""A choice: its words, its address, whether it is the present one."""
DAYS = (3, 7, 14, 30)


class Wish:
    """The query fields of page and API."""

    def __init__(
        self,
        *,
        problem: Annotated[str, Query(description="complaint, return or refund")] = "complaint",
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
        look = Look(self.period or USUAL, self.start, self.end, self.place, None, caller.places)
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
    own = bool(wish.period or wish.start or wish.end)
    chosen = periods.of_request(request, "12m", key=wish.period, start=wish.start, end=wish.end)
    usual: Item = (_("12 months to the last event"), address(request, period=None), not own)
    others = ((words, href, on and own) for words, href, on in chosen.items)
    tree = places.visible(ws, caller.places)
    every: Item = (_("All places"), address(request, place=None), wish.place is None)
    below = (
        ("\u2003" * depth + say(one.name), address(request, place=one.id), one.id == wish.place)
        for depth, one in tree.walk()
    )
    return Pickers(
        say(PROBLEM_TITLES[asked.problem]),
        tuple(
            (say(PROBLEM_TITLES[one]), address(request, problem=str(one)), one is asked.problem)
            for one in Problem
        ),
        _("{n} days before").format(n=asked.days),
        tuple(
            (_("{n} days before").format(n=n), address(request, days=str(n)), n == asked.days)
            for n in DAYS
        ),
        chosen.label if own else _("Last 12 months"),
        (usual, *others),
        say(tree.name(wish.place)) if wish.place else _("All places"),
        (every, *below),
    )


def address(request: Request, **changes: str | None) -> str:
    """Return the page's address with some query fields changed; None takes one away."""
    gone = [name for name, value in changes.items() if value is None]
    url = request.url.remove_query_params([*gone, "format"])
    kept = {name: value for name, value in changes.items() if value is not None}
    url = url.include_query_params(**kept) if kept else url
    return url.path + (f"?{url.query}" if url.query else "")
