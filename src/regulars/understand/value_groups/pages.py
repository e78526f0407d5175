"""Change the rules of value groups, beside the page of the analysis."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import FormFields
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.analyses.options import Options
from regulars.understand.analyses.pages import stored_page
from regulars.understand.value_groups import service
from regulars.understand.value_groups.analysis import ANALYSIS
from regulars.understand.value_groups.model import DIMENSIONS, Rules

router = APIRouter(prefix="/value-groups", include_in_schema=False)
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


@router.post("/rules")
def set_rules(
    request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields
) -> Response:
    """Put new weights in force and assign the last month anew by them."""
    weights = [fields.number(name, required=True) or 0.0 for name in DIMENSIONS]
    days = fields.whole("days", required=True)
    try:
        if fields.ok and days is not None:
            service.set_rules(
                ws, Rules(weights[0], weights[1], weights[2], days), by=caller, now=clock.now()
            )
            service.again(ws, now=clock.now())
            return RedirectResponse("/value-groups?done=rules#rules", 303)
    except RegularsError as error:
        fields.take(error)
    more = {"errors": fields.errors, "typed": fields.raw}
    options = Options(scope=caller.places)
    return stored_page(request, ws, caller, ANALYSIS, options, status=422, **more)
