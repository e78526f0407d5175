"""`/words`: what customers speak of, what rose, the texts themselves, and the lexicons."""

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
from regulars.faces.paging import Page
from regulars.kit import clock
from regulars.kit.errors import Invalid, RegularsError
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.listen.profiles import service as profiles
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.scope import service as scopes
from regulars.understand.scope.parameters import choices as scope_choices
from regulars.understand.words import forms, service, showing
from regulars.understand.words.model import Reading
from regulars.understand.words.parameters import Seek, WordParameters

router = APIRouter(prefix="/words", include_in_schema=False)
navigation = [
    NavItem(
        Text("Voice of the customer", "客户声音"),
        "/words",
        Section.UNDERSTAND,
        45,
        Right.READ_NUMBERS,
    )
]
person_panels = [PersonPanel("/words/of", 60, Right.READ_PEOPLE)]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Listener = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Teacher = Annotated[Principal, Depends(needs(Right.READ_PEOPLE, Right.EDIT_PEOPLE))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]
Wished = Annotated[WordParameters, Depends()]
Sought = Annotated[Seek, Depends()]


@router.get("")
def words(
    *,
    request: Request,
    ws: CurrentWorkspace,
    caller: Reader,
    wish: Wished,
    table: Annotated[str, Query()] = "types",
) -> Response:
    """Show what customers speak of; a question not worked out yet follows the page."""
    asked = wish.asked(caller)
    if kind := files.asked(request):
        found = service.answered(ws, asked, now=clock.now()).payload
        heads = showing.TABLES.get(table, showing.SHARES)
        lines = showing.table(found, catalog.current(ws), table)
        return files.send(request, kind, f"words-{table}", heads, lines)
    stored = service.stored(ws, asked, now=clock.now())
    return page(
        request,
        "words/words.html",
        title=_("What do customers talk about?"),
        fresh=stored.as_of if stored else None,
        pickers=scope_choices(request, ws, caller, wish.scope),
        piece="/words/overview" + (f"?{request.url.query}" if request.url.query else ""),
        **_shared(caller),
        **showing.values(stored.payload if stored else None, catalog.current(ws), asked.look),
    )


@router.get("/overview")
def overview(request: Request, ws: CurrentWorkspace, caller: Reader, wish: Wished) -> Response:
    """Give the answer, worked out now."""
    asked = wish.asked(caller)
    try:
        found = service.answered(ws, asked, now=clock.now()).payload
    except Invalid as error:
        return page(request, "words/_wrong.html", title="", message=error.message)
    return page(
        request,
        "words/_overview.html",
        title="",
        **_shared(caller),
        **showing.values(found, catalog.current(ws), asked.look),
    )


@router.get("/divide")
def divide(request: Request, ws: CurrentWorkspace, caller: Reader, wish: Wished) -> Response:
    """Give the digital divide, as a piece or as a file."""
    look, known = wish.look(caller), catalog.current(ws)
    try:
        found = service.divided(ws, look, now=clock.now()).payload
    except Invalid as error:
        return page(request, "words/_wrong.html", title="", message=error.message)
    if kind := files.asked(request):
        lines = showing.gap_lines(found, known)
        return files.send(request, kind, "digital-divide", showing.GAPS, lines)
    values = showing.divide_values(found, known, look)
    return page(request, "words/_divide.html", title="", **values)


@router.get("/texts")
def texts(
    *, request: Request, ws: CurrentWorkspace, caller: Listener, wish: Wished, seek: Sought
) -> Response:
    """List the texts that hold the words sought, with what was read in them."""
    extent = scopes.resolve(ws, wish.look(caller), clock.now())
    found = service.search(ws, seek.sought, extent)
    if kind := files.asked(request):
        service.note_export(ws, caller, seek.sought.query)
        lines = showing.found_lines(found.readings, catalog.current(ws))
        return files.send(request, kind, "texts", showing.FOUND, lines)
    return page(
        request,
        "words/texts.html",
        title=_("What did customers say?"),
        pickers=scope_choices(request, ws, caller, wish.scope),
        sought=seek.sought,
        wish=wish,
        found=found,
        shown=_numbered(found),
        **_texts(request, ws, caller, found.readings),
    )


@router.get("/check")
def check(
    request: Request, ws: CurrentWorkspace, caller: Listener, wish: Wished, seed: int = 1
) -> Response:
    """Show texts drawn by lot to be checked, and how well they are read."""
    extent = scopes.resolve(ws, wish.look(caller), clock.now())
    drawn = service.draw(ws, extent, seed=seed, most=10)
    readings = service.texts(ws, drawn, scope=caller.places)
    return page(
        request,
        "words/check.html",
        title=_("How accurate is the text analysis?"),
        qualities=service.quality(ws)[1],
        corrected=service.corrections(ws, caller.places),
        seed=seed,
        readings=readings,
        **_texts(request, ws, caller, readings),
    )


@router.post("/corrections")
def correct(
    request: Request, ws: CurrentWorkspace, caller: Teacher, fields: FormFields
) -> Response:
    """Keep what a person says of one text."""
    said = forms.correction(fields)
    if said is None:
        raise Invalid("words.form", Text("Choose a feeling.", "请选择情感。"), field="mood")
    service.correct(
        ws, said.event_id, said.mood, said.kinds, said.touchpoint,
        scope=caller.places, by=caller, now=clock.now(), drawn=said.drawn,
    )  # fmt: skip
    if request.headers.get("HX-Request"):
        return _card(request, ws, caller, said.event_id)
    return RedirectResponse(said.back, 303)


@router.post("/corrections/undo")
def undo(request: Request, ws: CurrentWorkspace, caller: Teacher, fields: FormFields) -> Response:
    """Take a correction back."""
    event_id = fields.text("event_id", required=True) or ""
    service.take_back(ws, event_id, scope=caller.places, by=caller)
    if request.headers.get("HX-Request"):
        return _card(request, ws, caller, event_id)
    return RedirectResponse(forms.back(fields), 303)


@router.get("/lexicon")
def lexicon(
    request: Request,
    ws: CurrentWorkspace,
    caller: Reader,
    language: Annotated[str, Query()] = "zh",
    done: str = "",
) -> Response:
    """Show one language's lexicon as lists that can be edited."""
    return _lexicon(request, ws, caller, language, done=done)


@router.post("/lexicon")
def save(request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Put an edited lexicon in force."""
    language = forms.language(fields)
    try:
        wanted, on = forms.lexicon(fields, language)
        service.save(ws, wanted, on, by=caller, now=clock.now())
    except RegularsError as error:
        fields.take(error)
        return _lexicon(request, ws, caller, language, errors=fields.errors, typed=fields.raw)
    service.analyse_few(ws, now=clock.now())
    return RedirectResponse(f"/words/lexicon?language={language}&done=saved", 303)


@router.post("/lexicon/restore")
def restore(ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Put an earlier version in force again."""
    language = forms.language(fields)
    number = fields.whole("number", required=True) or 0
    service.restore(ws, language, number, by=caller, now=clock.now())
    service.analyse_few(ws, now=clock.now())
    return RedirectResponse(f"/words/lexicon?language={language}&done=restored", 303)


@router.get("/of/{person}")
def of_person(request: Request, ws: CurrentWorkspace, caller: Listener, person: str) -> Response:
    """Give one person's words, for the person's page; nothing for who wrote none."""
    readings = service.of_person(ws, person, scope=caller.places)
    return page(request, "words/_person.html", title="", readings=readings,
                catalog=catalog.current(ws), **showing.titles())  # fmt: skip


def _lexicon(
    request: Request,
    ws: Workspace,
    caller: Principal,
    language: str,
    *,
    done: str = "",
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    return page(
        request,
        "words/lexicon.html",
        title=_("Which words does the text analysis use?"),
        status=422 if errors else 200,
        done=done,
        errors=errors or {},
        unread=service.unread_now(ws),
        **forms.shown(ws, language, typed),
        **_shared(caller),
        **showing.titles(),
    )


def _shared(caller: Principal) -> dict[str, Any]:
    return {
        "may_listen": caller.may(Right.READ_PEOPLE),
        "may_edit": caller.may(Right.EDIT_CATALOG),
        "may_teach": caller.may(Right.READ_PEOPLE) and caller.may(Right.EDIT_PEOPLE),
    }


def _texts(
    request: Request, ws: Workspace, caller: Principal, readings: list[Reading]
) -> dict[str, Any]:
    known = catalog.current(ws)
    people = [one.person_id for one in readings if one.person_id]
    return {
        **_shared(caller),
        **showing.titles(),
        "catalog": known,
        "touchpoints": forms.touchpoints(known),
        "names": profiles.names(ws, dict.fromkeys(people)),
        "back": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    }


def _card(request: Request, ws: Workspace, caller: Principal, event_id: str) -> Response:
    readings = service.texts(ws, [event_id], scope=caller.places)
    return page(request, "words/_card.html", title="", one=readings[0] if readings else None,
                drawn=False, **_texts(request, ws, caller, readings))  # fmt: skip


def _numbered(found: service.Found) -> Page[Any]:
    back = found.number - 1
    return Page(
        found.readings,
        {"page": found.number + 1} if found.more else None,
        {"page": back if back > 1 else None} if back else None,
        found.total,
    )
