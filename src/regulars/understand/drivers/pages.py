"""`/drivers/costs`: what an improvement costs is stated beside the ranking."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import FormFields
from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.drivers import service

router = APIRouter(prefix="/drivers", include_in_schema=False)
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


@router.post("/costs")
def set_cost(ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """State what it costs to raise a touchpoint, or take it away with an empty cost."""
    touchpoint = fields.text("touchpoint", required=True, most=200)
    cost, points = fields.number("cost"), fields.number("points")
    if touchpoint is None or not fields.ok:
        name, words = next(iter(fields.errors.items()))
        raise Invalid("drivers.cost", Text(words, words), field=name)
    service.set_cost(ws, touchpoint, cost, points or 10.0, by=caller, now=clock.now())
    back = fields.text("back") or ""
    return RedirectResponse(f"/drivers{back if back.startswith('?') else ''}#cost", 303)
