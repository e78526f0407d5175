"""Sources and imports: how fresh each source is, files brought in, and what was refused."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces import export, paging
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import NavItem, Section, page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind
from regulars.listen.imports import library, service, taking_back, wizard
from regulars.listen.imports.building import check_filled, unfilled
from regulars.listen.imports.choices import Choices
from regulars.listen.imports.library import render
from regulars.listen.imports.model import STAGES, Habits, ImportRun, ImportState
from regulars.listen.imports.preview import NOTHING_CHOSEN, Proposal
from regulars.listen.imports.reasons import CURES, reason_text
from regulars.listen.imports.uploads import Prepared
from regulars.timeline import vocabulary
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace

router = APIRouter(prefix="/sources", include_in_schema=False)
navigation = [
    NavItem(Text("Sources", "数据来源"), "/sources", Section.LISTEN, 10, Right.READ_SOURCES)
]
Reader = Annotated[Principal, Depends(needs(Right.READ_SOURCES))]
Importer = Annotated[Principal, Depends(needs(Right.IMPORT))]
ROWS = 50
REJECTS = (
    Text("File", "文件"),
    Text("Row", "行号"),
    Text("Column", "列"),
    Text("Reason", "原因"),
    Text("Value", "值"),
    Text("Line", "原始行"),
)
STATES = {
    ImportState.WAITING: (Text("waiting for you", "待确认"), "info"),
    ImportState.RUNNING: (Text("running", "进行中"), "info"),
    ImportState.DONE: (Text("done", "已完成"), "good"),
    ImportState.FAILED: (Text("failed", "失败"), "bad"),
    ImportState.TAKEN_BACK: (Text("taken back", "已撤回"), "info"),
}


@router.get("")
def overview(request: Request, ws: CurrentWorkspace, caller: Reader, done: str = "") -> Response:
    """Show the sources with their freshness, and the last imports."""
    return page(
        request,
        "imports/sources.html",
        title=_("Which data do we have, and how fresh is it?"),
        sources=service.sources(ws, scope=caller.places),
        titles=adoption.titles(ws, Kind.SOURCE),
        runs=service.runs(ws, limit=20),
        states=STATES,
        now=clock.now(),
        may_import=caller.may(Right.IMPORT),
        done=done,
    )


@router.get("/imports/new")
def new(request: Request, ws: CurrentWorkspace, _caller: Importer) -> Response:
    """Offer the form that takes files in."""
    return _upload_form(request, ws)


@router.post("/imports/new")
def take(
    request: Request,
    ws: CurrentWorkspace,
    caller: Importer,
    fields: FormFields,
    later: BackgroundTasks,
) -> Response:
    """Take files in; import them, or propose a mapping first."""
    name = fields.choice("recipe", list(library.every()))
    sent = [(one.filename or "file", one.file) for one in fields.files("files")]
    try:
        recipe = library.get(name) if name else None
        run = service.upload(ws, sent, recipe, now=clock.now(), by=caller, habits=_habits(fields))
    except RegularsError as error:
        fields.take(error)
        return _upload_form(request, ws, fields)
    if recipe is None:
        return RedirectResponse(f"/sources/imports/{run.id}/mapping", 303)
    later.add_task(service.carry_out_quietly, ws, run, caller)
    return RedirectResponse(f"/sources/imports/{run.id}", 303)


def _habits(fields: Fields) -> Habits:
    formats = (fields.text("date_format", most=200) or "").split("|")
    return Habits(
        zone=fields.text("zone", most=60),
        decimal=fields.text("decimal", most=1),
        formats=tuple(one.strip() for one in formats if one.strip()),
        currency=fields.text("currency", most=8),
        source=fields.text("source", most=60),
    )


def _upload_form(request: Request, ws: Workspace, fields: Fields | None = None) -> Response:
    recipes = [(one.name, one.title.text, one.about.text) for one in service.recipes()]
    return page(
        request,
        "imports/new.html",
        title=_("Import files"),
        recipes=recipes,
        recipe_names=[(name, title) for name, title, _about in recipes],
        zone=ws.settings.workspace.time_zone,
        values=fields.raw if fields else {},
        errors=fields.errors if fields else {},
        status=422 if fields else 200,
    )


@router.get("/imports/{run_id}/mapping")
def mapping(request: Request, ws: CurrentWorkspace, _caller: Importer, run_id: str) -> Response:
    """Ask what each column is; show what the import would give."""
    return _wizard(request, ws, run_id, Choices(zone=service.waiting(ws, run_id).recipe.zone))


@router.post("/imports/{run_id}/mapping")
def choose(
    request: Request,
    ws: CurrentWorkspace,
    caller: Importer,
    run_id: str,
    *,
    fields: FormFields,
    later: BackgroundTasks,
) -> Response:
    """Look again with what was chosen, or import by it."""
    try:
        choices = wizard.read(fields)
        if fields.text("act") == "start":
            proposal = service.propose(
                ws, service.waiting(ws, run_id), now=clock.now(), choices=choices
            )
            if unfilled(proposal.recipe):
                fields.fail(
                    "happened_on", _("Choose the time column, or enter the date of all rows.")
                )
                return _wizard(request, ws, run_id, choices, fields)
            return _start(
                ws, service.change_mapping(ws, run_id, render(proposal.recipe)), later, caller
            )
        if name := fields.choice("recipe", list(library.every())):
            return _start(ws, service.choose_recipe(ws, run_id, name, choices), later, caller)
    except RegularsError as error:
        fields.take(error)
        return _wizard(request, ws, run_id, wizard.read_again(fields), fields)
    return _wizard(request, ws, run_id, choices, fields)


@router.post("/imports/{run_id}/mapping/toml")
def change_mapping(
    request: Request,
    ws: CurrentWorkspace,
    caller: Importer,
    run_id: str,
    *,
    fields: FormFields,
    later: BackgroundTasks,
) -> Response:
    """Check the mapping as text, or import by it."""
    words = fields.text("mapping", required=True, most=200_000) or ""
    try:
        run = service.change_mapping(ws, run_id, words)
        if fields.text("act") == "check":
            found = service.propose(ws, run, now=clock.now())
            return _mapping_page(request, run, found, words=words)
    except RegularsError as error:
        fields.take(error)
        return _wizard(request, ws, run_id, Choices(), fields, words=words)
    return _start(ws, run, later, caller)


def _start(ws: Workspace, run: Prepared, later: BackgroundTasks, caller: Principal) -> Response:
    check_filled(run.recipe)
    later.add_task(service.carry_out_quietly, ws, run, caller)
    return RedirectResponse(f"/sources/imports/{run.id}", 303)


@router.post("/imports/{run_id}/give-up")
def give_up(ws: CurrentWorkspace, caller: Importer, run_id: str) -> Response:
    """Drop an upload that waits."""
    service.give_up(ws, run_id, by=caller)
    return RedirectResponse("/sources?done=given_up", 303)


def _wizard(
    request: Request,
    ws: Workspace,
    run_id: str,
    choices: Choices,
    fields: Fields | None = None,
    *,
    words: str | None = None,
) -> Response:
    run = service.waiting(ws, run_id)
    try:
        proposal = service.propose(ws, run, now=clock.now(), choices=choices)
    except RegularsError as error:
        if fields is not None and error.details.get("field") in choices.answers:
            # An answer that is none is told; everything else that was chosen stays.
            fields.take(error)
            left = wizard.without_answer(choices, error.details["field"])
            return _wizard(request, ws, run_id, left, fields, words=words)
        return _mapping_page(request, run, None, fields, words=words, error=say(error.message))
    return _mapping_page(request, run, proposal, fields, words=words, choices=choices)


def _mapping_page(
    request: Request,
    run: Prepared,
    proposal: Proposal | None,
    fields: Fields | None = None,
    *,
    words: str | None = None,
    error: str | None = None,
    choices: Choices = NOTHING_CHOSEN,
) -> Response:
    errors = dict(fields.errors) if fields else {}
    return page(
        request,
        "imports/mapping.html",
        title=_("How do we read {file}?").format(file=next(iter(run.names.values()))),
        run_id=run.id,
        proposal=proposal,
        words=words or render(proposal.recipe if proposal else run.recipe),
        as_text=words is not None or proposal is None,
        wizard=wizard,
        choices=choices,
        reason_text=reason_text,
        event_title=vocabulary.title,
        errors=errors,
        error=error or next(iter(errors.values()), None),
        status=422 if errors or error else 200,
    )


@router.get("/imports/{run_id}")
def one(
    request: Request,
    ws: CurrentWorkspace,
    caller: Reader,
    run_id: str,
    *,
    reason: str = "",
    number: Annotated[int, Query(alias="page", ge=1)] = 1,
) -> Response:
    """Show what became of every row; `?format=csv` gives the refused ones."""
    run = service.get_run(ws, run_id)
    if kind := export.asked(request):
        rows = (_cells(row) for row in service.every_reject(ws, run_id))
        return export.send(request, kind, f"rejects-{run_id[:8]}", REJECTS, rows)
    offset = (number - 1) * ROWS
    rejects = service.rejects_of(ws, run_id, limit=ROWS + 1, offset=offset, reason=reason or None)
    return page(
        request,
        "imports/run.html",
        title=_("Import of {files}").format(files=", ".join(run.files)[:120]),
        run=run,
        states=STATES,
        stages=STAGES,
        mapping=service.mapping_of(ws, run_id),
        rejects=paging.numbered(rejects, number, ROWS),
        reason=reason,
        chips=_chips(run, reason),
        reason_text=reason_text,
        cures=[CURES[one] for one in run.reasons if one in CURES],
        may_take_back=caller.may(Right.IMPORT)
        and run.state in (ImportState.DONE, ImportState.FAILED),
    )


@router.get("/imports/{run_id}/take-back")
def ask_to_take_back(
    request: Request, ws: CurrentWorkspace, _caller: Importer, run_id: str
) -> Response:
    """Say what taking an import back does, and ask."""
    run, effect = taking_back.effect_of(ws, run_id)
    return page(
        request,
        "imports/take_back.html",
        title=_("Undo the import of {files}?").format(files=", ".join(run.files)[:120]),
        run=run,
        effect=taking_back.words(effect),
    )


@router.post("/imports/{run_id}/take-back")
def take_back(ws: CurrentWorkspace, caller: Importer, run_id: str) -> Response:
    """Take an import back."""
    taking_back.take_back(ws, run_id, now=clock.now(), by=caller)
    return RedirectResponse(f"/sources/imports/{run_id}", 303)


@router.get("/imports/{run_id}/progress")
def progress(request: Request, ws: CurrentWorkspace, _caller: Reader, run_id: str) -> Response:
    """Show how far an import is, as a piece of its page."""
    run = service.get_run(ws, run_id)
    return page(request, "imports/progress.html", title="", run=run, stages=STAGES, states=STATES)


def _chips(run: ImportRun, chosen: str) -> list[tuple[str, str, bool]]:
    """Return a filter for each reason, with how many rows it refused."""
    return [
        (
            f"{say(reason_text(reason)).rstrip('.。')} {count:,}",
            f"?reason={reason}#rejects",
            reason == chosen,
        )
        for reason, count in run.reasons.items()
    ]


def _cells(row: Any) -> list[Any]:
    return [row.file, row.row, row.field, reason_text(row.reason), row.value, row.line]
