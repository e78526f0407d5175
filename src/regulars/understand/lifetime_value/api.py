"""`/api/v1/lifetime-value`: what customers will buy, all together and one by one."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends

from regulars.company.rights.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.kit.errors import NotFound
from regulars.kit.text import Text
from regulars.timeline.workspace import CurrentWorkspace
from regulars.understand.lifetime_value import service
from regulars.understand.lifetime_value.model import MEANING

router = APIRouter(prefix="/api/v1", tags=["lifetime value"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]


@router.get("/lifetime-value", summary="Lifetime value of all customers")
def lifetime_value(ws: CurrentWorkspace, caller: Reader) -> dict[str, Any]:
    """Return both models, what is expected by horizon with intervals, and the back-test."""
    found = service.answered(ws, caller.places, now=clock.now())
    told = msgspec.to_builtins(found.payload)
    if not caller.may(Right.READ_PEOPLE):
        told["customers"] = []
    return {"metric": "clv_amount_12m", "as_of": found.as_of, **told,
            "meaning": msgspec.to_builtins(MEANING)}  # fmt: skip


@router.get("/people/{person}/lifetime-value", summary="Lifetime value of one customer")
def lifetime_value_of(person: str, ws: CurrentWorkspace, caller: PeopleReader) -> dict[str, Any]:
    """Return the customer's expected purchases and amount of the next 12 months with interval."""
    found = service.answered(ws, caller.places, now=clock.now())
    customer = service.of_person(ws, caller.places, found.payload, person)
    if customer is None:
        raise NotFound(
            "lifetime_value.person",
            Text("There is no forecast for this customer.", "没有该客户的预测。"),
        )
    told: dict[str, Any] = msgspec.to_builtins(customer)
    return {"unit": found.payload.currency, **told}
