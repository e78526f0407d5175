"""`/api/v1/value-groups/rules`: the rules of value groups, beside the analysis."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.value_groups import service
from regulars.understand.value_groups.model import DIMENSIONS, Rules

router = APIRouter(prefix="/api/v1/value-groups", tags=["value groups"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


class RulesIn(BaseModel):
    """Weights of the three dimensions (0 or more, not all 0) and the window in days."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"properties": {one: {"exclusiveMinimum": 0}}} for one in DIMENSIONS]
        }
    )
    spend: float = Field(ge=0, strict=True)
    frequency: float = Field(ge=0, strict=True)
    depth: float = Field(ge=0, strict=True)
    days: int = Field(365, ge=30, le=1_100, strict=True)


@router.get("/rules", summary="Current rules and their versions")
def rules(ws: CurrentWorkspace, _caller: Reader) -> dict[str, Any]:
    """Return the rules in force and every version made, the newest first."""
    versions = [
        {**msgspec.to_builtins(rule), "made_at": moment, "made_by": by}
        for rule, moment, by in service.rules_history(ws)
    ]
    return {"in_force": msgspec.to_builtins(service.rules(ws)), "versions": versions}


@router.put("/rules", summary="Set new rules")
def put_rules(ws: CurrentWorkspace, caller: Editor, body: RulesIn) -> dict[str, Any]:
    """Make a new version; the next assignment follows it."""
    wanted = Rules(body.spend, body.frequency, body.depth, body.days)
    made = service.set_rules(ws, wanted, by=caller, now=clock.now())
    told: dict[str, Any] = msgspec.to_builtins(made)
    return told


@router.post("/assignments", summary="Regroup the last month")
def assign(ws: CurrentWorkspace, _caller: Editor) -> dict[str, int]:
    """Group by the current rules; return how many customers have a group."""
    return {"customers": service.again(ws, now=clock.now())}
