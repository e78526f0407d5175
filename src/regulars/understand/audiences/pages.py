"""`/audiences/…`: the form with its live preview, one audience with its members."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import Fields, FormFields
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service as analyses
from regulars.understand.analyses.options import Options
from regulars.understand.analyses.view import View
from regulars.understand.audiences import service, showing
from regulars.understand.audiences.analysis import ANALYSIS, answers_of, written_down
from regulars.understand.audiences.model import Audience

router = APIRouter(prefix="/audiences", include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


@router.get("/answers")
def answers(request: Request, _caller: Reader) -> Response:
    """Lead to the file of tested answers, where it stood."""
    return RedirectResponse(f"/audiences/tables/answers?{request.url.query}", 307)


@router.get("/new")
def new(
    request: Request, ws: CurrentWorkspace, _caller: Editor, where: str = "", how: str = "rows"
) -> Response:
    """Offer the form, empty or with a condition to begin with."""
    return _form(request, ws, showing.form_values(None, where, how))


@router.post("/new")
def add(request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Make an audience; or show the form again with more rows or its preview."""
    if fields.raw.get("do"):
        return _again(request, ws, caller, fields, None)
    wanted = showing.draft(fields)
    try:
        if wanted is not None:
            made = service.add(ws, caller, wanted, now=clock.now())
            return RedirectResponse(f"/audiences/{made.key}?done=made", 303)
    except RegularsError as error:
        fields.take(error)
    return _form(request, ws, showing.typed(fields), fields)


@router.post("/preview")
def preview(request: Request, ws: CurrentWorkspace, caller: Reader, fields: FormFields) -> Response:
    """Give size, value and scores of the condition in the form."""
    return page(request, "audiences/_preview.html", title="", **_preview_values(ws, caller, fields))


@router.get("/{key}")
def audience(
    request: Request, ws: CurrentWorkspace, caller: Reader, key: str, done: str = ""
) -> Response:
    """Show one audience: numbers, answers, versions."""
    current, options = service.get(ws, key), Options(scope=caller.places)
    view = analyses.stored(ws, ANALYSIS, options, now=clock.now())
    return page(
        request,
        "audiences/audience.html",
        title=current.name,
        fresh=view.found.as_of if view.found else None,
        done=done,
        may_edit=caller.may(Right.EDIT_TARGETS),
        versions=service.versions(ws, current.key),
        **_one_values(caller, view, current),
    )


@router.get("/{key}/numbers")
def one_numbers(request: Request, ws: CurrentWorkspace, caller: Reader, key: str) -> Response:
    """Give one audience's numbers, worked out now."""
    options = Options(scope=caller.places)
    view = analyses.answered(ws, ANALYSIS, options, now=clock.now())
    values = _one_values(caller, view, service.get(ws, key))
    return page(request, "audiences/_audience.html", title="", **values)


@router.get("/{key}/edit")
def edit(
    request: Request, ws: CurrentWorkspace, _caller: Editor, key: str, how: str = "rows"
) -> Response:
    """Show an audience's form."""
    one = service.get(ws, key)
    return _form(request, ws, showing.form_values(one, "", how), current=one)


@router.post("/{key}/edit")
def change(
    request: Request, ws: CurrentWorkspace, caller: Editor, key: str, fields: FormFields
) -> Response:
    """Make a new version; or show the form again with more rows or its preview."""
    current = service.get(ws, key)
    if fields.raw.get("do"):
        return _again(request, ws, caller, fields, current)
    wanted = showing.draft(fields)
    try:
        if wanted is not None:
            service.change(ws, caller, current.key, wanted, now=clock.now())
            return RedirectResponse(f"/audiences/{current.key}?done=changed", 303)
    except RegularsError as error:
        fields.take(error)
    return _form(request, ws, showing.typed(fields), fields, current=current)


@router.post("/{key}/versions/{number}")
def put_back(ws: CurrentWorkspace, caller: Editor, key: str, number: int) -> Response:
    """Put an earlier version back in force, as a new one."""
    one = service.put_back(ws, caller, key, number, now=clock.now())
    return RedirectResponse(f"/audiences/{one.key}?done=changed", 303)


@router.post("/{key}/retire")
def retire(ws: CurrentWorkspace, caller: Editor, key: str) -> Response:
    """Take an audience out of force."""
    service.retire(ws, caller, key, now=clock.now())
    return RedirectResponse("/audiences?done=retired", 303)


def _again(
    request: Request, ws: Workspace, caller: Principal, fields: Fields, current: Audience | None
) -> Response:
    """Show the form as sent: with its preview, or with more rows. Works without script."""
    values = showing.typed(fields)
    if fields.raw["do"] == "more":
        return _form(request, ws, values, current=current, more=4)
    shown = _preview_values(ws, caller, fields)
    return _form(request, ws, values, fields, current=current, preview=shown)


def _form(
    request: Request,
    ws: Workspace,
    values: dict[str, Any],
    fields: Fields | None = None,
    *,
    current: Audience | None = None,
    preview: dict[str, Any] | None = None,
    more: int = showing.EMPTY_LINES,
) -> Response:
    values["lines"] = showing.padded(values["lines"], more if values["lines"] else max(more, 3))
    return page(
        request,
        "audiences/form.html",
        title=showing.titles()["edit" if current else "new"],
        status=422 if fields and fields.errors and preview is None else 200,
        one=current,
        values=values,
        errors=fields.errors if fields else {},
        preview=preview,
        field_options=showing.field_options(),
        operator_options=showing.operator_options(),
        **showing.values(),
    )


def _preview_values(ws: Workspace, caller: Principal, fields: Fields) -> dict[str, Any]:
    where = showing.where(fields)
    told, currency, now = None, None, clock.now()
    if where is not None:
        told = service.preview(ws, caller.places, service.read(where), now=now)
        currency = service.table_made(ws, caller.places, now=now).currency
    return {"told": told, "where": where, "wrong": fields.errors, "currency": currency}


def _one_values(caller: Principal, view: View, one: Audience) -> dict[str, Any]:
    return view.context | {
        "one": one,
        "told": view.result.outlines.get(one.key) if view.result else None,
        "answers": answers_of(view, one),
        "last": written_down(view).get(one.key),
        "may_list": caller.may(Right.READ_PEOPLE),
    }
