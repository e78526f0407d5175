"""`/lifetime-value`: what customers will buy, who brings it, and how well that was foretold."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.language import gettext as _
from regulars.faces.layout import NavItem, PersonPanel, Section, page
from regulars.faces.paging import Page, decode, encode
from regulars.kit import clock
from regulars.kit.ranked import among, part
from regulars.kit.text import Text
from regulars.listen.identities import service as identities
from regulars.listen.profiles import service as profiles
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.lifetime_value import service, showing
from regulars.understand.lifetime_value.model import LifetimeValue

router = APIRouter(prefix="/lifetime-value", include_in_schema=False)
navigation = [
    NavItem(
        Text("Customer lifetime value (CLV)", "客户生命周期价值（CLV）"),
        "/lifetime-value",
        Section.UNDERSTAND,
        70,
        Right.READ_NUMBERS,
    )
]
person_panels = [PersonPanel("/lifetime-value/of", 40, Right.READ_PEOPLE)]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
After = Annotated[str | None, Query()]
SIZE = 50
BEST = 10
MAX_FOUND = 200


@router.get("")
def lifetime_value(request: Request, ws: CurrentWorkspace, caller: Reader) -> Response:
    """Show the stored forecast; one not worked out yet follows the page."""
    known = service.stored(ws, caller.places, now=clock.now())
    return page(
        request,
        "lifetime_value/lifetime_value.html",
        title=_("What will our customers buy in the months ahead?"),
        fresh=known.as_of if known else None,
        **_values(ws, caller, known.payload if known else None),
    )


@router.get("/overview")
def overview(request: Request, ws: CurrentWorkspace, caller: Reader) -> Response:
    """Give the forecast, worked out now."""
    found = service.answered(ws, caller.places, now=clock.now()).payload
    return page(
        request, "lifetime_value/_overview.html", title="", **_values(ws, caller, found)
    )  # fmt: skip


@router.get("/tables/{name}")
def table(request: Request, ws: CurrentWorkspace, caller: Reader, name: str) -> Response:
    """Give one table of the page as a file."""
    kind = files.asked(request) or "csv"
    caller.require(Right.EXPORT)
    heads, lines = showing.table(service.answered(ws, caller.places, now=clock.now()).payload, name)
    return files.send(request, kind, f"lifetime-value-{name}", heads, lines)


@router.get("/customers")
def customers(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: PeopleReader,
    q: str = "",
    after: After = None,
) -> Response:
    """List every customer's forecast, the highest value first, found by name or address."""
    found = service.answered(ws, caller.places, now=clock.now())
    people = among(service.customers(ws, caller.places, found.payload), _persons(ws, caller, q))
    if kind := files.asked(request):
        service.note_export(ws, caller, "customers")
        lines = showing.customer_lines(people)
        return files.send(request, kind, "lifetime-value", showing.CUSTOMERS, lines)
    shown = part(people, "value", size=SIZE, after=decode(after) if after else None)
    more = {"after": encode(shown.following)} if shown.following else None
    return page(
        request,
        "lifetime_value/customers.html",
        title=_("What will each customer buy in the next 12 months?"),
        fresh=found.as_of,
        q=q,
        found=found.payload,
        names=profiles.names(ws, [row["person_id"] for row in shown.rows]),
        shown=Page(shown.rows, more, {"after": None} if after else None, shown.total),
    )


@router.get("/of/{person}")
def of_person(
    request: Request, ws: CurrentWorkspace, caller: PeopleReader, person: str
) -> Response:
    """Give one person's forecast for the person's page; nothing where there is none."""
    known = service.stored(ws, caller.places, now=clock.now())
    one = service.of_person(ws, caller.places, known.payload, person) if known else None
    return page(
        request, "lifetime_value/_person.html", title="", one=one,
        found=known.payload if known else None,
    )  # fmt: skip


def _values(ws: Workspace, caller: Principal, found: LifetimeValue | None) -> dict[str, Any]:
    may_list = caller.may(Right.READ_PEOPLE)
    best = found.customers[:BEST] if found and may_list else []
    return {
        **showing.values(found),
        "may_list": may_list,
        "best": best,
        "names": profiles.names(ws, [one.person for one in best]),
    }


def _persons(ws: Workspace, caller: Principal, words: str) -> list[str] | None:
    """Return the persons that the words mean; None without words."""
    if not words.strip():
        return None
    found = identities.find(ws, words, scope=caller.places, limit=MAX_FOUND)
    return [one.person_id for one in found]
