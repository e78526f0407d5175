"""`/api/v1/complaints`: at which stage problems arise, and what came before."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.listen.catalog import service as catalog
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.complaints import service, showing
from regulars.understand.complaints.parameters import ComplaintParameters
from regulars.understand.findings.model import enveloped

router = APIRouter(prefix="/api/v1", tags=["complaints"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Listener = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Wished = Annotated[ComplaintParameters, Depends()]


@router.get("/complaints", summary="Where problems arise")
def complaints(ws: CurrentWorkspace, caller: Reader, wish: Wished) -> dict[str, Any]:
    """Return problems by stage and touchpoint per 1,000 visits, and the steps before them."""
    found = service.answered(ws, wish.asked(caller), now=clock.now())
    return enveloped(found, showing.plain(found.payload, catalog.current(ws)))


@router.get("/complaints/words", summary="Customer comments about the problems of a touchpoint")
def words(
    ws: CurrentWorkspace, caller: Listener, wish: Wished, touchpoint: Annotated[str, Query()]
) -> list[dict[str, Any]]:
    """Return the latest comments, 50 at most."""
    said = service.words(ws, wish.asked(caller), touchpoint, now=clock.now())
    made: list[dict[str, Any]] = msgspec.to_builtins(said)
    return made


@router.get("/people/{person}/complaints", summary="One customer's complaints and returns")
def of_person(ws: CurrentWorkspace, caller: Listener, person: str) -> list[dict[str, Any]]:
    """Return the customer's complaints, returns and refunds, the newest first."""
    made: list[dict[str, Any]] = msgspec.to_builtins(
        service.of_person(ws, person, scope=caller.places, now=clock.now())
    )
    return made
