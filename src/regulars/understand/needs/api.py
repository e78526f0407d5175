"""`/api/v1/needs`: what customers will likely want next."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.paging import CursorPaging, Page, encode, envelope
from regulars.kit import clock
from regulars.kit.errors import NotFound
from regulars.kit.ranked import part
from regulars.kit.text import Text
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.findings.model import enveloped
from regulars.understand.needs import service
from regulars.understand.needs.model import MEANING

router = APIRouter(prefix="/api/v1", tags=["predicted needs"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]


@router.get("/needs", summary="What customers will likely want next")
def predicted(ws: CurrentWorkspace, caller: Reader) -> dict[str, Any]:
    """Return the selected model, its hit rate and the alternatives', and the items with shares."""
    found = service.answered(ws, caller.places, now=clock.now())
    told = msgspec.to_builtins(found.payload)
    del told["knowledge"]
    if not caller.may(Right.READ_PEOPLE):
        told["customers"] = []
    return enveloped(found, {**told, "meaning": MEANING})


@router.get("/needs/customers", summary="What each customer will likely want next")
def customers(
    ws: CurrentWorkspace,
    caller: PeopleReader,
    wanted: CursorPaging,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Return customers with their top picks, the most certain first."""
    found = service.answered(ws, caller.places, now=clock.now()).payload
    people = service.customers(ws, caller.places, found)
    shown = part(people, "rank", size=wanted.size, after=wanted.after)
    rows = [
        {
            "person_id": row["person_id"],
            "bought": row["bought"],
            "wants": msgspec.to_builtins(service.wants_of(row)),
        }
        for row in shown.rows
    ]
    following = {"after": encode(shown.following)} if shown.following else None
    return envelope(Page(rows, following), rows, request, response)


@router.get("/people/{person}/needs", summary="What one customer will likely want next")
def needs_of(person: str, ws: CurrentWorkspace, caller: PeopleReader) -> dict[str, Any]:
    """Return the customer's top picks with the hit rate of such predictions."""
    found = service.answered(ws, caller.places, now=clock.now())
    customer = service.of_person(ws, caller.places, found.payload, person)
    if customer is None:
        raise NotFound(
            "needs.person",
            Text("There is no prediction for this customer.", "没有该客户的需求预测。"),
        )
    return enveloped(found, msgspec.to_builtins(customer))
