"""`/api/v1/health-index`: the experience health index with its parts and trend."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.health import service
from regulars.understand.health.model import MEANING
from regulars.understand.scope.parameters import Ranged

router = APIRouter(prefix="/api/v1", tags=["health"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]


@router.get("/health-index", summary="The experience health index")
def health_index(ws: CurrentWorkspace, caller: Reader, wanted: Ranged) -> dict[str, Any]:
    """Return value, interval, n, coverage, the parts by touchpoint, and the trend by month."""
    extent, moment = wanted.scope(ws, caller), wanted.moment(ws)
    found: dict[str, Any] = msgspec.to_builtins(service.health(ws, extent, as_of=moment))
    return {"metric": "experience_health_index", "meaning": msgspec.to_builtins(MEANING), **found}
