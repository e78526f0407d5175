"""`/value-groups`: who is core, potential and base, why that changed, and what to do."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.forms import FormFields
from regulars.faces.language import gettext as _
from regulars.faces.layout import NavItem, PersonPanel, Section, page
from regulars.faces.paging import Page, decode, encode
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.kit.ranked import part
from regulars.kit.text import Text
from regulars.listen.identities import service as identities
from regulars.listen.profiles import service as profiles
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.value_groups import service, showing
from regulars.understand.value_groups.model import GROUPS, REASON_TITLES, SEGMENTS, Overview, Rules

router = APIRouter(prefix="/value-groups", include_in_schema=False)
navigation = [
    NavItem(Text("Value groups", "价值分组"), "/value-groups", Section.UNDERSTAND, 60,
            Right.READ_NUMBERS)
]  # fmt: skip
person_panels = [PersonPanel("/value-groups/of", 20, Right.READ_PEOPLE)]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]
Word = Annotated[str | None, Query()]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
SIZE = 50
MAX_FOUND = 200


@router.get("")
def value_groups(
    request: Request, ws: CurrentWorkspace, caller: Reader, done: str = ""
) -> Response:
    """Show the last assignment; one not worked out yet follows the page."""
    known = service.stored(ws, caller.places, now=clock.now())
    return page(
        request,
        "value_groups/value_groups.html",
        title=_("Who are our most valuable customers?"),
        fresh=known.as_of if known else None,
        done=done,
        errors={},
        typed={},
        **_values(ws, caller, known.payload if known else None),
    )


@router.get("/overview")
def overview_piece(request: Request, ws: CurrentWorkspace, caller: Reader) -> Response:
    """Give the assignment, worked out now; the first one is made here."""
    found = _found(ws, caller)
    return page(
        request,
        "value_groups/_overview.html",
        title="",
        errors={},
        typed={},
        **_values(ws, caller, found),
    )


@router.get("/tables/{name}")
def table(request: Request, ws: CurrentWorkspace, caller: Reader, name: str) -> Response:
    """Give one table of the page as a file."""
    found = _found(ws, caller)
    kind = files.asked(request) or "csv"
    caller.require(Right.EXPORT)
    heads, lines = showing.table(found, name) if found else ((), iter(()))
    return files.send(request, kind, f"value-groups-{name}", heads, lines)


@router.get("/customers")
def customers(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: PeopleReader,
    group: Word = None,
    segment: Word = None,
    q: str = "",
    after: Word = None,
) -> Response:
    """List the customers of a group or segment, found by name or address, paged."""
    group, segment = group or None, segment or None
    people = service.chosen(
        ws, caller.places, group=group, segment=segment, persons=_persons(ws, caller, q)
    )
    if kind := files.asked(request):
        service.note_export(ws, caller, "customers")
        rows = showing.customer_lines(people)
        return files.send(request, kind, "customers-by-value", showing.CUSTOMERS, rows)
    found = part(people, "score", size=SIZE, after=decode(after) if after else None)
    return page(
        request,
        "value_groups/customers.html",
        title=_("Which customers are worth how much?"),
        q=q,
        group=group,
        segment=segment,
        found=found,
        names=profiles.names(ws, [row["person_id"] for row in found.rows]),
        shown=_page(found.rows, found.following, after, found.total),
        **_choices(ws),
    )


@router.get("/changes")
def changes(
    request: Request, ws: CurrentWorkspace, caller: PeopleReader, number: PageNumber = 1
) -> Response:
    """List whose group changed at the last assignment, and why."""
    found = service.changed(ws, scope=caller.places)
    if (kind := files.asked(request)) and found is not None:
        service.note_export(ws, caller, "changes")
        lines = showing.change_lines(found)
        return files.send(request, kind, "value-group-changes", showing.CHANGES, lines)
    start = (number - 1) * SIZE
    rows = found.slice(start, SIZE).to_pylist() if found is not None else []
    more = found is not None and found.num_rows > start + SIZE
    back = {"number": number - 1 if number > 2 else None} if number > 1 else None
    return page(
        request,
        "value_groups/changes.html",
        title=_("Whose value group changed, and why?"),
        compared=found is not None,
        names=profiles.names(ws, [row["person_id"] for row in rows]),
        shown=Page(rows, {"number": number + 1} if more else None, back,
                   found.num_rows if found is not None else 0),
        reasons=REASON_TITLES,
        **_choices(ws),
    )  # fmt: skip


@router.get("/of/{person}")
def of_person(
    request: Request, ws: CurrentWorkspace, caller: PeopleReader, person: str
) -> Response:
    """Give one person's group, for the person's page; nothing for who has none."""
    found = service.group_of(ws, person, scope=caller.places)
    return page(
        request, "value_groups/_person.html", title="", one=found, **showing.values(None),
        currency=service.currency_of(ws),
    )  # fmt: skip


@router.post("/rules")
def set_rules(
    request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields
) -> Response:
    """Put new weights in force and assign the last month anew by them."""
    weights = [
        fields.number(name, required=True) or 0.0 for name in ("spend", "frequency", "depth")
    ]
    days = fields.whole("days", required=True)
    try:
        if fields.ok and days is not None:
            service.set_rules(
                ws, Rules(weights[0], weights[1], weights[2], days), by=caller, now=clock.now()
            )
            service.again(ws, now=clock.now())
            return RedirectResponse("/value-groups?done=rules#rules", 303)
    except RegularsError as error:
        fields.take(error)
    known = service.stored(ws, caller.places, now=clock.now())
    return page(
        request, "value_groups/value_groups.html", status=422, done="", errors=fields.errors,
        title=_("Who are our most valuable customers?"), typed=fields.raw,
        **_values(ws, caller, known.payload if known else None),
    )  # fmt: skip


def _found(ws: Workspace, caller: Principal) -> Overview | None:
    now = clock.now()
    if not service.runs(ws):
        service.assign_due(ws, now=now)
    found = service.answered(ws, caller.places, now=now)
    return found.payload if found else None


def _values(ws: Workspace, caller: Principal, found: Overview | None) -> dict[str, Any]:
    return {
        **showing.values(found),
        "rules": service.rules(ws),
        "history": service.rules_history(ws),
        "may_edit": caller.may(Right.EDIT_TARGETS),
        "may_list": caller.may(Right.READ_PEOPLE),
    }


def _choices(ws: Workspace) -> dict[str, Any]:
    return {
        "group_title": showing.group_title,
        "segment_title": showing.segment_title,
        "groups": [(str(one), showing.group_title(one)) for one in GROUPS],
        "segments": [(str(one), showing.segment_title(one)) for one in SEGMENTS],
        "currency": service.currency_of(ws),
    }


def _persons(ws: Workspace, caller: Principal, words: str) -> list[str] | None:
    """Return the persons that the words mean; None without words."""
    if not words.strip():
        return None
    found = identities.find(ws, words, scope=caller.places, limit=MAX_FOUND)
    return [one.person_id for one in found]


def _page(rows: list[Any], following: Any, after: str | None, total: int) -> Page[Any]:
    back = {"after": None} if after else None
    return Page(rows, {"after": encode(following)} if following else None, back, total)
