"""What a page's address asks for, and the choices of its pickers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request

from regulars.company.rights.model import Principal
from regulars.faces.language import say
from regulars.faces.links import Item, here
from regulars.timeline.workspace import Workspace
from regulars.understand.drivers import service
from regulars.understand.drivers.model import BEHAVIOURS, RULE_TITLES, Asked, Drivers, missing_of
from regulars.understand.scope import parameters as scopes
from regulars.understand.scope.parameters import ScopeChoices, Scoped


class DriverParameters:
    """The query fields of page and API."""

    def __init__(
        self,
        *,
        scope: Scoped,
        outcome: Annotated[
            str,
            Query(
                description="METRIC[:KIND][:SCALE][@TOUCHPOINT] (nps, nps:transactional, "
                "csat@till), retention or repurchase"
            ),
        ] = "nps",
        missing: Annotated[str, Query(description="pairwise or complete")] = "pairwise",
    ) -> None:
        self.scope, self.outcome, self.missing = scope, outcome, missing

    def asked(self, caller: Principal) -> Asked:
        """Return the question, within the caller's places. Raises Invalid."""
        return Asked(self.outcome, self.scope.event_filter(caller), missing_of(self.missing))


@dataclass(frozen=True, slots=True)
class DriverChoices:
    """The page's choices, each with the words of the present one."""

    scope: ScopeChoices
    outcome: str
    outcomes: tuple[Item, ...]
    missing: str
    rules: tuple[Item, ...]


def choices(
    request: Request,
    ws: Workspace,
    caller: Principal,
    parameters: DriverParameters,
    found: Drivers | None,
) -> DriverChoices:
    """Return the choices of outcome, rule, period and place; `found` knows more outcomes."""
    asked = parameters.asked(caller)
    return DriverChoices(
        scopes.choices(request, ws, caller, parameters.scope),
        say(service.title(ws, asked.outcome)),
        _outcomes(request, ws, asked, found.offered if found else []),
        say(RULE_TITLES[asked.missing]),
        tuple(
            (say(words), here(request, missing=str(rule)), rule == asked.missing)
            for rule, words in RULE_TITLES.items()
        ),
    )


def _outcomes(
    request: Request, ws: Workspace, asked: Asked, offered: list[str]
) -> tuple[Item, ...]:
    keys = dict.fromkeys([*(offered or ["nps", *BEHAVIOURS]), asked.outcome])
    return tuple(
        (say(service.title(ws, key)), here(request, outcome=key), key == asked.outcome)
        for key in keys
    )
