"""`/complaints`: at which stage do problems arise?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import NavItem, PersonPanel, Section, page
from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.complaints import parameters, service, showing
from regulars.understand.complaints.model import PROBLEM_TITLES
from regulars.understand.complaints.parameters import ComplaintParameters

router = APIRouter(prefix="/complaints", include_in_schema=False)
navigation = [
    NavItem(
        Text("Complaint funnel", "投诉漏斗"),
        "/complaints",
        Section.UNDERSTAND,
        55,
        Right.READ_NUMBERS,
    )
]
person_panels = [PersonPanel("/complaints/of", 58, Right.READ_PEOPLE)]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Listener = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Wished = Annotated[ComplaintParameters, Depends()]


@router.get("")
def complaints(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: Reader,
    wish: Wished,
    table: Annotated[str, Query()] = "funnel",
) -> Response:
    """Show the funnel; a question not worked out yet follows the page."""
    asked, known = wish.asked(caller), catalog.current(ws)
    if kind := files.asked(request):
        found = service.answered(ws, asked, now=clock.now()).payload
        if table == "before":
            lines = showing.before_table(found, known)
            return files.send(request, kind, "before-problems", showing.BEFORE_TABLE, lines)
        lines = showing.table(found, known)
        return files.send(request, kind, "complaint-funnel", showing.TABLE, lines)
    stored = service.stored(ws, asked, now=clock.now())
    return page(
        request,
        "complaints/complaints.html",
        title=_("Where do problems arise?"),
        fresh=stored.as_of if stored else None,
        pickers=parameters.choices(request, ws, caller, wish),
        piece="/complaints/funnel" + (f"?{request.url.query}" if request.url.query else ""),
        may_listen=caller.may(Right.READ_PEOPLE),
        **showing.values(stored.payload if stored else None, known, asked),
    )


@router.get("/funnel")
def funnel(request: Request, ws: CurrentWorkspace, caller: Reader, wish: Wished) -> Response:
    """Give the funnel, worked out now."""
    asked = wish.asked(caller)
    try:
        found = service.answered(ws, asked, now=clock.now()).payload
    except Invalid as error:
        return page(request, "complaints/_wrong.html", title="", message=error.message)
    return page(
        request,
        "complaints/_funnel.html",
        title="",
        may_listen=caller.may(Right.READ_PEOPLE),
        **showing.values(found, catalog.current(ws), asked),
    )


@router.get("/words")
def words(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: Listener,
    wish: Wished,
    touchpoint: Annotated[str, Query(max_length=200)],
) -> Response:
    """Show the problems of one touchpoint in the customers' words."""
    name = say(catalog.current(ws).title_of(touchpoint))
    return page(
        request,
        "complaints/words.html",
        title=_("What do customers say when “{name}” fails?").format(name=name),
        name=name,
        said=service.words(ws, wish.asked(caller), touchpoint, now=clock.now()),
    )


@router.get("/of/{person}")
def of_person(request: Request, ws: CurrentWorkspace, caller: Listener, person: str) -> Response:
    """Give one person's problems, for the person's page; nothing for who had none."""
    rows = service.of_person(ws, person, scope=caller.places, now=clock.now())
    return page(request, "complaints/_person.html", title="", rows=rows,
                catalog=catalog.current(ws), titles=PROBLEM_TITLES)  # fmt: skip
