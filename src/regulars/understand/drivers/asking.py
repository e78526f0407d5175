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
from regulars.understand.drivers import service
from regulars.understand.drivers.model import BEHAVIOURS, RULE_TITLES, Asked, Drivers, missing_of
from regulars.understand.health.model import USUAL, Look

Item = tuple[str, str, bool]
"""A choice: its words, its address, whether it is the present one."""


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
        look = Look(self.period or USUAL, self.start, self.end, self.place, None, caller.places)
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
    own = bool(wish.period or wish.start or wish.end)
    chosen = periods.of_request(request, "12m", key=wish.period, start=wish.start, end=wish.end)
    usual: Item = (_("12 months to the last event"), address(request, period=None), not own)
    others = ((words, href, on and own) for words, href, on in chosen.items)
    tree = places.visible(ws, caller.places)
    every: Item = (_("All places"), address(request, place=None), wish.place is None)
    below = (
        (
            "\u2003" * depth + say(one.name),
            address(request, place=one.id),
            one.id == wish.place,
        )
        for depth, one in tree.walk()
    )
    return Pickers(
        say(service.title(ws, asked.outcome)),
        _outcomes(request, ws, asked, found.offered if found else []),
        say(RULE_TITLES[asked.missing]),
        tuple(
            (say(words), address(request, missing=str(rule)), rule == asked.missing)
            for rule, words in RULE_TITLES.items()
        ),
        chosen.label if own else _("Last 12 months"),
        (usual, *others),
        say(tree.name(wish.place)) if wish.place else _("All places"),
        (every, *below),
    )


def _outcomes(
    request: Request, ws: Workspace, asked: Asked, offered: list[str]
) -> tuple[Item, ...]:
    keys = dict.fromkeys([*(offered or ["nps", *BEHAVIOURS]), asked.outcome])
    return tuple(
        (say(service.title(ws, key)), address(request, outcome=key), key == asked.outcome)
        for key in keys
    )


def address(request: Request, **changes: str | None) -> str:
    """Return the page's address with some query fields changed; None takes one away."""
    gone = [name for name, value in changes.items() if value is None]
    url = request.url.remove_query_params([*gone, "format"])
    kept = {name: value for name, value in changes.items() if value is not None}
    url = url.include_query_params(**kept) if kept else url
    return url.path + (f"?{url.query}" if url.query else "")
