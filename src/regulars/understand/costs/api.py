"""`/api/v1/costs`: what pain points go with in money."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.costs import service, showing
from regulars.understand.findings.model import enveloped
from regulars.understand.scope.model import USUAL, EventFilter

router = APIRouter(prefix="/api/v1/costs", tags=["costs"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]


@router.get("", summary="Revenue impact of pain points")
def costs(
    ws: CurrentWorkspace,
    caller: Reader,
    period: Annotated[str, Query(description="2026-10, 12m, all")] = USUAL,
) -> dict[str, Any]:
    """Return each pain point with the difference to matched customers, most at risk first."""
    found = service.answered(ws, EventFilter(period, scope=caller.places), now=clock.now())
    return enveloped(found, showing.plain(found.payload))
