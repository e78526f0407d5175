"""`/api/v1/complaints/words`, beside the funnel."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.analyses.asking import asked, fields
from regulars.understand.complaints import service
from regulars.understand.complaints.analysis import ANALYSIS

router = APIRouter(prefix="/api/v1", tags=["complaints"])
Listener = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Given = Annotated[dict[str, Any], Depends(fields(ANALYSIS.options, strict=True))]


@router.get("/complaints/words", summary="Customer comments about the problems of a touchpoint")
def words(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: Listener,
    given: Given,
    touchpoint: Annotated[str, Query()],
) -> list[dict[str, Any]]:
    """Return the latest comments, 50 at most."""
    (wanted,) = ANALYSIS.ask(asked(request, ANALYSIS, caller, given))
    said = service.words(ws, wanted, touchpoint, now=clock.now())
    made: list[dict[str, Any]] = msgspec.to_builtins(said)
    return made
