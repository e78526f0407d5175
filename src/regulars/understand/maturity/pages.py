"""`/maturity/…`: questionnaire, spending and handbook beside the assessment."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import current
from regulars.faces.language import gettext as _
from regulars.faces.layout import page
from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service as analyses
from regulars.understand.analyses.options import Options
from regulars.understand.maturity import service
from regulars.understand.maturity.analysis import ANALYSIS
from regulars.understand.maturity.model import HORIZON_TITLES, Horizon, SpendingLine

router = APIRouter(prefix="/maturity", include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]
NO_AMOUNTS = Text(
    "Amounts are numbers of 0 or more; nothing has been kept yet.",
    "金额须为不小于 0 的数字；尚未保存任何内容。",
)


@router.get("/questionnaire")
def questionnaire(request: Request, ws: CurrentWorkspace, _caller: Editor) -> Response:
    """Show the questions with the last answers."""
    return _questions(request, ws, None)


@router.post("/questionnaire")
def answer(request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Keep a self-diagnosis."""
    keys = [one.key for one in service.questionnaire().questions]
    given = {key: fields.number(key, least=1, most=5) for key in keys}
    grades = {key: int(grade) for key, grade in given.items() if grade is not None}
    try:
        service.answer(ws, grades, caller, note=fields.text("note") or "", now=clock.now())
    except Invalid as error:
        return _questions(request, ws, error.message)
    return RedirectResponse("/maturity", 303)


@router.get("/spending")
def spending(request: Request, ws: CurrentWorkspace, _caller: Editor) -> Response:
    """Show the form of experience spending with the last statement."""
    return _spending(request, ws, None)


@router.post("/spending")
def state(request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Keep what is spent by touchpoint and horizon."""
    lines = _lines(ws, fields)
    if not fields.ok:
        return _spending(request, ws, NO_AMOUNTS, fields.raw)
    try:
        service.state_spending(ws, lines, caller, now=clock.now())
    except Invalid as error:
        return _spending(request, ws, error.message, fields.raw)
    return RedirectResponse("/maturity#spending", 303)


@router.get("/handbook")
def handbook(request: Request, ws: CurrentWorkspace, caller: Reader) -> Response:
    """Show the handbook, ready for print."""
    view = analyses.answered(ws, ANALYSIS, Options(scope=caller.places), now=clock.now())
    assert view.found is not None
    return page(
        request,
        "maturity/handbook.html",
        title=_("Maturity handbook"),
        fresh=view.found.as_of,
        **view.context,
    )


@router.get("/handbook.md")
def handbook_file(request: Request, ws: CurrentWorkspace, caller: Reader) -> Response:
    """Send the handbook as a Markdown file in the reader's language, or `?language=`."""
    now = clock.now()
    language = request.query_params.get("language") or current()
    found = service.answered(ws, caller.places, now=now).payload
    text = service.written(ws, found, service.history(ws), language, now=now)
    headers = {"Content-Disposition": 'attachment; filename="handbook.md"'}
    return PlainTextResponse(text, media_type="text/markdown; charset=utf-8", headers=headers)


def _lines(ws: Workspace, fields: Fields) -> list[SpendingLine]:
    made = []
    for point in catalog.current(ws).touchpoints:
        for horizon in Horizon:
            amount = fields.number(f"{point.key}.{horizon}", least=0)
            made += [SpendingLine(point.key, horizon, amount)] if amount else []
    return made


def _questions(request: Request, ws: Workspace, error: Text | None) -> Response:
    last = service.history(ws)
    return page(
        request,
        "maturity/questionnaire.html",
        title=_("Where do we stand?"),
        status=422 if error else 200,
        asked=service.questionnaire(),
        grades=last[0].grades if last else {},
        error=error,
    )


def _spending(
    request: Request, ws: Workspace, error: Text | None, typed: dict[str, str] | None = None
) -> Response:
    last = service.spendings(ws)
    lines = last[0].lines if last else []
    stated = {f"{line.touchpoint}.{line.horizon}": line.amount for line in lines}
    return page(
        request,
        "maturity/spending.html",
        title=_("What do we spend on experience, and where?"),
        status=422 if error else 200,
        points=catalog.current(ws).touchpoints,
        horizons=HORIZON_TITLES,
        amounts=stated if typed is None else typed,
        currency=ws.settings.workspace.currency,
        error=error,
    )
