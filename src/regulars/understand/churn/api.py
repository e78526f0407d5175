"""`/api/v1/early-warning`: who is about to leave, and how well that is known."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.paging import CursorPaging, Page, encode, envelope
from regulars.kit import clock
from regulars.kit.errors import NotFound
from regulars.kit.ranked import part
from regulars.kit.text import Text
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.churn import listing, service
from regulars.understand.churn.model import FEATURES, MEANING
from regulars.understand.findings.model import enveloped

router = APIRouter(prefix="/api/v1", tags=["early warning"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Event = Annotated[
    str | None,
    Query(description="Event that counts as churn; default: 91 days of silence."),
]


@router.get("/early-warning", summary="Churn early warning")
def early_warning(ws: CurrentWorkspace, caller: Reader, event: Event = None) -> dict[str, Any]:
    """Return the selected model, its back-test with the alternatives, and customers at risk."""
    found = service.answered(ws, caller.places, event, now=clock.now())
    told = msgspec.to_builtins(found.payload)
    if not caller.may(Right.READ_PEOPLE):
        told["warned"] = []
    words = {"meaning": MEANING, "features": FEATURES}
    return enveloped(found, {**told, **words})


@router.get("/early-warning/customers", summary="Churn early warning, every customer")
def customers(
    *,
    ws: CurrentWorkspace,
    caller: PeopleReader,
    wanted: CursorPaging,
    request: Request,
    response: Response,
    event: Event = None,
) -> dict[str, Any]:
    """Return customers with chance, stake and reasons, those first of whom most can be saved.

    `active` tells who can still be warned of; `low`, `high` and `n` what became of customers rated
    so in the back-test.
    """
    now = clock.now()
    found = service.answered(ws, caller.places, event, now=now).payload
    people = service.customers(ws, caller.places, found, now=now)
    shown = part(people, listing.RANK, size=wanted.size, after=wanted.after)
    rows = [listing.plain(row) for row in shown.rows]
    following = {"after": encode(shown.following)} if shown.following else None
    return envelope(Page(rows, following), rows, request, response)


@router.get("/people/{person}/early-warning", summary="Churn early warning, one customer")
def early_warning_of(
    person: str, ws: CurrentWorkspace, caller: PeopleReader, event: Event = None
) -> dict[str, Any]:
    """Return the customer's churn probability, and what every factor adds on the log-odds scale."""
    now = clock.now()
    found = service.answered(ws, caller.places, event, now=now)
    told = service.explained(ws, caller.places, found.payload, person, now=now)
    if told is None:
        raise NotFound(
            "churn.person",
            Text("There is no early warning for this customer.", "没有该客户的流失预警。"),
        )
    return enveloped(found, msgspec.to_builtins(told))
