"""The catalog as a file, and as it was."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import gettext as _
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.listen.catalog import service
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace

router = APIRouter(prefix="/catalog", include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]
MAX_BYTES = 1_000_000


@router.get("/file")
def file_of(ws: CurrentWorkspace, _caller: Reader) -> Response:
    """Give the catalog as a TOML file."""
    told = {"Content-Disposition": 'attachment; filename="catalog.toml"'}
    return PlainTextResponse(service.export(ws), headers=told, media_type="application/toml")


@router.get("/text")
def text(request: Request, ws: CurrentWorkspace, _caller: Editor, default: str = "") -> Response:
    """Show the whole catalog as text to edit, or a default to begin with."""
    document = service.default_document(service.default_kind(default)) if default else None
    return _text_form(request, ws, document or service.export(ws))


@router.post("/text")
def change_text(
    request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields
) -> Response:
    """Take the text, or the file sent instead, as the new catalog."""
    sent = fields.file("file")
    document = fields.text("document", most=MAX_BYTES) or ""
    if sent is not None:
        document = sent.file.read(MAX_BYTES).decode("utf-8", "replace")
    reason, base = fields.text("reason", required=True) or "", fields.whole("base")
    try:
        if fields.ok:
            service.save(ws, document, caller, reason=reason, now=clock.now(), based_on=base)
    except RegularsError as error:
        fields.take(error)
    if not fields.ok:
        return _text_form(request, ws, document, fields)
    return RedirectResponse("/catalog?done=change", 303)


@router.get("/versions")
def versions(request: Request, ws: CurrentWorkspace, _caller: Editor) -> Response:
    """List who changed the catalog when and why."""
    return page(
        request,
        "catalog/versions.html",
        title=_("How has the catalog changed?"),
        versions=service.versions(ws),
        newest=service.current(ws).version,
    )


@router.get("/versions/{number}")
def version_of(request: Request, ws: CurrentWorkspace, _caller: Editor, number: int) -> Response:
    """Show the catalog as it was."""
    return page(
        request,
        "catalog/version.html",
        title=_("Catalog, version {n}").format(n=number),
        document=service.export(ws, number),
        changes=service.changes(ws, number) if number else [],
        number=number,
        newest=service.current(ws).version,
    )


@router.post("/versions/{number}/restore")
def restore(ws: CurrentWorkspace, caller: Editor, number: int) -> Response:
    """Make an older version the newest again."""
    service.restore(ws, number, caller, now=clock.now())
    return RedirectResponse("/catalog?done=restored", 303)


def _text_form(
    request: Request, ws: Workspace, document: str, fields: Fields | None = None
) -> Response:
    flaws = service.check(document)[1] if fields else []
    return page(
        request,
        "catalog/text.html",
        title=_("The catalog as text"),
        status=422 if fields else 200,
        document=document,
        flaws=flaws,
        errors=fields.errors if fields else {},
        base=service.current(ws).version,
    )
