"""`/radar/mapping`: what the dimensions are made of, and the benchmarks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import FormFields
from regulars.faces.language import gettext as _
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.kit.errors import Invalid, RegularsError
from regulars.kit.text import Text
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.radar import service

router = APIRouter(prefix="/radar", include_in_schema=False)
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]
MOST = 100_000


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
