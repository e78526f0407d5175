"""`/api/v1/levels`: parameters of experience levels and a what-if, beside the analysis."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Depends, Request

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.analyses import service as analyses
from regulars.understand.analyses.asking import asked, fields
from regulars.understand.findings.model import enveloped
from regulars.understand.levels import service
from regulars.understand.levels.analysis import ANALYSIS
from regulars.understand.levels.model import PARAMETERS
from regulars.understand.levels.wishes import outcomes

router = APIRouter(prefix="/api/v1", tags=["experience levels"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]
BOUNDS: dict[str, Any] = {
    "propertyNames": {"enum": [*PARAMETERS]},
    "properties": {
        name: {"type": "integer" if one.whole else "number", "minimum": one.least,
               "maximum": one.most}
        for name, one in PARAMETERS.items()
    },
}  # fmt: skip
Given = Annotated[dict[str, Any], Depends(fields(ANALYSIS.options, strict=True))]


@router.get("/levels/what-if", summary="Effect of both ways to improve negative experiences")
def what_if(
    *, request: Request, ws: CurrentWorkspace, caller: Reader, values: Given
) -> dict[str, Any]:
    """Return how many of each level the negative experiences would become."""
    options = asked(request, ANALYSIS, caller, values)
    view = analyses.answered(ws, ANALYSIS, options, now=clock.now())
    assert view.found is not None
    return enveloped(view.found, outcomes(view))


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
    body: Annotated[dict[str, float], Body(json_schema_extra=BOUNDS)],
) -> dict[str, Any]:
    """Make a new version; parameters not given keep their value."""
    made = service.set_rules(ws, body, by=caller, now=clock.now())
    told: dict[str, Any] = msgspec.to_builtins(made)
    return told
