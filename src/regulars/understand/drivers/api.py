"""`/api/v1/drivers`: the outcomes there are, and what improvements cost."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.drivers import service
from regulars.understand.scope.model import EventFilter

router = APIRouter(prefix="/api/v1/drivers", tags=["drivers"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


class CostIn(BaseModel):
    """What it costs to raise a touchpoint by `points` (0-100), in the workspace's currency."""

    cost: float = Field(gt=0)
    points: float = Field(gt=0, le=100)


@router.get("/outcomes", summary="Available outcomes")
def outcomes(ws: CurrentWorkspace, caller: Reader) -> list[dict[str, Any]]:
    """Return each outcome's key and title."""
    look = EventFilter("all", scope=caller.places)
    keys = service.offered(ws, look, now=clock.now())
    return [{"outcome": key, **msgspec.to_builtins(service.title(ws, key))} for key in keys]


@router.get("/costs", summary="Costs of improvements")
def costs(ws: CurrentWorkspace, _caller: Reader) -> list[dict[str, Any]]:
    """Return every cost."""
    made: list[dict[str, Any]] = msgspec.to_builtins(service.costs(ws))
    return made


@router.put("/costs/{touchpoint}", status_code=204, summary="Set a cost")
def put_cost(ws: CurrentWorkspace, caller: Editor, touchpoint: str, body: CostIn) -> Response:
    """Set what it costs to improve one touchpoint."""
    service.set_cost(ws, touchpoint, body.cost, body.points, by=caller, now=clock.now())
    return Response(status_code=204)


@router.delete("/costs/{touchpoint}", status_code=204, summary="Remove a cost")
def delete_cost(ws: CurrentWorkspace, caller: Editor, touchpoint: str) -> Response:
    """Remove the cost of a touchpoint."""
    service.set_cost(ws, touchpoint, None, 0.0, by=caller, now=clock.now())
    return Response(status_code=204)
