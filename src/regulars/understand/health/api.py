"""`/api/v1/health-index`: the experience health index with its parts and trend."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query

from regulars.company.access import needs
from regulars.company.places import service as places
from regulars.company.rights.model import Principal, Right
from regulars.faces.asking import period_of
from regulars.kit.period import parse_edge
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.health import service
from regulars.understand.health.model import MEANING
from regulars.understand.scope.model import EventScope

router = APIRouter(prefix="/api/v1", tags=["health"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]


@router.get("/health-index", summary="The experience health index")
def health_index(
    *,
    ws: CurrentWorkspace,
    caller: Reader,
    start: Annotated[str | None, Query(alias="from", description="2026-10 or a day")] = None,
    end: Annotated[str | None, Query(alias="to", description="excluded")] = None,
    place: Annotated[list[str] | None, Query(description="with places below")] = None,
    channel: Annotated[list[str] | None, Query()] = None,
    as_of: Annotated[str | None, Query(description="only what was known by then")] = None,
) -> dict[str, Any]:
    """Return value, interval, n, coverage, the parts by touchpoint, and the trend by month."""
    chosen = places.tree(ws).within(place) if place else None
    period = period_of(start, end, ws.zone)
    extent = EventScope(period, chosen, tuple(channel or ()), caller.places)
    moment = parse_edge(as_of, ws.zone) if as_of else None
    found: dict[str, Any] = msgspec.to_builtins(service.health(ws, extent, as_of=moment))
    return {"metric": "experience_health_index", "meaning": msgspec.to_builtins(MEANING), **found}
