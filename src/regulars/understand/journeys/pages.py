"""A touchpoint's page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.listen.catalog import service as catalog_service
from regulars.listen.catalog.model import AREA_TITLES
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.analyses.asking import event_filter
from regulars.understand.analyses.options import CHANNEL, IN_PERIOD
from regulars.understand.journeys import board
from regulars.understand.journeys.analysis import mark_values
from regulars.understand.scope.model import EventFilter
from regulars.understand.scope.parameters import choices

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Look = Annotated[EventFilter, Depends(event_filter((*IN_PERIOD, CHANNEL)))]


@router.get("/journey/touchpoints/{step}")
def touchpoint(
    *, request: Request, ws: CurrentWorkspace, caller: Reader, look: Look, step: str
) -> Response:
    """Show one touchpoint: course, spread, channels and places, before and after, words."""
    if kind := files.asked(request):
        found = board.answered(ws, step, look, now=clock.now()).payload
        return files.send(request, kind, f"touchpoint-{step}", board.TABLE, board.table(found))
    stored = board.stored(ws, step, look, now=clock.now())
    name = say(catalog_service.current(ws).title_of(step))
    return page(
        request,
        "journeys/touchpoint.html",
        title=_("How do customers experience “{name}”?").format(name=name),
        fresh=stored.as_of if stored else None,
        chosen=choices(request, ws, look, by_channel=True),
        name=name,
        piece=f"{request.url.path}/detail" + (f"?{request.url.query}" if request.url.query else ""),
        **(_detail_values(caller, stored.payload) if stored else {"detail": None}),
    )


@router.get("/journey/touchpoints/{step}/detail")
def touchpoint_piece(
    *, request: Request, ws: CurrentWorkspace, caller: Reader, look: Look, step: str
) -> Response:
    """Give the touchpoint's detail, worked out now."""
    found = board.answered(ws, step, look, now=clock.now()).payload
    return page(request, "journeys/_touchpoint.html", title="", **_detail_values(caller, found))


def _detail_values(caller: Principal, found: board.Detail) -> dict[str, Any]:
    return {
        "detail": found,
        "charts": board.charts(found),
        "may_edit": caller.may(Right.EDIT_CATALOG),
        "may_read": caller.may(Right.READ_PEOPLE),
        "detail_rows": board.month_rows,
        "compared_rows": board.compared_rows,
        "areas": AREA_TITLES,
        **mark_values(),
    }
