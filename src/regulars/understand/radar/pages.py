"""`/radar`: where are we strong, where weak, and against whom?"""

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
from regulars.kit.errors import Invalid, RegularsError
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.radar import parameters, service, showing
from regulars.understand.radar.model import Radar
from regulars.understand.radar.parameters import RadarParameters

router = APIRouter(prefix="/radar", include_in_schema=False)
navigation = [
    NavItem(
        Text("Experience radar", "体验雷达"), "/radar", Section.UNDERSTAND, 57, Right.READ_NUMBERS
    )
]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]
Wished = Annotated[RadarParameters, Depends()]
MOST = 100_000


@router.get("")
def radar(request: Request, ws: CurrentWorkspace, caller: Reader, wish: Wished) -> Response:
    """Show the radar; one not worked out yet follows the page."""
    look, now = wish.look(caller), clock.now()
    if kind := files.asked(request):
        found = service.answered(ws, look, now=now).payload
        other = service.against(ws, found, look, wish.against, now=now)
        lines = showing.table(found, other, service.mapping(ws))
        return files.send(request, kind, "radar", showing.TABLE, lines)
    stored = service.stored(ws, look, now=now)
    simple = wish.against.partition(":")[0] in ("target", "benchmark")
    return page(
        request,
        "radar/radar.html",
        title=_("Where are we strong, and where weak?"),
        fresh=stored.as_of if stored else None,
        pickers=parameters.choices(request, ws, caller, wish),
        piece="/radar/figure" + (f"?{request.url.query}" if request.url.query else ""),
        may_edit=caller.may(Right.EDIT_TARGETS),
        **_values(ws, caller, wish, stored.payload if stored and simple else None),
    )


@router.get("/figure")
def figure(request: Request, ws: CurrentWorkspace, caller: Reader, wish: Wished) -> Response:
    """Give the radar, worked out now."""
    try:
        found = service.answered(ws, wish.look(caller), now=clock.now()).payload
        values = _values(ws, caller, wish, found)
    except RegularsError as error:
        return page(request, "radar/_wrong.html", title="", message=error.message)
    return page(request, "radar/_figure.html", title="", **values)


@router.get("/mapping")
def mapping(request: Request, ws: CurrentWorkspace, _caller: Editor) -> Response:
    """Show what the dimensions are made of, its versions, and the benchmarks."""
    return _mapping(request, ws, service.document_of(ws))


@router.post("/mapping")
def save(request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Keep a new version of the mapping."""
    text = fields.text("document", required=True, most=MOST) or ""
    reason, based_on = fields.text("reason") or "", int(fields.number("based_on") or 0)
    try:
        service.save(ws, text, caller, reason=reason, based_on=based_on, now=clock.now())
    except RegularsError as error:
        return _mapping(request, ws, text, error=error.message, status=422)
    return RedirectResponse("/radar", 303)


@router.post("/mapping/restore")
def restore(ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Make an older version the newest again."""
    service.restore(ws, int(fields.number("version") or 0), caller, now=clock.now())
    return RedirectResponse("/radar/mapping", 303)


@router.post("/benchmarks")
def put_benchmark(
    request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields
) -> Response:
    """Keep a benchmark that was typed or pasted."""
    name = fields.text("name", most=100) or ""
    try:
        text = fields.text("csv", most=MOST) or ""
        service.put_benchmark(ws, name, text, caller, now=clock.now())
    except Invalid as error:
        text = service.document_of(ws)
        return _mapping(request, ws, text, error=error.message, status=422)
    return RedirectResponse("/radar/mapping", 303)


@router.post("/benchmarks/drop")
def drop_benchmark(ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Take a benchmark away."""
    service.drop_benchmark(ws, fields.text("name", most=100) or "", caller)
    return RedirectResponse("/radar/mapping", 303)


def _mapping(
    request: Request, ws: Workspace, text: str, *, error: Text | None = None, status: int = 200
) -> Response:
    return page(
        request,
        "radar/mapping.html",
        title=_("What are the dimensions made of?"),
        status=status,
        document=text,
        error=error,
        version=service.mapping(ws).version,
        versions=service.versions(ws),
        benchmarks=service.benchmarks(ws),
    )


def _values(
    ws: Workspace, caller: Principal, wish: RadarParameters, found: Radar | None
) -> dict[str, Any]:
    other, name = {}, parameters.against_words(ws, caller, wish.against)
    if found is not None:
        look = wish.look(caller)
        other = service.against(ws, found, look, wish.against, now=clock.now())
    return showing.values(found, other, service.mapping(ws), catalog.current(ws), name)
