"""The pages of all resources: lists, files, forms."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import NO_STORE, CurrentStore, needs
from regulars.company.resources import service
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.columns import cell_of, file_rows, heads
from regulars.faces.declared import cutting, reading
from regulars.faces.declared.model import Asked, Form, Listing, Resource
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import say
from regulars.faces.layout import NavItem, page
from regulars.faces.paging import decode
from regulars.kit import clock
from regulars.kit.errors import NotFound, RegularsError
from regulars.kit.text import Text

SIZE = 50


def routes(resource: Resource) -> APIRouter:
    """Return the pages of one resource."""
    router = APIRouter(prefix=resource.path, include_in_schema=False)
    reader = Depends(needs(Right(resource.read)))

    @router.get("")
    def whole(*, request: Request, store: CurrentStore, caller: Principal = reader) -> Response:
        """Show the lists, or give one as a file."""
        asked = Asked(store, caller, clock.now(), dict(request.query_params))
        if kind := files.asked(request):
            return _file(request, kind, _listed(resource, asked), asked)
        return show(request, resource, asked)

    for form in resource.forms:
        _add(router, resource, form)
    return router


def _add(router: APIRouter, resource: Resource, form: Form) -> None:
    allowed = Depends(needs(Right(form.right)))

    @router.post(f"/{form.name}")
    def take(
        *, request: Request, store: CurrentStore, caller: Principal = allowed, fields: FormFields
    ) -> Response:
        row = fields.text("row", required=True) or "" if form.of_row else ""
        asked = Asked(store, caller, clock.now(), row=row)
        asked = Asked(store, caller, asked.now, reading.sent(form, fields, asked), row)
        try:
            if fields.ok:
                made = service.take(form, asked)
                if form.secret:
                    return show(request, resource, asked, form=form, made=made)
                return RedirectResponse(f"{resource.path}?done={form.name}", 303)
        except RegularsError as error:
            fields.take(error)
            lost = isinstance(error, NotFound)
            return show(request, resource, asked, form=form, fields=fields, lost=lost)
        return show(request, resource, asked, form=form, fields=fields)


def show(
    request: Request,
    resource: Resource,
    asked: Asked,
    *,
    form: Form | None = None,
    fields: Fields | None = None,
    made: Any = None,
    lost: bool = False,
) -> Response:
    """Return the page: after a `form` that was refused, with its `fields` and what is wrong.

    What acts on something that is not there is `lost`.
    """
    query = Asked(asked.store, asked.caller, asked.now, dict(request.query_params))
    done = resource.form(query["done"] or "")
    chosen = query["list"]
    return page(
        request,
        resource.template,
        title=resource.question,
        status=404 if lost else 422 if fields else 200,
        headers=NO_STORE if made is not None else None,
        resource=resource,
        lists={
            one.name: _shown(resource, one, query, mine=chosen in (None, one.name))
            for one in resource.lists
            if not one.rest
        },
        forms={
            one.name: {
                "form": one,
                "typed": reading.typed(one, query, fields if one is form else None),
                "errors": fields.errors if fields and one is form else {},
                "offered": {part.name: part.offered(query) for part in one.fields},
            }
            for one in resource.forms
            if asked.caller.may(one.right)
        },
        wrong=_wrong(form, fields) if form and fields else None,
        opened=form.name if form else None,
        done=say(done.done) if done else None,
        made=made,
        **resource.values(query),
    )


def _wrong(form: Form, fields: Fields) -> str | None:
    """Return what is wrong and stands at no field that the page shows."""
    shown = () if form.of_row else tuple(one.name for one in form.fields)
    return next((why for name, why in fields.errors.items()
                 if name.partition(".")[0] not in shown), None)  # fmt: skip


def _shown(resource: Resource, listing: Listing, query: Asked, *, mine: bool) -> dict[str, Any]:
    """Return what the template needs of a list; only that named in the address is turned."""
    asked = query if mine else Asked(query.store, query.caller, query.now)
    after = asked["after"]
    cut = cutting.page_of(listing, asked, size=SIZE, after=decode(after) if after else None)
    columns = [one for one in listing.columns if not one.in_file]
    forms = [one for one in resource.of_rows(listing.name) if asked.caller.may(one.right)]
    return {
        "listing": listing,
        "columns": columns,
        "rows": [
            (listing.name_of(row), row, [cell_of(one, row, asked) for one in columns],
             [one for one in forms if one.when(row)])
            for row in cut.items
        ],
        "acts": bool(forms),
        "page": cut,
        "sort": cutting.sorting(listing, asked),
        "q": asked["q"] or "",
        "filters": [(one, one.choices(asked) if callable(one.choices) else one.choices,
                     asked[one.name]) for one in listing.filters],
    }  # fmt: skip


def _listed(resource: Resource, asked: Asked) -> Listing:
    name = asked["list"] or resource.lists[0].name
    found = resource.listing(name)
    if found is None:
        known = ", ".join(one.name for one in resource.lists)
        words = Text(f"There is no such list: use {known}.", f"没有这个列表：可用 {known}。")
        raise NotFound(f"{resource.name}.list", words)
    return found


def _file(request: Request, kind: files.Format, listing: Listing, asked: Asked) -> Response:
    rows = file_rows(listing.columns, cutting.every(listing, asked), asked)
    return files.send(request, kind, listing.file or listing.name, heads(listing.columns), rows)


router = APIRouter()
navigation: list[NavItem] = []
for _one in service.every():
    router.include_router(routes(_one))
    if _one.navigated:
        navigation.append(NavItem(_one.title, _one.path, _one.section, _one.order, _one.read))
