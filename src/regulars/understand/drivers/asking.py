"""What a page's address asks for, and the choices of its pickers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request

from regulars.company.places import picking
from regulars.company.rights.model import Principal
from regulars.faces import period_picker
from regulars.faces.language import say
from regulars.faces.links import Item, here
from regulars.timeline.workspace import Workspace
from regulars.understand.drivers import service
from regulars.understand.drivers.model import BEHAVIOURS, RULE_TITLES, Asked, Drivers, missing_of
from regulars.understand.scope.model import USUAL, EventFilter


class Wish:
    """The query fields of the page."""

    def __init__(
        self,
        *,
        outcome: Annotated[str, Query()] = "nps",
        missing: Annotated[str, Query()] = "pairwise",
        period: Annotated[str | None, Query()] = None,
        start: Annotated[str | None, Query(alias="from")] = None,
        end: Annotated[str | None, Query(alias="to")] = None,
        place: Annotated[str | None, Query()] = None,
    ) -> None:
        self.outcome, self.missing = outcome, missing
        self.period, self.start, self.end = period, start, end
        self.place = place or None

    def asked(self, caller: Principal) -> Asked:
        """Return the question, within the caller's places. Raises Invalid."""
        look = EventFilter(
            self.period or USUAL, self.start, self.end, self.place, None, caller.places
        )
        return Asked(self.outcome, look, missing_of(self.missing))


@dataclass(frozen=True, slots=True)
class Pickers:
    """The page's choices, each with the words of the present one."""

    outcome: str
    outcomes: tuple[Item, ...]
    missing: str
    rules: tuple[Item, ...]
    period: str
    periods: tuple[Item, ...]
    place: str
    places: tuple[Item, ...]


def pickers(
    request: Request, ws: Workspace, caller: Principal, wish: Wish, found: Drivers | None
) -> Pickers:
    """Return the choices of outcome, rule, period and place; `found` knows more outcomes."""
    asked = wish.asked(caller)
    period = period_picker.with_usual(request, wish.period, wish.start, wish.end)
    place = picking.choices(request, ws, caller.places, wish.place)
    return Pickers(
        say(service.title(ws, asked.outcome)),
        _outcomes(request, ws, asked, found.offered if found else []),
        say(RULE_TITLES[asked.missing]),
        tuple(
            (say(words), here(request, missing=str(rule)), rule == asked.missing)
            for rule, words in RULE_TITLES.items()
        ),
        *period,
        *place,
    )


def _outcomes(
    request: Request, ws: Workspace, asked: Asked, offered: list[str]
) -> tuple[Item, ...]:
    keys = dict.fromkeys([*(offered or ["nps", *BEHAVIOURS]), asked.outcome])
    return tuple(
        (say(service.title(ws, key)), here(request, outcome=key), key == asked.outcome)
        for key in keys
    )
