"""A touchpoint's page, and the funnel."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.asking import seconds_of
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import NavItem, Section, page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.listen.catalog.model import AREA_TITLES
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.journeys import board, funnel_showing, service
from regulars.understand.journeys.analysis import mark_values
from regulars.understand.journeys.model import BY_TITLES, By, Funnel, Order
from regulars.understand.scope import service as scopes
from regulars.understand.scope.parameters import ScopedByChannel, choices

router = APIRouter(include_in_schema=False)
navigation = [
    NavItem(Text("Funnels", "漏斗"), "/funnel", Section.UNDERSTAND, 20, Right.READ_NUMBERS),
]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]


@router.get("/journey/touchpoints/{step}")
def touchpoint(
    *, request: Request, ws: CurrentWorkspace, caller: Reader, wish: ScopedByChannel, step: str
) -> Response:
    """Show one touchpoint: course, spread, channels and places, before and after, words."""
    look = wish.event_filter(caller)
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
        chosen=choices(request, ws, caller, wish),
        name=name,
        piece=f"{request.url.path}/detail" + (f"?{request.url.query}" if request.url.query else ""),
        **(_detail_values(caller, stored.payload) if stored else {"detail": None}),
    )


@router.get("/journey/touchpoints/{step}/detail")
def touchpoint_piece(
    *, request: Request, ws: CurrentWorkspace, caller: Reader, wish: ScopedByChannel, step: str
) -> Response:
    """Give the touchpoint's detail, worked out now."""
    look = wish.event_filter(caller)
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


@router.get("/funnel")
def funnel(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: Reader,
    wish: ScopedByChannel,
    step: Annotated[list[str] | None, Query()] = None,
    window: str = "24h",
    by: By = "session",
    order: Order = "any_between",
    slice_by: str = "",
) -> Response:
    """Build a funnel and show it; the answer follows the page."""
    look = wish.event_filter(caller)
    steps = tuple(word for word in step or funnel_showing.first_steps(ws) if word)
    question = Funnel(steps, _seconds(window), by, order, slice_by or None)
    if kind := files.asked(request):
        extent = scopes.resolve(ws, look, clock.now())
        parts = service.funnel(ws, question, extent)
        return files.send(
            request, kind, "funnel", funnel_showing.TABLE, funnel_showing.table(parts)
        )
    values = funnel_showing.form_values(ws, question, window, caller.places)
    return page(
        request,
        "journeys/funnel.html",
        title=_("Where do visitors drop off?"),
        chosen=choices(request, ws, caller, wish),
        answer=funnel_showing.answer_address(request, question, window),
        **values,
    )


@router.get("/funnel/answer")
def funnel_answer(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: Reader,
    wish: ScopedByChannel,
    step: Annotated[list[str], Query()],
    window: str = "24h",
    by: By = "session",
    order: Order = "any_between",
    slice_by: str = "",
) -> Response:
    """Give the funnel's bars, worked out now."""
    look = wish.event_filter(caller)
    try:
        extent = scopes.resolve(ws, look, clock.now())
        asked = Funnel(tuple(step), seconds_of(window), by, order, slice_by or None)
        parts = service.funnel(ws, asked, extent)
    except RegularsError as error:
        return page(request, "journeys/_wrong.html", title="", message=error.message)
    values = funnel_showing.answer_values(ws, asked, parts)
    return page(request, "journeys/_funnel.html", title="", by_title=BY_TITLES[by], **values)


def _seconds(window: str) -> int:
    try:
        return seconds_of(window)
    except RegularsError:
        return 0
