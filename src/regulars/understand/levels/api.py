"""`/api/v1/levels`: shares, people, what-if and parameters of experience levels."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Depends, Query, Request, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.paging import CursorPaging, Page, encode, envelope
from regulars.kit import clock, cursors
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.findings.model import enveloped
from regulars.understand.levels import parameters, service, showing
from regulars.understand.levels.model import Rules, Wish, values_of
from regulars.understand.scope.parameters import Scoped

router = APIRouter(prefix="/api/v1", tags=["experience levels"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


@router.get("/levels", summary="Shares of experience levels by touchpoint")
def levels(
    *,
    ws: CurrentWorkspace,
    caller: Reader,
    scope: Scoped,
) -> dict[str, Any]:
    """Return shares with intervals, changes, marks, moves and the parameters used."""
    found = service.answered(ws, scope.event_filter(caller), now=clock.now())
    return enveloped(found, showing.plain(found.payload))


@router.get("/levels/what-if", summary="Effect of both ways to improve negative experiences")
def what_if(
    *,
    ws: CurrentWorkspace,
    caller: Reader,
    wish: Annotated[Wish, Depends(parameters.wish)],
    scope: Scoped,
) -> dict[str, Any]:
    """Return how many of each level the negative experiences would become."""
    found = service.answered(ws, scope.event_filter(caller), now=clock.now())
    return enveloped(found, showing.plain_outcomes(found.payload, wish))


@router.get("/levels/rules", summary="Current parameters and their versions")
def rules(ws: CurrentWorkspace, _caller: Reader) -> dict[str, Any]:
    """Return the parameters in force and every version made, the newest first."""
    made = [
        {**msgspec.to_builtins(one), "made_at": moment, "made_by": by}
        for one, moment, by in service.versions(ws)
    ]
    return {"in_force": msgspec.to_builtins(service.rules(ws)), "versions": made}


@router.put("/levels/rules", summary="Set new parameters")
def put_rules(
    ws: CurrentWorkspace,
    caller: Editor,
    body: Annotated[
        dict[str, float],
        Body(json_schema_extra={"propertyNames": {"enum": [*values_of(Rules())]}}),
    ],
) -> dict[str, Any]:
    """Make a new version; parameters not given keep their value."""
    made = service.set_rules(ws, body, by=caller, now=clock.now())
    told: dict[str, Any] = msgspec.to_builtins(made)
    return told


@router.get("/levels/rescue", summary="Customers to recover")
def rescue(
    *,
    ws: CurrentWorkspace,
    caller: PeopleReader,
    wanted: CursorPaging,
    request: Request,
    response: Response,
    touchpoint: Annotated[str | None, Query()] = None,
) -> dict[str, Any]:
    """Return customers to recover, the deepest negative experience first."""
    start = cursors.offset(wanted.after)
    rows, total = service.listed(
        ws, caller.places, "rescue", touchpoint=touchpoint, start=start, size=wanted.size
    )
    return envelope(*_paged(rows, start, total), request, response)


@router.get("/levels/scream", summary="Delighted customers who may recommend")
def scream(
    *,
    ws: CurrentWorkspace,
    caller: PeopleReader,
    wanted: CursorPaging,
    request: Request,
    response: Response,
    touchpoint: Annotated[str | None, Query()] = None,
) -> dict[str, Any]:
    """Return delighted customers, the latest experience first."""
    start = cursors.offset(wanted.after)
    rows, total = service.listed(
        ws, caller.places, "scream", touchpoint=touchpoint, start=start, size=wanted.size
    )
    return envelope(*_paged(rows, start, total), request, response)


@router.get("/people/{person}/levels", summary="One customer's experiences with their levels")
def of_person(ws: CurrentWorkspace, caller: PeopleReader, person: str) -> list[dict[str, Any]]:
    """Return the experiences, the latest first, each with why it has its level."""
    found = service.of_person(ws, caller.places, person, now=clock.now())
    return [showing.plain_experience(one) for one in found]


def _paged(
    rows: list[service.Experience], start: int, total: int
) -> tuple[Page[Any], list[dict[str, Any]]]:
    end = start + len(rows)
    following = {"after": encode((end,))} if end < total else None
    return Page(rows, following), [showing.plain_experience(one) for one in rows]
