"""`/api/v1/lifetime-value`: what customers will buy, all together and one by one."""

from __future__ import annotations

from math import isfinite
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
from regulars.understand.lifetime_value import service
from regulars.understand.lifetime_value.model import MEANING

router = APIRouter(prefix="/api/v1", tags=["lifetime value"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]


@router.get("/lifetime-value", summary="Customer lifetime value (CLV), all customers")
def lifetime_value(ws: CurrentWorkspace, caller: Reader) -> dict[str, Any]:
    """Return both models, what is expected by horizon with intervals, and the back-test."""
    found = service.answered(ws, caller.places, now=clock.now())
    told = msgspec.to_builtins(found.payload)
    if not caller.may(Right.READ_PEOPLE):
        told["customers"] = []
    return enveloped(found, {"metric": "clv_amount_12m", **told, "meaning": MEANING})


@router.get(
    "/lifetime-value/customers", summary="Customer lifetime value (CLV), customer by customer"
)
def customers(
    ws: CurrentWorkspace,
    caller: PeopleReader,
    wanted: CursorPaging,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Return customers with what they are expected to buy, the highest value first.

    `high` is null where the amounts vary too much to say.
    """
    found = service.answered(ws, caller.places, now=clock.now()).payload
    people = service.customers(ws, caller.places, found)
    shown = part(people, "value", size=wanted.size, after=wanted.after)
    rows = [row | {"high": row["high"] if isfinite(row["high"]) else None} for row in shown.rows]
    following = {"after": encode(shown.following)} if shown.following else None
    return envelope(Page(rows, following), rows, request, response)


@router.get(
    "/people/{person}/lifetime-value", summary="Customer lifetime value (CLV), one customer"
)
def lifetime_value_of(person: str, ws: CurrentWorkspace, caller: PeopleReader) -> dict[str, Any]:
    """Return the customer's expected purchases and amount of the next 12 months with interval."""
    found = service.answered(ws, caller.places, now=clock.now())
    customer = service.of_person(ws, caller.places, found.payload, person)
    if customer is None:
        raise NotFound(
            "lifetime_value.person",
            Text("There is no forecast for this customer.", "没有该客户的预测。"),
        )
    told = msgspec.to_builtins(customer)
    return enveloped(found, {"unit": found.payload.currency, **told})
