"""`/drivers`: which experiences are the key ones?"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.forms import FormFields
from regulars.faces.language import gettext as _
from regulars.faces.layout import NavItem, Section, page
from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.drivers import parameters, service, showing
from regulars.understand.drivers.model import MEANING, RULES, Drivers
from regulars.understand.drivers.parameters import DriverParameters

router = APIRouter(prefix="/drivers", include_in_schema=False)
navigation = [
    NavItem(
        Text("Key experiences", "关键体验"), "/drivers", Section.UNDERSTAND, 40, Right.READ_NUMBERS
    )
]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]
Wished = Annotated[DriverParameters, Depends()]


@router.get("")
def drivers(request: Request, ws: CurrentWorkspace, caller: Reader, wish: Wished) -> Response:
    """Show the ranking; a question not worked out yet follows the page."""
    asked = wish.asked(caller)
    if kind := files.asked(request):
        found = service.answered(ws, asked, now=clock.now()).payload
        rows = showing.table(found, catalog.current(ws))
        return files.send(request, kind, "key-experiences", showing.TABLE, rows)
    known = service.stored(ws, asked, now=clock.now())
    return page(
        request,
        "drivers/drivers.html",
        title=_("Which experiences matter most?"),
        fresh=known.as_of if known else None,
        pickers=parameters.choices(request, ws, caller, wish, known.payload if known else None),
        piece="/drivers/ranking" + (f"?{request.url.query}" if request.url.query else ""),
        **_values(ws, caller, known.payload if known else None),
    )


@router.get("/ranking")
def ranking(request: Request, ws: CurrentWorkspace, caller: Reader, wish: Wished) -> Response:
    """Give the ranking, worked out now."""
    try:
        found = service.answered(ws, wish.asked(caller), now=clock.now()).payload
    except Invalid as error:
        return page(request, "drivers/_wrong.html", title="", message=error.message)
    return page(request, "drivers/_ranking.html", title="", **_values(ws, caller, found))


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


def _values(ws: Workspace, caller: Principal, found: Drivers | None) -> dict[str, Any]:
    return {
        "meaning": MEANING,
        "rules": RULES,
        "may_edit": caller.may(Right.EDIT_TARGETS),
        "currency": ws.settings.workspace.currency,
        "title_of": lambda outcome: service.title(ws, outcome),
        **showing.values(found, catalog.current(ws), service.costs(ws)),
    }
