"""`/`: how do our customers feel?"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs, signed_in
from regulars.company.places import service as places
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import NavItem, Section, page
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.prove.overview import service, showing
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.health import service as health
from regulars.understand.health.model import MEANING
from regulars.understand.journeys import service as journeys
from regulars.understand.scope.model import EventFilter

router = APIRouter(include_in_schema=False)
navigation = [NavItem(Text("Overview", "总览"), "/", Section.UNDERSTAND, 0, Right.READ_NUMBERS)]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
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
            title=_("How do our customers feel?"),
            may_import=caller.may(Right.IMPORT),
            may_keys=caller.may(Right.MANAGE_KEYS),
        )
    look = EventFilter(place=place or None, scope=caller.places)
    if kind := files.asked(request):
        values = _values(ws, caller, look, answer=True)
        return files.send(request, kind, "overview", showing.TABLE, showing.table(values))
    values = _values(ws, caller, look, answer=False)
    return page(
        request,
        "overview/overview.html",
        title=_("How do our customers feel?"),
        fresh=values["fresh"],
        **_frame(request, ws, caller, look),
        **values["shown"],
    )


@router.get("/overview/content")
def content(
    request: Request, ws: CurrentWorkspace, caller: Reader, place: Place = None
) -> Response:
    """Give the overview, worked out now."""
    look = EventFilter(place=place or None, scope=caller.places)
    values = _values(ws, caller, look, answer=True)
    return page(request, "overview/_content.html", title="", **values["shown"])


def _values(ws: Workspace, caller: Principal, look: EventFilter, *, answer: bool) -> dict[str, Any]:
    """Return the stored parts, computing what is missing with `answer`."""
    now = clock.now()
    if answer:
        found: Any = service.answered(ws, look, now=now)
        index: Any = health.answered(ws, look, now=now)
        map_: Any = journeys.answered(ws, look, "person", "touchpoint", now=now)
    else:
        found = service.stored(ws, look, now=now)
        index = health.stored(ws, look, now=now)
        map_ = journeys.stored(ws, look, "person", "touchpoint", now=now)
    if not (found and index and map_):
        return {"fresh": None, "shown": {"ready": False}}
    shown = {
        "ready": True,
        "found": found.payload,
        "health": index.payload,
        "meaning": MEANING,
        "pains": journeys.marks(map_.payload, "pain"),
        "opportunities": journeys.marks(map_.payload, "opportunity"),
        "trend": showing.trend_of(index.payload),
        "trend_rows": showing.trend_rows(index.payload),
        "parts_chart": showing.parts_of(index.payload, catalog.current(ws)),
        "parts_rows": showing.parts_rows(index.payload, catalog.current(ws)),
        "direction": showing.direction(index.payload),
        "may_read": caller.may(Right.READ_PEOPLE),
    }
    return {"fresh": min(found.as_of, index.as_of, map_.as_of), "shown": shown}


def _frame(request: Request, ws: Workspace, caller: Principal, look: EventFilter) -> dict[str, Any]:
    tree = places.visible(ws, caller.places)
    items = [(_("All places"), "/", look.place is None)]
    items += [
        ("\u2003" * depth + say(one.name), f"/?place={one.id}", one.id == look.place)
        for depth, one in tree.walk()
    ]
    query = f"?{request.url.query}" if request.url.query else ""
    return {
        "place": say(tree.name(look.place)) if look.place else _("All places"),
        "place_items": items,
        "piece": f"/overview/content{query}",
    }
