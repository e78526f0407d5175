"""`/costs`: what do pain points cost?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces import period_picker
from regulars.faces.language import gettext as _
from regulars.faces.layout import NavItem, Section, page
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.costs import service, showing
from regulars.understand.costs.model import MEANING
from regulars.understand.scope.model import USUAL, EventFilter

router = APIRouter(prefix="/costs", include_in_schema=False)
navigation = [
    NavItem(
        Text("Impact of pain points", "痛点影响"),
        "/costs",
        Section.UNDERSTAND,
        45,
        Right.READ_NUMBERS,
    )
]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeriodWord = Annotated[str | None, Query()]


@router.get("")
def costs(
    request: Request, ws: CurrentWorkspace, caller: Reader, period: PeriodWord = None
) -> Response:
    """Show the pain points by what is at risk; an answer not worked out yet follows the page."""
    look = EventFilter(period or USUAL, scope=caller.places)
    if kind := files.asked(request):
        found = service.answered(ws, look, now=clock.now()).payload
        return files.send(request, kind, "pain-points", showing.TABLE, showing.table(found))
    known = service.stored(ws, look, now=clock.now())
    chosen = period_picker.of_request(request, "12m", key=period)
    return page(
        request,
        "costs/costs.html",
        title=_("What do pain points cost?"),
        fresh=known.as_of if known else None,
        label=chosen.label if period else _("Last 12 months"),
        periods=[(words, href, on and period is not None) for words, href, on in chosen.items],
        piece="/costs/points" + (f"?{request.url.query}" if request.url.query else ""),
        meaning=MEANING,
        **showing.values(known.payload if known else None),
    )


@router.get("/points")
def points(
    request: Request, ws: CurrentWorkspace, caller: Reader, period: PeriodWord = None
) -> Response:
    """Give the comparison, worked out now."""
    look = EventFilter(period or USUAL, scope=caller.places)
    found = service.answered(ws, look, now=clock.now()).payload
    values = showing.values(found)
    return page(request, "costs/_points.html", title="", meaning=MEANING, **values)
