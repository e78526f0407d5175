"""What a page's address asks for, and the choices of its pickers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request

from regulars.company.rights.model import Principal
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
from regulars.understand.scope import parameters as scopes
from regulars.understand.scope.parameters import ScopeChoices, Scoped

DAYS = (3, 7, 14, 30)


class ComplaintParameters:
    """The query fields of page and API."""

    def __init__(
        self,
        *,
        scope: Scoped,
        problem: Annotated[str, Query(json_schema_extra={"enum": [*Problem]})] = "complaint",
        days: Annotated[int, Query(ge=1, le=90, description="days before")] = BEFORE_DAYS,
    ) -> None:
        self.scope, self.problem, self.days = scope, problem, days

    def asked(self, caller: Principal) -> Asked:
        """Return the question, within the caller's places. Raises Invalid."""
        return Asked(self.scope.event_filter(caller), problem_of(self.problem), self.days)


@dataclass(frozen=True, slots=True)
class ComplaintChoices:
    """The page's choices, each with the words of the present one."""

    scope: ScopeChoices
    problem: str
    problems: tuple[Item, ...]
    days: str
    spans: tuple[Item, ...]


def choices(
    request: Request, ws: Workspace, caller: Principal, parameters: ComplaintParameters
) -> ComplaintChoices:
    """Return the choices of problem, days before, period and place."""
    asked = parameters.asked(caller)
    return ComplaintChoices(
        scopes.choices(request, ws, caller, parameters.scope),
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
    )
