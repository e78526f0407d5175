"""`/words/…`: the digital divide, the texts themselves, their correction, and the lexicons."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export as files
from regulars.faces.columns import file_rows, heads
from regulars.faces.forms import FormFields
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import page
from regulars.faces.paging import Page
from regulars.kit import clock
from regulars.kit.errors import Invalid, RegularsError
from regulars.kit.text import Text
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service as analyses
from regulars.understand.analyses.asking import asked, fields
from regulars.understand.analyses.options import Options
from regulars.understand.analyses.pages import answered_piece, pickers, table_file
from regulars.understand.analyses.view import View
from regulars.understand.words import forms, service
from regulars.understand.words.analysis import ANALYSIS, TEXTS, divide_values, titles
from regulars.understand.words.forms import SEEK, sought
from regulars.understand.words.model import KIND_TITLES, KINDS, MOOD_TITLES, MOODS, ReadText

router = APIRouter(prefix="/words", include_in_schema=False)
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Listener = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Teacher = Annotated[Principal, Depends(needs(Right.READ_PEOPLE, Right.EDIT_PEOPLE))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]
Given = Annotated[dict[str, Any], Depends(fields(ANALYSIS.options, strict=False))]
Wanted = Annotated[dict[str, Any], Depends(fields(SEEK, strict=False))]


@router.get("/divide")
def divide(request: Request, ws: CurrentWorkspace, caller: Reader, given: Given) -> Response:
    """Give the digital divide, as a piece or as a file."""
    options = asked(request, ANALYSIS, caller, given)
    if kind := files.asked(request):
        view = analyses.answered(ws, ANALYSIS, options, now=clock.now())
        return table_file(request, kind, view, "gaps")
    return answered_piece(
        request, ws, caller, ANALYSIS, options, template="words/_divide.html", more=divide_values
    )


@router.get("/texts")
def texts(
    *, request: Request, ws: CurrentWorkspace, caller: Listener, given: Given, wanted: Wanted
) -> Response:
    """List the texts that hold the words sought, with what was read in them."""
    view, seek = _view(ws, asked(request, ANALYSIS, caller, given)), sought(wanted)
    result = service.search(ws, seek, view.options.extent(ws, view.now))
    if kind := files.asked(request):
        service.note_export(ws, caller, seek.query)
        rows = file_rows(TEXTS, result.readings, view)
        return files.send(request, kind, "texts", heads(TEXTS), rows)
    return page(
        request,
        "words/texts.html",
        title=_("What did customers say?"),
        pickers=pickers(request, ws, ANALYSIS, view.options),
        sought=seek,
        asked=view.asked,
        hits=result,
        kind_options=[(str(one), say(KIND_TITLES[one])) for one in KINDS],
        mood_options=[(str(one), say(MOOD_TITLES[one])) for one in MOODS],
        shown=_numbered(result),
        **_texts(request, view, result.readings),
    )


@router.get("/check")
def check(
    request: Request, ws: CurrentWorkspace, caller: Listener, given: Given, seed: int = 1
) -> Response:
    """Show texts drawn by lot to be checked, and how well they are read."""
    view = _view(ws, asked(request, ANALYSIS, caller, given))
    drawn = service.draw(ws, view.options.extent(ws, view.now), seed=seed, most=10)
    readings = service.texts(ws, drawn, scope=caller.places)
    return page(
        request,
        "words/check.html",
        title=_("How accurate is the text analysis?"),
        qualities=service.quality(ws)[1],
        corrected=service.corrections(ws, caller.places),
        seed=seed,
        readings=readings,
        **_texts(request, view, readings),
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
    _caller: Reader,
    language: Annotated[str, Query()] = "zh",
    done: str = "",
) -> Response:
    """Show one language's lexicon as lists that can be edited."""
    return _lexicon(request, ws, language, done=done)


@router.post("/lexicon")
def save(request: Request, ws: CurrentWorkspace, caller: Editor, fields: FormFields) -> Response:
    """Put an edited lexicon in force."""
    language = forms.language(fields)
    try:
        wanted, on = forms.lexicon(fields, language)
        service.save(ws, wanted, on, by=caller, now=clock.now())
    except RegularsError as error:
        fields.take(error)
        return _lexicon(request, ws, language, errors=fields.errors, typed=fields.raw)
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


def _lexicon(
    request: Request,
    ws: Workspace,
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
        **titles(_view(ws, Options())),
    )


def _view(ws: Workspace, options: Options) -> View:
    return View(ws, ANALYSIS, options, None, clock.now())


def _texts(request: Request, view: View, readings: list[ReadText]) -> dict[str, Any]:
    people = dict.fromkeys(one.person_id for one in readings if one.person_id)
    return {
        **titles(view),
        "touchpoints": forms.touchpoints(view.catalog),
        "names": view.names(people),
        "back": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    }


def _card(request: Request, ws: Workspace, caller: Principal, event_id: str) -> Response:
    readings = service.texts(ws, [event_id], scope=caller.places)
    return page(request, "words/_card.html", title="", one=readings[0] if readings else None,
                drawn=False, **_texts(request, _view(ws, Options()), readings))  # fmt: skip


def _numbered(result: service.SearchResult) -> Page[Any]:
    back = result.number - 1
    return Page(
        result.readings,
        {"page": result.number + 1} if result.more else None,
        {"page": back if back > 1 else None} if back else None,
        result.total,
    )
