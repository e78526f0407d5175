"""`/needs`: what customers will likely want next, and how often that came true."""

from __future__ import annotations

from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import NavItem, PersonPanel, Section, page
from regulars.faces.paging import Page, decode, encode
from regulars.kit import clock
from regulars.kit.ranked import among, part
from regulars.kit.text import Text
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind
from regulars.listen.identities import service as identities
from regulars.listen.profiles import service as profiles
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.needs import service, showing

router = APIRouter(prefix="/needs", include_in_schema=False)
navigation = [
    NavItem(Text("Predicted needs", "需求预测"), "/needs", Section.UNDERSTAND, 74,
            Right.READ_NUMBERS)
]  # fmt: skip
person_panels = [PersonPanel("/needs/of", 60, Right.READ_PEOPLE)]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Word = Annotated[str | None, Query(max_length=200)]
SIZE = 50
MAX_FOUND = 200


@router.get("")
def predicted(request: Request, ws: CurrentWorkspace, caller: Reader) -> Response:
    """Show the stored prediction; one not worked out yet follows the page."""
    known = service.stored(ws, caller.places, now=clock.now())
    return page(
        request,
        "needs/needs.html",
        title=_("What will our customers want next?"),
        fresh=known.as_of if known else None,
        may_list=caller.may(Right.READ_PEOPLE),
        thing=adoption.naming(ws, Kind.CATEGORY),
        **showing.values(known.payload if known else None),
    )


@router.get("/overview")
def overview(request: Request, ws: CurrentWorkspace, caller: Reader) -> Response:
    """Give the prediction, worked out now."""
    found = service.answered(ws, caller.places, now=clock.now()).payload
    return page(
        request,
        "needs/_overview.html",
        title="",
        may_list=caller.may(Right.READ_PEOPLE),
        thing=adoption.naming(ws, Kind.CATEGORY),
        **showing.values(found),
    )


@router.get("/tables/{name}")
def table(request: Request, ws: CurrentWorkspace, caller: Reader, name: str) -> Response:
    """Give one table of the page as a file."""
    kind = files.asked(request) or "csv"
    caller.require(Right.EXPORT)
    heads, lines = showing.table(service.answered(ws, caller.places, now=clock.now()).payload, name)
    return files.send(request, kind, f"needs-{name}", heads, lines)


@router.get("/customers")
def customers(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: PeopleReader,
    want: Word = None,
    q: str = "",
    after: Annotated[str | None, Query()] = None,
) -> Response:
    """List what each customer will likely want, of one thing or all, the surest first."""
    found = service.answered(ws, caller.places, now=clock.now())
    people = _wanting(service.customers(ws, caller.places, found.payload), want)
    people = among(people, _persons(ws, caller, q))
    if kind := files.asked(request):
        service.note_export(ws, caller, "customers")
        lines = showing.customer_lines(people)
        return files.send(request, kind, "predicted-needs", showing.CUSTOMERS, lines)
    thing = adoption.naming(ws, Kind.CATEGORY)
    shown = part(people, "rank", size=SIZE, after=decode(after) if after else None)
    more = {"after": encode(shown.following)} if shown.following else None
    return page(
        request,
        "needs/customers.html",
        title=_("What will each customer likely want next?"),
        fresh=found.as_of,
        q=q,
        want=want,
        options=[(one.name, say(thing(one.name))) for one in found.payload.items],
        thing=thing,
        names=profiles.names(ws, [row["person_id"] for row in shown.rows]),
        shown=Page(shown.rows, more, {"after": None} if after else None, shown.total),
        **showing.values(found.payload),
    )


@router.get("/of/{person}")
def of_person(
    request: Request, ws: CurrentWorkspace, caller: PeopleReader, person: str
) -> Response:
    """Give one person's likeliest wants for the person's page; nothing where there are none."""
    known = service.stored(ws, caller.places, now=clock.now())
    one = service.of_person(ws, caller.places, known.payload, person) if known else None
    return page(
        request, "needs/_person.html", title="", one=one,
        thing=adoption.naming(ws, Kind.CATEGORY),
        **showing.values(known.payload if known else None),
    )  # fmt: skip


def _wanting(people: pa.Table, want: str | None) -> pa.Table:
    """Return the customers of whom the thing is the likeliest; all of them without one."""
    if not want:
        return people
    return people.filter(pc.equal(people.column("want_1").cast(pa.string()), want))


def _persons(ws: Workspace, caller: Principal, words: str) -> list[str] | None:
    """Return the persons that the words mean; None without words."""
    if not words.strip():
        return None
    found = identities.find(ws, words, scope=caller.places, limit=MAX_FOUND)
    return [one.person_id for one in found]
