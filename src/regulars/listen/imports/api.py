"""`/api/v1/imports` and `/api/v1/sources`: bring in files, watch, look at refused rows."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import (
    APIRouter,
    BackgroundTasks,
    Depends,
    Form,
    Query,
    Request,
    Response,
    UploadFile,
)
from pydantic import BaseModel

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export, paging
from regulars.faces.language import say
from regulars.kit import clock, cursors
from regulars.listen.imports import questions, service, taking_back
from regulars.listen.imports.model import Habits, ImportRun, ImportState, Note, Reject
from regulars.listen.imports.questions import Question
from regulars.listen.imports.reasons import CURES, reason_text
from regulars.timeline.current import CurrentWorkspace

router = APIRouter(prefix="/api/v1", tags=["imports"])
Reader = Annotated[Principal, Depends(needs(Right.READ_SOURCES))]
Importer = Annotated[Principal, Depends(needs(Right.IMPORT))]
REJECT_COLUMNS = ("file", "row", "field", "reason", "value", "line")


class NoteOut(BaseModel):
    """Something an import tells: about how many rows, in words, with examples."""

    code: str
    rows: int
    text: str
    examples: list[str]


class ChoiceOut(BaseModel):
    """One answer to a question, and what it gives."""

    value: str
    text: str
    gives: str | None


class QuestionOut(BaseModel):
    """What only the owner of the file can settle; send `answers` with `KEY=VALUE` to settle it."""

    key: str
    field: str | None
    rows: int
    text: str
    choices: list[ChoiceOut]


class ImportOut(BaseModel):
    """One import: how far it is (`done`, 0 to 1), what became of its rows, what stopped it."""

    id: str
    recipe: str
    source: str
    files: list[str]
    state: ImportState
    stage: str | None
    done: float | None
    read: int
    events: int
    accepted: int
    duplicates: int
    refused: int
    repeats: int
    rejected: int
    used: int
    empty: int
    skipped: int
    replaced: int
    reasons: dict[str, int]
    notes: list[NoteOut]
    questions: list[QuestionOut]
    by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error_code: str | None
    error: str | None


class RejectOut(BaseModel):
    """One reason why a row was refused."""

    file: str
    row: int
    field: str | None
    reason: str
    meaning: str
    cure: str | None
    value: str | None
    line: str | None


class SourceOut(BaseModel):
    """One source of events and how fresh it is."""

    name: str | None
    events: int
    first_at: datetime
    last_at: datetime
    received_at: datetime


class Imports(BaseModel):
    """A page of imports."""

    items: list[ImportOut]
    next: str | None


class Rejects(BaseModel):
    """A page of refused rows."""

    items: list[RejectOut]
    next: str | None


class RecipeOut(BaseModel):
    """A recipe that comes with the product."""

    name: str
    title: str
    about: str


@router.post("/imports", status_code=202)
def start(
    ws: CurrentWorkspace,
    caller: Importer,
    later: BackgroundTasks,
    response: Response,
    files: list[UploadFile],
    *,
    recipe: Annotated[str | None, Form(description="Name of an import template (recipe).")] = None,
    mapping: Annotated[str | None, Form(description="A field mapping as TOML, instead.")] = None,
    zone: Annotated[str | None, Form(description="Time zone of times that name none.")] = None,
    decimal: Annotated[str | None, Form(description="Decimal mark of numbers: . or ,")] = None,
    date_format: Annotated[
        list[str] | None, Form(description="How times are written, such as %d/%m/%Y; or iso.")
    ] = None,
    answers: Annotated[
        list[str] | None, Form(description="Answers to questions, each KEY=VALUE.")
    ] = None,
    currency: Annotated[
        str | None, Form(description="Currency of all amounts, for example CNY.")
    ] = None,
    source: Annotated[str | None, Form(description="Source name for the files.")] = None,
) -> ImportOut:
    """Take files in and import them after the answer; ask `GET /imports/{id}` how far it is."""
    run = service.upload(
        ws,
        [(file.filename or "file", file.file) for file in files],
        service.chosen(recipe, mapping),
        now=clock.now(),
        by=caller,
        habits=Habits(
            zone,
            decimal,
            tuple(date_format or ()),
            questions.parse(answers or ()),
            currency,
            source,
        ),
    )
    later.add_task(service.carry_out_quietly, ws, run, caller)
    response.headers["Location"] = f"/api/v1/imports/{run.id}"
    return _out(service.get_run(ws, run.id))


@router.get("/imports")
def all_imports(
    ws: CurrentWorkspace,
    _caller: Reader,
    page: paging.CursorPaging,
    request: Request,
    response: Response,
) -> Imports:
    """Return imports, the newest first."""
    found = service.runs(ws, limit=page.size + 1, after=page.after)
    cut = paging.cut(found, page.size, lambda run: (run.created_at, run.id), page.after)
    told = [_out(run) for run in cut.items]
    return Imports(**paging.envelope(cut, told, request, response))


@router.get("/imports/{run_id}")
def one_import(ws: CurrentWorkspace, _caller: Reader, run_id: str) -> ImportOut:
    """Return one import."""
    return _out(service.get_run(ws, run_id))


@router.post("/imports/{run_id}/take-back")
def take_back(ws: CurrentWorkspace, caller: Importer, run_id: str) -> ImportOut:
    """Undo an import: what it added is removed, what it replaced returns; a note says how much."""
    return _out(taking_back.take_back(ws, run_id, now=clock.now(), by=caller))


@router.get("/imports/{run_id}/rejects", response_model=Rejects)
def rejects(
    ws: CurrentWorkspace,
    _caller: Reader,
    run_id: str,
    page: paging.CursorPaging,
    request: Request,
    response: Response,
    *,
    reason: Annotated[str | None, Query(description="Only rows rejected for this reason.")] = None,
) -> Any:
    """Return rejected rows in the order of the files; `?format=csv` or `xlsx` gives all of them."""
    kind = export.asked(request)
    if kind is not None:
        rows = (_row(one) for one in service.every_reject(ws, run_id))
        return export.send(request, kind, f"rejects-{run_id[:8]}", REJECT_COLUMNS, rows)
    start = cursors.offset(page.after)
    found = service.rejects_of(ws, run_id, limit=page.size + 1, offset=start, reason=reason)
    cut = paging.cut(found, page.size, lambda _one: (start + page.size,), page.after)
    return paging.envelope(cut, [_reject(one) for one in cut.items], request, response)


@router.get("/recipes")
def recipes(_caller: Reader) -> list[RecipeOut]:
    """Return the import templates (recipes) that come with the product."""
    return [
        RecipeOut(name=one.name, title=say(one.title.text), about=say(one.about.text))
        for one in service.recipes()
    ]


@router.get("/sources")
def sources(ws: CurrentWorkspace, caller: Reader) -> list[SourceOut]:
    """Return every source of events with its freshness."""
    return [SourceOut(**asdict(one)) for one in service.sources(ws, scope=caller.places)]


def _out(run: ImportRun) -> ImportOut:
    counts = asdict(run.counts)
    return ImportOut(
        id=run.id,
        recipe=run.recipe,
        source=run.source,
        files=list(run.files),
        state=run.state,
        stage=run.stage.value if run.stage else None,
        done=run.done,
        **counts,
        reasons=dict(run.reasons),
        notes=[_note(one) for one in run.notes],
        questions=[_question(one) for one in run.questions],
        by=run.by,
        created_at=run.created_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        error_code=run.error_code,
        error=say(run.error) if run.error else None,
    )


def _note(one: Note) -> NoteOut:
    return NoteOut(code=one.code, rows=one.rows, text=say(one.text), examples=list(one.examples))


def _question(question: Question) -> QuestionOut:
    choices = [
        ChoiceOut(
            value=choice.value,
            text=say(choice.words),
            gives=say(choice.gives) if choice.gives else None,
        )
        for choice in question.choices
    ]
    return QuestionOut(
        key=question.key,
        field=question.field,
        rows=question.rows,
        text=say(question.words),
        choices=choices,
    )


def _reject(one: Reject) -> RejectOut:
    cure = CURES.get(one.reason)
    meaning = say(reason_text(one.reason))
    return RejectOut(**asdict(one), meaning=meaning, cure=say(cure) if cure else None)


def _row(one: Reject) -> list[Any]:
    return [one.file, one.row, one.field, one.reason, one.value, one.line]
