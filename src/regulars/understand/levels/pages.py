"""Change the parameters of levels, and look at a what-if, beside the page of the analysis."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import FormFields
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.analyses import service as analyses
from regulars.understand.analyses.asking import asked, fields
from regulars.understand.analyses.options import read
from regulars.understand.analyses.pages import stored_page
from regulars.understand.levels import service
from regulars.understand.levels.analysis import ANALYSIS
from regulars.understand.levels.model import PARAMETERS

router = APIRouter(prefix="/levels", include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]
Given = Annotated[dict[str, Any], Depends(fields(ANALYSIS.options, strict=False))]


@router.get("/what-if")
def what_if(request: Request, ws: CurrentWorkspace, caller: Reader, values: Given) -> Response:
    """Give what the two paths of improvement would make of the negative experiences."""
    options = asked(request, ANALYSIS, caller, values)
    view = analyses.answered(ws, ANALYSIS, options, now=clock.now())
    return page(request, "levels/_paths.html", title="", **view.context)


@router.get("/moves")
def moves(request: Request, _caller: Reader) -> Response:
    """Lead to the file of moves, where it stood."""
    return RedirectResponse(f"/levels/tables/moves?{request.url.query}", 307)


@router.post("/rules")
def set_rules(
    request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields
) -> Response:
    """Put new parameters in force; the levels are worked out anew by them."""
    wanted = {name: fields.number(name, required=True) for name in PARAMETERS}
    try:
        if fields.ok:
            values = {name: value for name, value in wanted.items() if value is not None}
            service.set_rules(ws, values, by=caller, now=clock.now())
            return RedirectResponse("/levels?done=rules#rules", 303)
    except RegularsError as error:
        fields.take(error)
    options = read(ANALYSIS.options, {}, caller.places, of=ANALYSIS.title)
    more = {"errors": fields.errors, "typed": fields.raw}
    return stored_page(request, ws, caller, ANALYSIS, options, status=422, **more)
