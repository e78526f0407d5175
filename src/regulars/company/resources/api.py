"""`/api/v1/…` of all resources: what there is, and each form as a call."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from regulars.company.access import NO_STORE, CurrentStore, needs
from regulars.company.resources import service
from regulars.company.rights.model import Principal, Right
from regulars.faces.declared import cutting, reading
from regulars.faces.declared.model import Asked, Form, Listing, Resource
from regulars.faces.paging import CursorPaging, envelope
from regulars.kit import clock

NOTHING = 204
Base = Annotated[int | None, Query(description="The version that the caller saw.", ge=0)]
Words = Annotated[str, Query(max_length=200, description="Words that a row holds.")]


def routes(resource: Resource) -> APIRouter:
    """Return the endpoints of one resource."""
    assert resource.api is not None
    router = APIRouter(prefix=resource.api, tags=[resource.tag or resource.name])
    _add_reading(router, resource)
    for form in resource.forms:
        if form.api is not None:
            _add(router, form, form.api)
    return router


def _add_reading(router: APIRouter, resource: Resource) -> None:
    """Add what there is: the whole or the first list, and each list with an address of its own."""
    about: dict[str, Any] = {"summary": resource.brief.en, "description": resource.question.en}
    reader, whole = Depends(needs(Right(resource.read))), resource.whole

    if whole is not None:

        @router.get("", response_model=resource.gives, **about)
        def read(*, store: CurrentStore, caller: Principal = reader) -> Any:
            return whole(Asked(store, caller, clock.now()))

    else:
        _add_list(router, resource, resource.lists[0], "", about)
    for listing in resource.lists:
        if listing.api is not None:
            _add_list(router, resource, listing, listing.api, {"summary": listing.title.en})


def _add_list(
    router: APIRouter, resource: Resource, listing: Listing, address: str, about: dict[str, Any]
) -> None:
    def rows(**given: Any) -> Any:
        wanted = given["wanted"]
        call = Asked(given["store"], given["caller"], clock.now(), given)
        rows_of = listing.rows(call)
        once = replace(listing, rows=lambda _asked: rows_of)
        if isinstance(rows_of, Sequence):
            return [listing.plain(row) for row in cutting.every(once, call)]
        cut = cutting.page_of(once, call, size=wanted.size, after=wanted.after)
        items = [listing.plain(row) for row in cut.items]
        return envelope(cut, items, given["request"], given["response"])

    reader = Annotated[Principal, Depends(needs(Right(resource.read)))]
    taken = {"request": Request, "response": Response, "store": CurrentStore, "caller": reader}
    parameters = [
        _parameter(name, kind) for name, kind in {**taken, "wanted": CursorPaging}.items()
    ]
    parameters += [_parameter(one.name, reading.narrowing(one), None) for one in listing.filters]
    parameters.append(_parameter("q", Words, ""))
    rows.__dict__["__signature__"] = inspect.Signature(parameters)
    router.add_api_route(address, rows, response_model=listing.gives, name=listing.name, **about)


def _add(router: APIRouter, form: Form, address: str) -> None:
    method, _space, path = address.partition(" ")

    def take(**given: Any) -> Any:
        if form.secret:
            given["response"].headers.update(NO_STORE)
        body = given.get("body")
        values = (body.model_dump() if body is not None
                  else {one.name: given[one.name] for one in form.fields})  # fmt: skip
        values |= {"base": given["base"]} if form.base else {}
        call = Asked(
            given["store"], given["caller"], clock.now(), values, given.get(_row_of(path), "")
        )
        result = service.take(form, call)
        return None if form.status == NOTHING else form.answer(result)

    take.__dict__["__signature__"] = inspect.Signature(list(_parameters(form, method, path)))
    router.add_api_route(
        path, take, methods=[method], status_code=form.status, summary=form.brief.en,
        response_model=form.gives, name=form.name,
    )  # fmt: skip


def _parameters(form: Form, method: str, path: str) -> Iterator[inspect.Parameter]:
    """Yield what a call takes: who calls, the row, and the values as a body or in the query."""
    yield _parameter("store", CurrentStore)
    yield _parameter("response", Response)
    yield _parameter("caller", Annotated[Principal, Depends(needs(Right(form.right)))])
    if row := _row_of(path):
        yield _parameter(row, str)
    if form.fields and method == "DELETE":
        for one in form.fields:
            kind, about = reading.queried(one)
            yield _parameter(one.name, Annotated[kind, about])
    elif form.fields:
        yield _parameter("body", reading.body(form))
    if form.base is not None:
        yield _parameter("base", Base, None)


def _row_of(path: str) -> str:
    """Return what an address calls the row; empty where it is of none."""
    return path.partition("{")[2].partition("}")[0]


def _parameter(
    name: str, annotation: Any, default: Any = inspect.Parameter.empty
) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, annotation=annotation, default=default)


router = APIRouter()
for _one in service.every():
    if _one.api is not None:
        router.include_router(routes(_one))
