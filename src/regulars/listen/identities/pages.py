"""People: search, one person's timeline, merges and their undoing, erasure."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from regulars.company.access import NO_STORE, needs
from regulars.company.places import service as places
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.forms import FormFields
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.faces.layout import NavItem, Section, page, panels_of
from regulars.faces.paging import cut, decode
from regulars.kit import clock
from regulars.kit.errors import NotFound, RegularsError
from regulars.kit.text import Text
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind as WordKind
from regulars.listen.catalog import service as catalog
from regulars.listen.identities import api, contested, finding, picture, quoting, service, story
from regulars.listen.identities.model import KIND_NAMES, Candidate, Entry, IdentityKind
from regulars.listen.identities.story import Filter
from regulars.listen.profiles import model as profile
from regulars.listen.profiles import service as profiles
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace

router = APIRouter(prefix="/people", include_in_schema=False)
navigation = [
    NavItem(Text("People", "客户"), "/people", Section.LISTEN, 10, Right.READ_PEOPLE),
    NavItem(
        Text("Contested", "有争议的关联"),
        "/people/contested",
        Section.LISTEN,
        12,
        Right.EDIT_PEOPLE,
        badge="/people/contested/count",
    ),
]
Reader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_PEOPLE))]
Eraser = Annotated[Principal, Depends(needs(Right.ERASE_PEOPLE))]
Exporter = Annotated[Principal, Depends(needs(Right.EXPORT, Right.READ_PEOPLE))]
SIZE = 50
KIND_COLOURS = {
    IdentityKind.ORDER: 1,
    IdentityKind.FEEDBACK: 2,
    IdentityKind.SERVICE: 3,
    IdentityKind.VISIT: 8,
}
"""The series colour of each kind in the picture."""
LINK_NAMES = {
    "identify": Text("seen on one device", "同一设备登录"),
    "alias": Text("two ids of one account", "同一账号的两个编号"),
    "email": Text("same email address", "相同的邮箱"),
    "phone": Text("same phone number", "相同的手机号"),
    "merge": Text("merged by staff", "由员工合并"),
    "spelling": Text("the same number in another format", "同一号码的不同写法"),
}
SHARED_NAMES = {
    "identify": Text("A device", "一台设备"),
    "alias": Text("An earlier id", "一个旧编号"),
    "email": Text("An email address", "一个邮箱"),
    "phone": Text("A phone number", "一个手机号"),
}
COLUMNS = (
    Text("When", "时间"),
    Text("Event", "事件"),
    Text("Actor", "行为者"),
    Text("Touchpoint", "触点"),
    Text("Channel", "渠道"),
    Text("Place", "地点"),
    Text("Order", "订单"),
    Text("Amount", "金额"),
    Text("Currency", "货币"),
    Text("Metric", "指标"),
    Text("Score", "评分"),
    Text("Comment", "原话"),
    Text("Event id", "事件编号"),
)


@router.get("")
def people(
    request: Request,
    ws: CurrentWorkspace,
    caller: Reader,
    *,
    q: str = "",
    after: str = "",
    done: str = "",
) -> Response:
    """Search people; without words, show who may be one person."""
    hits = finding.search(
        ws, q, scope=caller.places, size=SIZE, after=decode(after) if after else None
    )
    pairs = [] if q else _pairs(ws, caller)
    words = {} if q else finding.last_words(ws, now=clock.now(), scope=caller.places)
    named = [*words, *(one for pair in pairs for one in (pair.left_person, pair.right_person))]
    persons = {one.person_id: one.identities for one in hits.items}
    persons |= {one: service.person(ws, one).identities for one in named}
    return page(
        request,
        "people/search.html",
        title=_("Find a customer"),
        headers=NO_STORE,
        q=q,
        done=done,
        found=hits,
        pairs=pairs,
        words=words,
        known=_known(ws, persons),
        titles=profile.TITLES,
    )


def _pairs(ws: Workspace, caller: Principal) -> list[Candidate]:
    """Return who may be one person, for those who may merge them."""
    if not caller.may(Right.EDIT_PEOPLE):
        return []
    return service.candidates(ws, scope=caller.places, limit=20)


def _known(ws: Workspace, persons: dict[str, tuple[str, ...]]) -> dict[str, dict[str, str | None]]:
    """Return person → attribute → the value that holds."""
    held = profiles.of_people(ws, persons)
    return {
        person: {one.name: one.value for one in attributes} for person, attributes in held.items()
    }


@router.get("/contested")
def contested_links(
    request: Request, ws: CurrentWorkspace, caller: Editor, *, after: str = "", done: str = ""
) -> Response:
    """Show what people share who cannot be one person."""
    return _contested(request, ws, caller, after=after, done=done)


@router.get("/contested/count")
def contested_count(ws: CurrentWorkspace, _caller: Editor) -> Response:
    """Return how many wait for a decision, for the navigation."""
    waiting = contested.count(ws)
    return PlainTextResponse(f"{waiting:,}" if waiting else "", headers=NO_STORE)


@router.post("/contested/{identity}")
def decide(
    request: Request, ws: CurrentWorkspace, caller: Editor, identity: str, fields: FormFields
) -> Response:
    """Join those who share it, keep them apart, or take that back."""
    act = fields.choice("act", ("join", "apart", "undo"), required=True)
    now = clock.now()
    try:
        reason = fields.text("reason", required=act != "undo", most=1_000) or ""
        if fields.ok and act == "join":
            persons = fields.choices("persons")
            contested.join(ws, caller, identity, persons, reason=reason, now=now)
        elif fields.ok and act == "apart":
            contested.keep_apart(ws, caller, identity, reason=reason, now=now)
        elif fields.ok:
            contested.undo(ws, caller, identity, now=now)
        if fields.ok:
            return RedirectResponse("/people/contested?done=decided", 303)
    except NotFound:
        raise  # of another place, or decided meanwhile: there is no such form to show again
    except RegularsError as error:
        fields.take(error)
    return _contested(request, ws, caller, errors=fields.errors, wrong=identity, status=422)


def _contested(
    request: Request, ws: Workspace, caller: Principal, *, after: str = "", **more: Any
) -> Response:
    cases = contested.every(ws, scope=caller.places, limit=SIZE, after=after or None)
    apart = contested.decided(ws, scope=caller.places)
    sides = [side.sighting for one in (*cases, *apart) for side in one.sides]
    return page(
        request,
        "people/contested.html",
        title=_("Which identifiers are shared?"),
        headers=NO_STORE,
        found=cases,
        apart=apart,
        next=cases[-1].identity if len(cases) == SIZE else None,
        known=_known(ws, {one.person_id: one.identities for one in sides}),
        shared=SHARED_NAMES,
        source=adoption.naming(ws, WordKind.SOURCE),
        **{"done": "", "errors": {}, "wrong": "", **more},
    )


@router.get("/{identity}")
def person(
    request: Request, ws: CurrentWorkspace, caller: Reader, identity: str, done: str = ""
) -> Response:
    """Show one person: all events on one line, attributes, identities."""
    wanted, wrong = story.read_filter(request.query_params, ws.zone)
    person_story = story.story(ws, identity, scope=caller.places)
    if kind := files.asked(request):
        caller.require(Right.EXPORT)
        story.note_export(ws, caller, person_story)
        rows = map(_row, person_story.matching(wanted))
        return files.send(request, kind, f"person-{identity[:8]}", COLUMNS, rows)
    return _page(request, ws, caller, person_story, wanted=wanted, done=done, wrong=wrong)


@router.get("/{identity}/export.json")
def export(ws: CurrentWorkspace, caller: Exporter, identity: str) -> Response:
    """Hand over all that is held of a person."""
    return api.export(ws, caller, identity)


@router.post("/{identity}/merge")
def merge(
    request: Request, ws: CurrentWorkspace, caller: Editor, identity: str, fields: FormFields
) -> Response:
    """Make this person and another one."""
    other = fields.text("other", required=True, most=200) or ""
    reason = fields.text("reason", required=True, most=1_000) or ""
    try:
        if fields.ok:
            right = finding.the_one(ws, other, scope=caller.places)
            service.merge(ws, caller, identity, right, reason=reason, now=clock.now())
            return RedirectResponse(f"/people/{identity}?done=merged", 303)
    except RegularsError as error:
        fields.take(error)
    return _again(request, ws, caller, identity, fields)


@router.post("/{identity}/links/{link_id}/undo")
def undo(
    request: Request,
    ws: CurrentWorkspace,
    caller: Editor,
    identity: str,
    link_id: str,
    *,
    fields: FormFields,
) -> Response:
    """Undo one link."""
    reason = fields.text("reason", required=True, most=1_000) or ""
    try:
        if fields.ok:
            service.unmerge(ws, caller, link_id, reason=reason, now=clock.now())
            return RedirectResponse(f"/people/{identity}?done=undone", 303)
    except RegularsError as error:
        fields.take(error)
    return _again(request, ws, caller, identity, fields)


@router.post("/{identity}/values")
def correct(
    request: Request, ws: CurrentWorkspace, caller: Editor, identity: str, fields: FormFields
) -> Response:
    """Write down what staff know; what other sources hold stays beside it."""
    attribute = fields.choice("attribute", profile.TITLES, required=True)
    value = fields.text("value", most=1_000)
    if attribute is None or not fields.ok:
        return _again(request, ws, caller, identity, fields)
    story.correct(ws, caller, identity, attribute, value, now=clock.now())
    return RedirectResponse(f"/people/{identity}?done=corrected", 303)


@router.post("/{identity}/erase")
def erase(request: Request, ws: CurrentWorkspace, caller: Eraser, identity: str) -> Response:
    """Erase this person for good; tell who quotes them and which backups still hold them."""
    done = story.erase(ws, caller, identity, now=clock.now())
    if not (done.quoted.count or done.backups):
        return RedirectResponse("/people?done=erased", 303)
    return page(
        request,
        "people/erased.html",
        title=_("The customer is erased."),
        headers=NO_STORE,
        backups=done.backups,
        quoted=done.quoted,
        kinds=quoting.KINDS,
    )


def _again(
    request: Request, ws: Workspace, caller: Principal, identity: str, fields: FormFields
) -> Response:
    found = story.story(ws, identity, scope=caller.places)
    return _page(request, ws, caller, found, errors=fields.errors, typed=fields.raw, status=422)


def _page(
    request: Request,
    ws: Workspace,
    caller: Principal,
    person_story: story.Story,
    *,
    wanted: Filter = story.EVERYTHING,
    **more: Any,
) -> Response:
    key = decode(wanted.after) if wanted.after else None
    matching = person_story.matching(wanted)
    return page(
        request,
        "people/person.html",
        title=fill(_("What did {who} do and say?"), who=person_story.name or _("this customer")),
        headers=NO_STORE,
        story=person_story,
        wanted=wanted,
        shown=cut(story.after(matching, key, SIZE + 1), SIZE, story.key, key),
        matching=len(matching),
        counts=person_story.counts(),
        kinds=KIND_NAMES,
        colours=KIND_COLOURS,
        picture=picture.line(matching),
        picture_width=picture.WIDTH,
        panels=panels_of(request),
        tree=places.tree(ws),
        catalog=catalog.current(ws),
        links=LINK_NAMES,
        category=adoption.naming(ws, WordKind.CATEGORY),
        source=adoption.naming(ws, WordKind.SOURCE),
        titles=[(name, say(title)) for name, title in profile.TITLES.items()],
        may_edit=caller.may(Right.EDIT_PEOPLE),
        may_erase=caller.may(Right.ERASE_PEOPLE),
        may_export=caller.may(Right.EXPORT),
        **{"done": "", "wrong": None, "errors": {}, "typed": {}, **more},
    )


def _row(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.occurred_at,
        entry.title,
        entry.actor,
        entry.touchpoint,
        entry.channel,
        entry.place,
        entry.order_id,
        entry.amount,
        entry.currency,
        entry.metric,
        entry.score,
        entry.text,
        entry.event_id,
    )
