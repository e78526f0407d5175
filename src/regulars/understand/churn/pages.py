"""`/early-warning`: who is about to leave, how sure that is, why, and what can still be saved."""

from __future__ import annotations

from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
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
from regulars.understand.churn import listing, service, showing
from regulars.understand.churn.model import EarlyWarning

router = APIRouter(prefix="/early-warning", include_in_schema=False)
navigation = [
    NavItem(Text("Early warning", "流失预警"), "/early-warning", Section.UNDERSTAND, 72,
            Right.READ_NUMBERS)
]  # fmt: skip
person_panels = [PersonPanel("/early-warning/of", 50, Right.READ_PEOPLE)]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Word = Annotated[str | None, Query(max_length=200)]
SIZE = 50
FIRST = 20
MAX_FOUND = 200
ALL = "all"


@router.get("")
def early_warning(
    request: Request, ws: CurrentWorkspace, caller: Reader, event: Word = None
) -> Response:
    """Show the stored warning; one not worked out yet follows the page."""
    event = _name(event)
    known = service.stored(ws, caller.places, event, now=clock.now())
    return page(
        request,
        "churn/early_warning.html",
        title=_("Who is about to churn, and how much can still be saved?"),
        fresh=known.as_of if known else None,
        piece="/early-warning/overview" + (f"?{request.url.query}" if request.url.query else ""),
        **_values(ws, caller, known.payload if known else None, event),
    )


@router.get("/overview")
def overview(
    request: Request, ws: CurrentWorkspace, caller: Reader, event: Word = None
) -> Response:
    """Give the warning, worked out now."""
    event = _name(event)
    found = service.answered(ws, caller.places, event, now=clock.now()).payload
    return page(
        request, "churn/_overview.html", title="", **_values(ws, caller, found, event)
    )  # fmt: skip


@router.get("/tables/{name}")
def table(
    request: Request, ws: CurrentWorkspace, caller: Reader, name: str, event: Word = None
) -> Response:
    """Give one table of the page as a file."""
    kind = files.asked(request) or "csv"
    caller.require(Right.EXPORT)
    found = service.answered(ws, caller.places, _name(event), now=clock.now()).payload
    heads, lines = showing.table(found, name)
    return files.send(request, kind, f"early-warning-{name}", heads, lines)


@router.get("/customers")
def customers(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: PeopleReader,
    event: Word = None,
    q: str = "",
    who: str = "",
    after: Annotated[str | None, Query()] = None,
) -> Response:
    """List the customers that can be warned of (or all), most at stake first."""
    event, now = _name(event), clock.now()
    found = service.answered(ws, caller.places, event, now=now)
    people = _people(service.customers(ws, caller.places, found.payload, now=now), who)
    people = among(people, _persons(ws, caller, q))
    if kind := files.asked(request):
        service.note_export(ws, caller, "customers")
        lines = showing.customer_lines(people)
        return files.send(request, kind, "early-warning", showing.CUSTOMERS, lines)
    shown = part(people, listing.RANK, size=SIZE, after=decode(after) if after else None)
    more = {"after": encode(shown.following)} if shown.following else None
    return page(
        request,
        "churn/customers.html",
        title=_("Which customers are about to churn?"),
        fresh=found.as_of,
        q=q,
        who=who,
        shown=Page(shown.rows, more, {"after": None} if after else None, shown.total),
        **_values(ws, caller, found.payload, event, [row["person_id"] for row in shown.rows]),
    )


@router.get("/of/{person}")
def of_person(
    request: Request, ws: CurrentWorkspace, caller: PeopleReader, person: str
) -> Response:
    """Give one person's warning with all reasons, for the person's page; nothing without one."""
    now = clock.now()
    known = service.stored(ws, caller.places, now=now)
    found = known.payload if known else None
    told = service.explained(ws, caller.places, found, person, now=now) if found else None
    return page(
        request, "churn/_person.html", title="", one=told, **showing.values(found)
    )  # fmt: skip


def _values(
    ws: Workspace,
    caller: Principal,
    found: EarlyWarning | None,
    event: str | None,
    named: list[str] | None = None,
) -> dict[str, Any]:
    may_list = caller.may(Right.READ_PEOPLE)
    first = found.warned[:FIRST] if found and may_list and named is None else []
    return {
        **showing.values(found),
        "event": event,
        "may_list": may_list,
        "first": first,
        "names": profiles.names(ws, named or [one.person for one in first]),
    }


def _people(people: pa.Table, who: str) -> pa.Table:
    return people if who == ALL else people.filter(pc.field("active"))


def _name(event: str | None) -> str | None:
    return (event or "").strip() or None


def _persons(ws: Workspace, caller: Principal, words: str) -> list[str] | None:
    """Return the persons that the words mean; None without words."""
    if not words.strip():
        return None
    found = identities.find(ws, words, scope=caller.places, limit=MAX_FOUND)
    return [one.person_id for one in found]
