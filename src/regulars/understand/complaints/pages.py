"""A page beside the funnel: a touchpoint's problems in customers' words."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.listen.catalog import service as catalog
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.analyses.asking import asked, fields
from regulars.understand.complaints import service
from regulars.understand.complaints.analysis import ANALYSIS

router = APIRouter(prefix=ANALYSIS.path, include_in_schema=False)
Listener = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Given = Annotated[dict[str, Any], Depends(fields(ANALYSIS.options, strict=False))]


@router.get("/words")
def words(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: Listener,
    given: Given,
    touchpoint: Annotated[str, Query(max_length=200)],
) -> Response:
    """Show the problems of one touchpoint in the customers' words."""
    (wanted,) = ANALYSIS.ask(asked(request, ANALYSIS, caller, given))
    name = say(catalog.current(ws).title_of(touchpoint))
    return page(
        request,
        "complaints/words.html",
        title=fill(_("What do customers say when “{name}” fails?"), name=name),
        name=name,
        said=service.words(ws, wanted, touchpoint, now=clock.now()),
    )
