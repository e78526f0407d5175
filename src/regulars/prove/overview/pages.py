"""`/`: how do our customers feel?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import signed_in
from regulars.company.rights.model import Principal, Right
from regulars.faces.layout import page
from regulars.prove.overview import service
from regulars.prove.overview.analysis import ANALYSIS
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.analyses.asking import asked
from regulars.understand.analyses.pages import shown

router = APIRouter(include_in_schema=False)
Anybody = Annotated[Principal, Depends(signed_in())]
Place = Annotated[str | None, Query()]


@router.get("/")
def overview(
    request: Request, ws: CurrentWorkspace, caller: Anybody, place: Place = None
) -> Response:
    """Show the overview; before the first event, what to do first.

    Who may not read numbers (an agent) begins with the people instead.
    """
    if not caller.may(Right.READ_NUMBERS):
        return RedirectResponse("/people", 303)
    if service.is_empty(ws):
        return page(
            request,
            "overview/empty.html",
            title=ANALYSIS.question,
            may_import=caller.may(Right.IMPORT),
            may_keys=caller.may(Right.MANAGE_KEYS),
        )
    return shown(request, ws, caller, ANALYSIS, asked(request, ANALYSIS, caller, {"place": place}))
