"""`/levels`: how do our touchpoints feel, whom to rescue, and who screams?"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import gettext as _
from regulars.faces.layout import NavItem, PersonPanel, Section, page
from regulars.faces.paging import Page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.listen.profiles import service as profiles
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.levels import parameters, service, showing
from regulars.understand.levels.model import MEANING, PARAMETERS, Levels, Wish
from regulars.understand.scope import parameters as scopes
from regulars.understand.scope.parameters import ScopeParameters

router = APIRouter(prefix="/levels", include_in_schema=False)
navigation = [
    NavItem(
        Text("Experience levels", "体验等级"), "/levels", Section.UNDERSTAND, 35, Right.READ_NUMBERS
    )
]
person_panels = [PersonPanel("/levels/of", 30, Right.READ_PEOPLE)]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]
Wanted = Annotated[ScopeParameters, Depends()]
Wished = Annotated[Wish, Depends(parameters.wish)]
SIZE = 50
SHOWN_OF_ONE = 12
EXTENT = ("period", "from", "to", "place")


@router.get("")
def levels(
    request: Request, ws: CurrentWorkspace, caller: Reader, wanted: Wanted, wish: Wished
) -> Response:
    """Show the shares; an answer not worked out yet follows the page."""
    look = wanted.event_filter(caller)
    if kind := files.asked(request):
        found = service.answered(ws, look, now=clock.now()).payload
        lines = showing.share_lines(found, catalog.current(ws))
        return files.send(request, kind, "experience-levels", showing.SHARES, lines)
    known = service.stored(ws, look, now=clock.now())
    return page(
        request,
        "levels/levels.html",
        title=_("Which experience levels do our touchpoints reach?"),
        fresh=known.as_of if known else None,
        pickers=scopes.choices(request, ws, caller, wanted),
        piece="/levels/shares" + (f"?{request.url.query}" if request.url.query else ""),
        **_values(ws, caller, known.payload if known else None, wish, request),
    )


@router.get("/shares")
def shares(
    request: Request, ws: CurrentWorkspace, caller: Reader, wanted: Wanted, wish: Wished
) -> Response:
    """Give the shares, worked out now."""
    found = service.answered(ws, wanted.event_filter(caller), now=clock.now()).payload
    values = _values(ws, caller, found, wish, request)
    return page(request, "levels/_shares.html", title="", **values)


@router.get("/moves")
def moves(request: Request, ws: CurrentWorkspace, caller: Reader, wanted: Wanted) -> Response:
    """Give the moves between levels as a file."""
    caller.require(Right.EXPORT)
    found = service.answered(ws, wanted.event_filter(caller), now=clock.now()).payload
    kind = files.asked(request) or "csv"
    return files.send(request, kind, "level-moves", showing.MOVES, showing.move_lines(found))


@router.get("/what-if")
def what_if(
    request: Request, ws: CurrentWorkspace, caller: Reader, wanted: Wanted, wish: Wished
) -> Response:
    """Give what the two paths of improvement would make of the negative experiences."""
    found = service.answered(ws, wanted.event_filter(caller), now=clock.now()).payload
    values = showing.what_if_values(found, catalog.current(ws), wish)
    return page(request, "levels/_paths.html", title="", found=found, **values)


@router.get("/people/{name}")
def people(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: PeopleReader,
    name: str,
    touchpoint: Annotated[str | None, Query()] = None,
    number: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """List the customers to rescue, or those who scream, paged."""
    if kind := files.asked(request):
        return _file(request, ws, caller, kind, (name, touchpoint))
    start = (number - 1) * SIZE
    rows, total = service.listed(
        ws, caller.places, name, touchpoint=touchpoint or None, start=start, size=SIZE
    )
    titles = {
        "rescue": _("Which customers should we recover?"),
        "scream": _("Which customers are delighted and may recommend us?"),
    }
    return page(
        request,
        "levels/people.html",
        title=titles[name],
        name=name,
        known=catalog.current(ws),
        names=profiles.names(ws, [one.person for one in rows]),
        shown=_page(rows, number, total),
        touchpoint=touchpoint,
        touchpoints=service.touchpoints(ws, caller.places),
    )


@router.get("/of/{person}")
def of_person(
    request: Request, ws: CurrentWorkspace, caller: PeopleReader, person: str
) -> Response:
    """Give one person's experiences with their levels, for the person's page."""
    rows = service.of_person(ws, caller.places, person, now=clock.now())
    return page(
        request, "levels/_person.html", title="", rows=rows[:SHOWN_OF_ONE], all=len(rows),
        known=catalog.current(ws), level_title=showing.level_title,
    )  # fmt: skip


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
    known = service.stored(ws, ScopeParameters().event_filter(caller), now=clock.now())
    return _refused(request, ws, caller, fields, known.payload if known else None)


def _refused(
    request: Request, ws: Workspace, caller: Principal, fields: Fields, found: Levels | None
) -> Response:
    values = _values(ws, caller, found, Wish(), request)
    values |= {
        "errors": fields.errors,
        "parameters": showing.parameters(service.rules(ws), fields.raw),
    }
    return page(
        request, "levels/levels.html", status=422, piece="/levels/shares",
        title=_("Which experience levels do our touchpoints reach?"),
        pickers=scopes.choices(request, ws, caller, ScopeParameters()), **values,
    )  # fmt: skip


def _file(
    request: Request, ws: Workspace, caller: Principal, kind: Any, asked: tuple[str, str | None]
) -> Response:
    caller.require(Right.EXPORT)
    name, touchpoint = asked
    service.note_export(ws, caller, name)
    rows, _total = service.listed(ws, caller.places, name, touchpoint=touchpoint or None, size=None)
    lines = showing.people_lines(rows, catalog.current(ws))
    return files.send(request, kind, f"customers-{name}", showing.PEOPLE, lines)


def _page(rows: list[Any], number: int, total: int) -> Page[Any]:
    following = {"number": number + 1} if number * SIZE < total else None
    back = {"number": number - 1 if number > 2 else None} if number > 1 else None
    return Page(rows, following, back, total)


def _values(
    ws: Workspace, caller: Principal, found: Levels | None, wish: Wish, request: Request
) -> dict[str, Any]:
    used = service.rules(ws)
    return {
        "meaning": MEANING,
        "rules": used,
        "versions": service.versions(ws),
        "parameters": showing.parameters(used, {}),
        "errors": {},
        "query": request.url.query,
        "kept": [(name, word) for name, word in request.query_params.items() if name in EXTENT],
        "done": request.query_params.get("done", ""),
        "may_edit": caller.may(Right.EDIT_TARGETS),
        "may_list": caller.may(Right.READ_PEOPLE),
        **showing.values(found, catalog.current(ws), wish),
    }
