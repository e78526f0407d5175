"""`/api/v1/NAME` of all analyses: the answer, its customers, one person's part of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.paging import CursorPaging, Page, encode, envelope
from regulars.kit import clock
from regulars.kit.errors import NotFound
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.analyses import service
from regulars.understand.analyses.asking import asked, fields
from regulars.understand.analyses.model import Analysis, Customers, Panel
from regulars.understand.analyses.schema import answer_schema
from regulars.understand.analyses.view import told
from regulars.understand.findings.model import enveloped

Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]


def routes(analysis: Analysis) -> APIRouter:
    """Return the endpoints of one analysis."""
    router = APIRouter(prefix="/api/v1", tags=[analysis.tag or analysis.name.replace("-", " ")])
    _add_answer(router, analysis)
    for listed in analysis.every_list:
        _add_customers(router, analysis, listed)
    if analysis.panel is not None:
        _add_panel(router, analysis, analysis.panel)
    return router


def _add_answer(router: APIRouter, analysis: Analysis) -> None:
    given = Depends(fields(analysis.options, strict=True))
    schema = {"content": {"application/json": {"schema": answer_schema(analysis)}}}

    words: dict[str, Any] = {"summary": analysis.brief.en, "description": analysis.meaning.en}

    @router.get(analysis.api_path, responses={200: schema}, **words)
    def answer(
        *,
        request: Request,
        ws: CurrentWorkspace,
        caller: Reader,
        values: dict[str, Any] = given,
    ) -> Any:
        options, may_list = asked(request, analysis, caller, values), caller.may(Right.READ_PEOPLE)
        view = service.answered(ws, analysis, options, now=clock.now(), may_list=may_list)
        return told(view)


def _add_customers(router: APIRouter, analysis: Analysis, listed: Customers) -> None:
    given = Depends(fields(() if listed.alone else analysis.options, strict=True))
    chosen = Depends(fields(listed.filters, strict=True))
    main = listed is analysis.customers
    title = f"{analysis.brief.en}, every customer" if main else listed.title.en

    @router.get(
        f"{analysis.api_path}/{listed.api_name}", summary=title, description=listed.question.en
    )
    def customers(
        *,
        request: Request,
        response: Response,
        ws: CurrentWorkspace,
        caller: PeopleReader,
        values: dict[str, Any] = given,
        filters: dict[str, Any] = chosen,
        wanted: CursorPaging,
    ) -> dict[str, Any]:
        alone = listed.question if listed.alone else None
        options = asked(request, analysis, caller, values, alone=alone)
        look = service.stored if listed.alone else service.answered
        view = look(ws, analysis, options, now=clock.now())
        shown = service.customers(view, listed, filters, size=wanted.size, after=wanted.after,
                                  caller=caller)  # fmt: skip
        rows = [listed.plain(row) for row in shown.rows]
        following = {"after": encode(shown.following)} if shown.following else None
        return envelope(Page(rows, following), rows, request, response)


def _add_panel(router: APIRouter, analysis: Analysis, panel: Panel) -> None:
    given = Depends(fields(() if panel.alone else analysis.options, strict=True))
    path = panel.path or analysis.name
    title = f"{analysis.brief.en}, one customer"

    @router.get(f"/people/{{person}}/{path}", summary=title)
    def of_person(
        *,
        request: Request,
        ws: CurrentWorkspace,
        caller: PeopleReader,
        person: str,
        values: dict[str, Any] = given,
    ) -> Any:
        alone = analysis.title if panel.alone else None
        options = asked(request, analysis, caller, values, alone=alone)
        look = service.stored if panel.alone else service.answered
        view = look(ws, analysis, options, now=clock.now())
        one = panel.of(view, person)
        if one is None:
            raise NotFound(f"{analysis.code}.person", panel.missing)
        part = panel.plain(one, view) if panel.plain else one
        return part if panel.alone or view.found is None else enveloped(view.found, part)


router = APIRouter()
for _one in service.every():
    router.include_router(routes(_one))
