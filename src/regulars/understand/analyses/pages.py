"""The pages of all analyses: page, piece, files, list of customers, panel of a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.columns import Column, cell_of, file_rows, heads
from regulars.faces.language import fill, say
from regulars.faces.layout import NavItem, PersonPanel, Section, page
from regulars.faces.links import Item, here
from regulars.faces.paging import Page, decode, encode
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service
from regulars.understand.analyses.asking import asked, fields
from regulars.understand.analyses.model import CUSTOMER, PERSON, Analysis, Customers, Panel
from regulars.understand.analyses.options import Options, filled
from regulars.understand.analyses.view import View
from regulars.understand.scope import parameters

Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
After = Annotated[str | None, Query()]
SIZE = 50


def routes(analysis: Analysis) -> APIRouter:
    """Return the pages of one analysis."""
    router = APIRouter(prefix=analysis.path, include_in_schema=False)
    _add_page(router, analysis)
    for listed in analysis.every_list:
        _add_customers(router, analysis, listed)
    if analysis.panel is not None:
        _add_panel(router, analysis, analysis.panel)
    return router


def _add_page(router: APIRouter, analysis: Analysis) -> None:
    given = Depends(fields(analysis.options, strict=False))

    @router.get("")
    def whole(
        *,
        request: Request,
        ws: CurrentWorkspace,
        caller: Reader,
        values: dict[str, Any] = given,
        table: str = "",
    ) -> Response:
        """Show the stored answer; one not worked out yet follows the page."""
        options = asked(request, analysis, caller, values)
        return shown(request, ws, caller, analysis, options, table=table)

    @router.get(f"/{analysis.piece}")
    def piece(
        *,
        request: Request,
        ws: CurrentWorkspace,
        caller: Reader,
        values: dict[str, Any] = given,
    ) -> Response:
        """Give the answer, worked out now."""
        options = asked(request, analysis, caller, values)
        return answered_piece(request, ws, caller, analysis, options, template=analysis.template)

    @router.get("/tables/{name}")
    def table(
        *,
        request: Request,
        ws: CurrentWorkspace,
        caller: Reader,
        values: dict[str, Any] = given,
        name: str,
    ) -> Response:
        """Give one table of the answer as a file."""
        options, kind = asked(request, analysis, caller, values), files.asked(request) or "csv"
        caller.require(Right.EXPORT)
        view = service.answered(ws, analysis, options, now=clock.now())
        return table_file(request, kind, view, name)


def _add_customers(router: APIRouter, analysis: Analysis, listed: Customers) -> None:
    given = Depends(fields(() if listed.alone else analysis.options, strict=False))
    chosen = Depends(fields(listed.filters, strict=False))

    @router.get(f"/{listed.name}")
    def customers(
        *,
        request: Request,
        ws: CurrentWorkspace,
        caller: PeopleReader,
        values: dict[str, Any] = given,
        filters: dict[str, Any] = chosen,
        q: str = "",
        after: After = None,
    ) -> Response:
        """List the customers behind the answer, found by name or address, paged."""
        alone = listed.question if listed.alone else None
        options = asked(request, analysis, caller, values, alone=alone)
        look = service.stored if listed.alone else service.answered
        view = look(ws, analysis, options, now=clock.now())
        filters = {one.name: one.check(filters[one.name]) for one in listed.filters}
        if kind := files.asked(request):
            service.note_export(ws, analysis, caller, filled(listed.api_name, filters))
            columns = (Column(CUSTOMER, PERSON), *listed.columns)
            people = service.matching(ws, listed.rows(view, **filters), q, caller)
            rows = (row for batch in people.to_batches(max_chunksize=10_000)
                    for row in batch.to_pylist())  # fmt: skip
            file = filled(listed.file, filters)
            return files.send(request, kind, file, heads(columns), file_rows(columns, rows, view))
        behind = decode(after) if after else None
        hits = service.customers(view, listed, filters, size=SIZE, after=behind, words=q,
                                 caller=caller)  # fmt: skip
        more = {"after": encode(hits.following)} if hits.following else None
        columns = tuple(one for one in listed.columns if not one.in_file)
        of = listed.of(view, **filters) if listed.of else None
        cells = [(row[PERSON], [cell_of(one, row, view) for one in columns]) for row in hits.rows]
        extra = {
            "q": q,
            "listed": listed,
            "of": of,
            "filters": [(one, choices_of(one, view), filters[one.name]) for one in listed.filters
                        if not one.in_address],
            "names": view.names(row[PERSON] for row in hits.rows),
            "columns": list(columns),
            "lines": cells,
            "shown": Page(hits.rows, more, {"after": None} if after else None, hits.total),
        }  # fmt: skip
        return page(
            request,
            "analyses/customers.html",
            title=fill(say(listed.question), name=of[0]) if of else listed.question,
            fresh=view.found.as_of if view.found else None,
            **view.context | extra,
        )


def _add_panel(router: APIRouter, analysis: Analysis, panel: Panel) -> None:
    @router.get("/of/{person}")
    def of_person(
        *, request: Request, ws: CurrentWorkspace, caller: PeopleReader, person: str
    ) -> Response:
        """Give what is told of one person, for the person's page; nothing where there is none."""
        options = asked(request, analysis, caller, {})
        view = service.stored(ws, analysis, options, now=clock.now())
        one = panel.of(view, person) if panel.alone or view.found else None
        return page(request, panel.template, title="", one=one, **view.context)


def shown(
    request: Request,
    ws: Workspace,
    caller: Principal,
    analysis: Analysis,
    options: Options,
    *,
    table: str = "",
) -> Response:
    """Return the page of the stored answer; or a table as a file, where the address asks for it."""
    if kind := files.asked(request):
        view = service.answered(ws, analysis, options, now=clock.now())
        return table_file(request, kind, view, table or analysis.tables[0].name)
    if analysis.writes(options):
        text = service.answered(ws, analysis, options, now=clock.now()).text
        return Response(text, media_type="text/markdown; charset=utf-8")
    return stored_page(request, ws, caller, analysis, options)


def stored_page(
    request: Request,
    ws: Workspace,
    caller: Principal,
    analysis: Analysis,
    options: Options,
    *,
    status: int = 200,
    **more: Any,
) -> Response:
    """Return the page of the stored answer; `more` is what the noun's own blocks know besides."""
    may_list = caller.may(Right.READ_PEOPLE)
    view = service.stored(ws, analysis, options, now=clock.now(), may_list=may_list)
    query = f"?{request.url.query}" if request.url.query else ""
    return page(
        request,
        analysis.page,
        title=analysis.question,
        status=status,
        fresh=view.found.as_of if view.found else None,
        piece=f"{analysis.path}/{analysis.piece}{query}",
        pickers=pickers(request, ws, analysis, options),
        menus=list(menus(request, view)),
        **view.context | more,
    )


def answered_piece(
    request: Request,
    ws: Workspace,
    caller: Principal,
    analysis: Analysis,
    options: Options,
    *,
    template: str,
    more: Callable[[View], dict[str, Any]] = lambda _view: {},
) -> Response:
    """Return a part of the page that follows it: the answer, or why there is none."""
    may_list = caller.may(Right.READ_PEOPLE)
    try:
        view = service.answered(ws, analysis, options, now=clock.now(), may_list=may_list)
        return page(request, template, title="", **view.context | more(view))
    except RegularsError as error:
        bare = service.lacks_data(analysis, error)
        return page(request, "analyses/_wrong.html", title="", message=error.message, bare=bare)


def pickers(
    request: Request, ws: Workspace, analysis: Analysis, options: Options
) -> parameters.ScopeChoices | None:
    """Return the choices of period, place and channel, where the analysis takes them."""
    names = {one.name for one in analysis.options}
    if not names & {"period", "place"}:
        return None
    choices = parameters.choices(request, ws, options.event_filter(),
                                 by_channel="channel" in names, usual=analysis.usual)  # fmt: skip
    if "place" not in names:
        return replace(choices, places=())
    return choices if "period" in names else replace(choices, period="", periods=())


def menus(request: Request, view: View) -> Iterator[tuple[str, str, list[Item]]]:
    """Yield the menus of the options that offer choices: title, present choice, links."""
    for one in view.analysis.options:
        value, offered = view.options[one.name], choices_of(one, view)
        links = [(words, here(request, **{one.name: str(key)}), key == value)
                 for key, words in offered]  # fmt: skip
        if links:
            yield say(one.title), dict(offered).get(value, str(value)), links


def choices_of(option: Any, view: View) -> list[tuple[str, Any]]:
    """Return what a drop-down offers: the option's choices, or those the answer gives."""
    if option.offered is not None:
        return list(option.offered(view))
    return [(key, say(title)) for key, title in option.choices]


def table_file(request: Request, kind: files.Format, view: View, name: str) -> Response:
    """Return a table of an answer as a file. Raises NotFound."""
    table = view.analysis.table(name)
    if table is None:
        raise service.no_table(view.analysis)
    file = table.file or f"{view.analysis.name}-{name}"
    rows = file_rows(table.columns, view.rows(table), view)
    return files.send(request, kind, file, heads(table.columns), rows)


router = APIRouter()
navigation: list[NavItem] = []
person_panels: list[PersonPanel] = []
for _one in service.every():
    router.include_router(routes(_one))
    _place = _one.menu or _one.path, Section(_one.section), _one.order
    navigation.append(NavItem(_one.title, *_place, Right.READ_NUMBERS, _one.badge or None))
    if _one.panel is not None:
        person_panels.append(PersonPanel(f"{_one.path}/of", _one.panel.order, Right.READ_PEOPLE))
