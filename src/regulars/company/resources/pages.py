"""The pages of all resources: lists, files, forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import NO_STORE, CurrentStore, needs
from regulars.company.resources import service
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.columns import file_rows, heads, written
from regulars.faces.declared import cutting, reading
from regulars.faces.declared.model import Asked, Form, Listing, Resource
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import say
from regulars.faces.layout import NavItem, page
from regulars.faces.paging import decode
from regulars.kit import clock
from regulars.kit.errors import Invalid, NotFound, RegularsError
from regulars.kit.text import Text


def routes(resource: Resource) -> APIRouter:
    """Return the pages of one resource."""
    router = APIRouter(prefix=resource.path, include_in_schema=False)
    reader = Depends(needs(Right(resource.read)))

    @router.get("")
    def whole(*, request: Request, store: CurrentStore, caller: Principal = reader) -> Response:
        """Show the lists, or give one as a file."""
        look = Asked(store, caller, clock.now(), dict(request.query_params))
        if kind := files.asked(request):
            return _file(request, kind, _listed(resource, look), look)
        try:
            return show(request, resource, look)
        except Invalid as error:
            return show(request, resource, look, wrong=error)

    forms = [form for form in resource.forms if form.page is not None]
    for form in forms:
        _add(router, resource, form)
        if not any(one.page for one in forms):
            _lead_back(router, resource, form)
    return router


def _lead_back(router: APIRouter, resource: Resource, form: Form) -> None:
    """Lead whoever reads the address of a form that was refused, or turns its list, back."""

    @router.get(f"/{form.name}", dependencies=[Depends(needs(Right(form.right)))])
    def to_list(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{resource.path}{query}", 303)


def _add(router: APIRouter, resource: Resource, form: Form) -> None:
    allowed = Depends(needs(Right(form.right)))
    if form.page:

        @router.get(form.page)
        def alone(
            *, request: Request, store: CurrentStore, caller: Principal = allowed
        ) -> Response:
            row = "".join(request.path_params.values())
            call = Asked(store, caller, clock.now(), dict(request.query_params), row)
            return _alone(request, resource, call, form)

    @router.post(f"/{form.name}")
    def take(
        *, request: Request, store: CurrentStore, caller: Principal = allowed, fields: FormFields
    ) -> Response:
        row = fields.raw["row"] if form.of_row and fields.text("row", required=True) else ""
        call = Asked(store, caller, clock.now(), row=row)
        call = Asked(store, caller, call.now, reading.sent(form, fields, call), row)
        try:
            if fields.ok:
                result = service.take(form, call)
                if form.secret:
                    return show(request, resource, call, form=form, result=result)
                return RedirectResponse(f"{resource.path}?done={form.name}", 303)
        except RegularsError as error:
            fields.take(error)
            lost = isinstance(error, NotFound) and "field" not in error.details
            return _again(request, resource, call, form, fields, lost=lost)
        return _again(request, resource, call, form, fields)


def _again(
    request: Request, resource: Resource, call: Asked, form: Form, fields: Fields,
    *, lost: bool = False,
) -> Response:  # fmt: skip
    """Show the form that was refused where it stands, with what was typed."""
    own = None if lost else resource.alone(form)
    if own is None or (own.of_row and not call.row):
        return show(request, resource, call, form=form, fields=fields, lost=lost)
    return _alone(request, resource, call, own, taken=form, fields=fields)


def _alone(
    request: Request,
    resource: Resource,
    call: Asked,
    form: Form,
    *,
    taken: Form | None = None,
    fields: Fields | None = None,
) -> Response:
    """Return a form's own page, with the other acts of its row; raises NotFound without that.

    After `taken` was refused it shows its `fields` and what is wrong.
    """
    row, values = None, call.values
    if form.of_row:
        row = _row(resource, form, call)
        values = form.values_of(row)
    elif form.held:
        values = form.held(call)
    typed = fields if taken is form else None
    query = Asked(call.store, call.caller, call.now, values, call.row)
    title = form.titled(row) if form.titled else form.heading
    return page(
        request,
        form.template,
        title=title,
        status=422 if fields else 200,
        resource=resource,
        name=form.name,
        forms={form.name: _offered(form, query, typed)},
        row=row,
        key=call.row,
        asked=query,
        acts=[
            one for one in resource.forms
            if one.page == "" and set(one.of_lists) & set(form.of_lists)
            and one.when(row) and call.caller.may(one.right)
        ],
        wrong=_wrong(taken, fields) if taken and fields else None,
        opened=None,
        done=None,
        made=None,
    )  # fmt: skip


def _row(resource: Resource, form: Form, call: Asked) -> Any:
    """Return the row that is asked for; raises NotFound."""
    plain = Asked(call.store, call.caller, call.now)
    for listing in resource.lists:
        if listing.name in form.of_lists:
            for row in cutting.every(listing, plain):
                if listing.name_of(row) == call.row:
                    return row
    raise NotFound(f"{resource.name}.unknown", Text("It is not there.", "没有这一项。"))


def _offered(form: Form, call: Asked, fields: Fields | None) -> dict[str, Any]:
    """Return what the template needs of a form."""
    return {
        "form": form,
        "base": fields.raw["base"] if fields else form.base(call) if form.base else None,
        "typed": reading.typed(form, call, fields),
        "errors": fields.errors if fields else {},
        "offered": reading.offered(form.fields, call),
    }


def show(
    request: Request,
    resource: Resource,
    call: Asked,
    *,
    form: Form | None = None,
    fields: Fields | None = None,
    result: Any = None,
    lost: bool = False,
    wrong: Invalid | None = None,
) -> Response:
    """Return the page: after a `form` that was refused, with its `fields` and what is wrong.

    What acts on something that is not there is `lost`. Where it is `wrong` what the address asks
    of a list, all rows are listed.
    """
    query = Asked(call.store, call.caller, call.now, dict(request.query_params))
    done = resource.form(query["done"] or "")
    chosen = query["list"]
    return page(
        request,
        resource.template,
        title=resource.question,
        status=404 if lost else 422 if fields or wrong else 200,
        headers=NO_STORE if result is not None else None,
        resource=resource,
        asked=query,
        lists={
            one.name: _shown(
                resource, one, query, mine=chosen in (None, one.name), wrong=wrong is not None
            )
            for one in resource.lists
            if not one.rest
        },
        forms={
            one.name: _offered(one, query, fields if one is form else None)
            for one in resource.forms
            if one.page == "" and call.caller.may(one.right)
        },
        wrong=wrong.message if wrong else _wrong(form, fields) if form and fields else None,
        opened=form.name if form else None,
        done=say(done.done) if done else None,
        made=result,
        **resource.values(query),
    )


def _wrong(form: Form, fields: Fields) -> str | None:
    """Return what is wrong and stands at no field that the page shows."""
    shown = () if form.of_row else tuple(one.name for one in form.fields)
    return next((why for name, why in fields.errors.items()
                 if name.partition(".")[0] not in shown), None)  # fmt: skip


def _shown(
    resource: Resource, listing: Listing, query: Asked, *, mine: bool, wrong: bool
) -> dict[str, Any]:
    """Return what the template needs of a list; only that named in the address is turned."""
    plain = Asked(query.store, query.caller, query.now)
    typed = listing.narrowed(query) if mine else plain
    call = plain if wrong else typed
    after = call["after"]
    which = {"list": listing.name} if len(resource.lists) > 1 else {}
    cut = cutting.page_of(listing, call, size=listing.size, after=decode(after) if after else None)
    columns, cells = written(listing.columns, cut.items, call)
    forms = [
        one
        for one in resource.of_rows(listing.name)
        if one.page == "" and resource.alone(one) is None and call.caller.may(one.right)
    ]
    return {
        "listing": listing,
        "columns": list(columns),
        "rows": [
            (listing.name_of(row), row, line, [one for one in forms if one.when(row)])
            for row, line in zip(cut.items, cells or [()] * len(cut.items), strict=True)
        ],
        "acts": bool(forms),
        "page": replace(cut, next=cut.next and cut.next | which,
                        previous=cut.previous and cut.previous | which),
        "which": which,
        "narrowed": bool(call["q"]) or any(call[one.name] for one in listing.filters),
        "sort": cutting.sorting(listing, call),
        "q": typed["q"] or "",
        "filters": [(one, one.offered(call), typed[one.name]) for one in listing.filters],
    }  # fmt: skip


def _listed(resource: Resource, call: Asked) -> Listing:
    name = call["list"] or resource.lists[0].name
    found = resource.listing(name)
    if found is None:
        known = ", ".join(one.name for one in resource.lists)
        words = Text(f"There is no such list: use {known}.", f"没有这个列表：可用 {known}。")
        raise NotFound(f"{resource.name}.list", words)
    return found


def _file(request: Request, kind: files.Format, listing: Listing, call: Asked) -> Response:
    rows = file_rows(listing.columns, cutting.every(listing, listing.narrowed(call)), call)
    return files.send(request, kind, listing.file or listing.name, heads(listing.columns), rows)


router = APIRouter()
navigation: list[NavItem] = []
for _one in service.every():
    router.include_router(routes(_one))
    if _one.navigated:
        navigation.append(NavItem(_one.title, _one.path, _one.section, _one.order, _one.read))
