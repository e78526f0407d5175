"""`regulars import`, `recipes`, `imports`, `rejects`: files brought in from the shell."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Column, Table

from regulars.faces import export
from regulars.faces.command import EXIT_WRONG_INPUT, WorkspaceFolder, err, out
from regulars.faces.formats import ago
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports import library, model, questions, service, taking_back
from regulars.listen.imports.guessing import ROLES
from regulars.listen.imports.model import STAGES, Habits, ImportOutcome, Note, Recipe
from regulars.listen.imports.preview import Proposal
from regulars.listen.imports.questions import Question
from regulars.listen.imports.reasons import CURES, reason_text
from regulars.timeline.workspace import Workspace

Opens = Callable[[Path], Workspace]
SourceName = Annotated[
    str, typer.Option(help="Source name for these files; default: the template's.")
]
Wake = Annotated[
    bool, typer.Option(help="Let reactions act on what is new, as if it happened now.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
EXAMPLE = 32
"""Signs of an example that are shown: a moment with its zone is whole."""
COUNTS = ("read", "used", "rejected", "empty", "skipped", "repeats")
EVENT_COUNTS = ("events", "accepted", "duplicates", "replaced", "refused")


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `import`, `recipes`, `imports` and `rejects`."""
    _importing(app, opens)
    _looking(app, opens)
    _refused(app, opens)


def _importing(app: typer.Typer, opens: Opens) -> None:
    @app.command("import")
    def import_(
        paths: Annotated[
            list[Path], typer.Argument(metavar="FILE_OR_DIR...", help="Files or folders.")
        ],
        *,
        recipe: Annotated[
            str, typer.Option(help="Name of an import template: see `regulars recipes`.")
        ] = "",
        map_: Annotated[
            Path | None, typer.Option("--map", help="A field mapping, as proposed by --preview.")
        ] = None,
        preview: Annotated[
            bool, typer.Option(help="Only inspect the file; import nothing.")
        ] = False,
        write: Annotated[
            Path | None, typer.Option(help="With --preview: write the field mapping to this file.")
        ] = None,
        zone: Annotated[
            str, typer.Option(help="Zone of times that name none, for example Asia/Shanghai.")
        ] = "",
        decimal: Annotated[
            str, typer.Option(help="Decimal mark of numbers: a comma for 1.234,50.")
        ] = "",
        date_format: Annotated[
            list[str] | None,
            typer.Option(help="How times are written: %d/%m/%Y, epoch_s, iso; repeatable."),
        ] = None,
        answer: Annotated[
            list[str] | None,
            typer.Option(help="Answer to a question asked by --preview: KEY=VALUE; repeatable."),
        ] = None,
        currency: Annotated[
            str,
            typer.Option(
                help="Currency of all amounts, for example CNY; rows in others are rejected."
            ),
        ] = "",
        source: SourceName = "",
        wake: Wake = False,
        as_json: AsJson = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Import files of events: each event once, unreadable rows kept with the reason."""
        ws = opens(workspace)
        formats, answers = tuple(date_format or ()), questions.parse(answer or ())
        habits = Habits(
            zone or None, decimal or None, formats, answers, currency or None, source or None
        )
        if preview:
            chosen = _chosen(recipe, map_) if recipe or map_ else None
            proposal = service.preview(ws, paths[0], now=clock.now(), recipe=chosen, habits=habits)
            _print_preview(proposal, write, as_json)
            return
        outcome = _run(ws, paths, _chosen(recipe, map_), habits, wake=wake, quiet=as_json)
        _print_outcome(outcome, as_json)
        if outcome.all_refused:
            raise typer.Exit(EXIT_WRONG_INPUT)


def _chosen(recipe: str, mapping: Path | None) -> Recipe:
    if bool(recipe) == bool(mapping):
        raise Invalid(
            "import.which",
            Text(
                "Give --recipe NAME or --map FILE; --preview proposes a field mapping.",
                "请指定 --recipe 名称或 --map 文件；--preview 可生成字段映射建议。",
            ),
        )
    return library.load(mapping) if mapping else library.get(recipe)


def _run(
    ws: Workspace, paths: list[Path], recipe: Recipe, habits: Habits, *, wake: bool, quiet: bool
) -> ImportOutcome:
    """Import with a bar on the error stream: stage, share done, rows a second, time left."""
    if quiet:
        return service.import_files(ws, paths, recipe, now=clock.now(), habits=habits, wake=wake)
    words = TextColumn("{task.description}")
    facts = TextColumn("{task.fields[facts]}", style="dim")
    with Progress(SpinnerColumn(), words, BarColumn(), facts, console=err, transient=True) as bar:
        task = bar.add_task(_("Reading files"), total=1.0, facts="")

        def tell(progress: model.Progress) -> None:
            text = say(STAGES[progress.stage])
            bar.update(task, completed=progress.done, description=text, facts=_facts(progress))

        return service.import_files(
            ws, paths, recipe, now=clock.now(), habits=habits, tell=tell, wake=wake
        )


def _facts(progress: model.Progress) -> str:
    parts = []
    if progress.rate:
        parts.append(
            _("{rows} rows, {rate}/s").format(
                rows=f"{progress.rows:,}", rate=f"{progress.rate:,.0f}"
            )
        )
    if progress.left is not None:
        parts.append(_("{seconds} s left").format(seconds=f"{progress.left:,.0f}"))
    return " · ".join(parts)


def _print_outcome(outcome: ImportOutcome, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(outcome.as_json()).decode())
        return
    titles = count_titles()
    table = Table(box=None, show_header=False)
    for name in COUNTS + EVENT_COUNTS:
        number = getattr(outcome.counts, name)
        if number or name in ("read", "accepted", "rejected"):
            table.add_row(titles[name], f"{number:,}")
    out.print(table)
    _print_reasons(outcome.reasons)
    _print_told(outcome.notes, outcome.questions)
    if outcome.rejects_file:
        out.print(
            _("Rejected rows: regulars rejects {id}").format(id=outcome.run_id), soft_wrap=True
        )
    if outcome.ignored:
        out.print(_("Not read: {files}").format(files=", ".join(outcome.ignored)), style="dim")


def _print_reasons(reasons: Mapping[str, int]) -> None:
    """Print why rows are refused, and what to do about it."""
    for reason, count in reasons.items():
        out.print(f"  {count:,} · {say(reason_text(reason))}", style="yellow")
        if reason in CURES:
            out.print(f"    {say(CURES[reason])}", style="yellow", soft_wrap=True)


def _print_told(notes: Iterable[Note], questions: Iterable[Question]) -> None:
    for note in notes:
        out.print("  · " + say(note.text), markup=False, soft_wrap=True)
    for question in questions:
        _print_question(question)


def _print_question(question: Question) -> None:
    """Print a question with its choices, what each gives, and the option that answers it.

    The option is written as a shell takes it, whatever blanks and signs a header has.
    """
    out.print("? " + say(question.words), style="yellow", markup=False, soft_wrap=True)
    for choice in question.choices:
        gives = f" → {say(choice.gives)}" if choice.gives else ""
        answer = shlex.quote(f"{question.key}={choice.value}")
        line = f"    --answer {answer}  {say(choice.words)}{gives}"
        out.print(line, markup=False, soft_wrap=True)
    if not question.choices:
        out.print(f"    --answer {shlex.quote(question.key)}=…", markup=False)


def count_titles() -> dict[str, str]:
    """Return what each count is called."""
    return {
        "read": _("Rows read"),
        "events": _("Events created"),
        "accepted": _("New events"),
        "duplicates": _("Already known"),
        "repeats": _("Identical rows"),
        "used": _("Rows used"),
        "rejected": _("Rows rejected"),
        "empty": _("Rows without events"),
        "skipped": _("Rows skipped"),
        "replaced": _("Updated"),
        "refused": _("Of erased people, not imported"),
    }


def _print_preview(proposal: Proposal, write: Path | None, as_json: bool) -> None:
    if write is not None:
        write.write_text(library.render(proposal.recipe), "utf-8")
    if as_json:
        typer.echo(msgspec.json.encode(proposal.as_json()).decode())
        return
    _print_proposal(proposal)
    if write is not None:
        out.print(
            _("Mapping written to {file}: review it, then import with --map.").format(file=write)
        )
    elif proposal.recipes:
        out.print(_("To map the columns yourself: --preview --write mapping.toml"), markup=False)
    else:
        out.print(library.render(proposal.recipe), markup=False, soft_wrap=True)


def _print_proposal(proposal: Proposal) -> None:
    facts = [proposal.format, proposal.encoding or "", repr(proposal.delimiter or "")]
    out.print(" · ".join([proposal.file, *[fact for fact in facts if fact not in ("", "''")]]))
    table = Table(_("Column"), _("Likely meaning"), _("Confidence"), _("Examples"), box=None)
    for one in proposal.columns:
        role = say(ROLES[one.role])
        scale = f" {one.scale[0]:g}–{one.scale[1]:g}" if one.scale else ""
        examples = ", ".join(_shortened(example) for example in one.examples[:3])
        table.add_row(one.header, role + scale, f"{one.confidence:.0%}", examples)
    out.print(table)
    _print_reasons(proposal.outlook.reasons)
    _print_told(proposal.notes, proposal.questions)
    for fit in proposal.recipes:
        out.print("✓ " + say(fit.words), style="green", markup=False, soft_wrap=True)
        out.print(f"    --recipe {fit.recipe}", markup=False)


def _shortened(example: str) -> str:
    return example if len(example) <= EXAMPLE else example[: EXAMPLE - 1] + "…"


def _looking(app: typer.Typer, opens: Opens) -> None:
    @app.command()
    def recipes(as_json: AsJson = False, workspace: WorkspaceFolder = Path()) -> None:
        """List the import templates (recipes) that come with the product."""
        opens(workspace)
        templates = service.recipes()
        if as_json:
            rows = [
                {"name": one.name, "title": one.title.en, "about": one.about.en}
                for one in templates
            ]
            typer.echo(msgspec.json.encode(rows).decode())
            return
        table = Table(_("Template"), _("What it is for"), box=None)
        for one in templates:
            table.add_row(one.name, say(one.about.text))
        out.print(table)

    @app.command()
    def imports(
        take_back: Annotated[
            str,
            typer.Option(
                metavar="ID",
                help="Undo this import: what it added is removed, what it replaced is restored.",
            ),
        ] = "",
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
        as_json: AsJson = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """List the imports, the newest first; or undo one."""
        ws = opens(workspace)
        if take_back:
            _take_back(ws, take_back, yes=yes, as_json=as_json)
            return
        runs = service.runs(ws)
        if as_json:
            typer.echo(msgspec.json.encode([run_facts(run) for run in runs]).decode())
            return
        titles = count_titles()
        table = Table(Column("id", no_wrap=True), _("Template"), _("State"), _("When"), box=None)
        for name in ("accepted", "rejected"):
            table.add_column(titles[name], justify="right")
        for run in runs:
            table.add_row(
                run.id,
                run.recipe,
                run.state.value,
                ago(run.created_at),
                f"{run.counts.accepted:,}",
                f"{run.counts.rejected:,}",
            )
        out.print(table)


def _take_back(ws: Workspace, run_id: str, *, yes: bool, as_json: bool) -> None:
    """Say what goes, ask whoever sits there, and take the import back."""
    _run, effect = taking_back.effect_of(ws, run_id)
    if not yes and sys.stdin.isatty():
        err.print(say(taking_back.words(effect)), markup=False, soft_wrap=True)
        if not typer.confirm(_("Undo the import?"), err=True):
            raise typer.Exit(1)
    run = taking_back.take_back(ws, run_id, now=clock.now())
    if as_json:
        typer.echo(msgspec.json.encode(run_facts(run)).decode())
        return
    out.print(say(run.notes[-1].text), markup=False, soft_wrap=True)


def _refused(app: typer.Typer, opens: Opens) -> None:
    @app.command()
    def rejects(
        run_id: Annotated[str, typer.Argument(metavar="ID", help="The import's id.")],
        limit: Annotated[int, typer.Option(help="Number of rows to show.")] = 20,
        csv: Annotated[Path | None, typer.Option(help="Write all to this CSV file.")] = None,
        as_json: AsJson = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show the rows an import rejected, with the reasons."""
        ws = opens(workspace)
        if csv is not None:
            rows = ([*reject_row(one)] for one in service.every_reject(ws, run_id))
            with csv.open("wb") as target:
                target.writelines(export.csv_bytes(reject_columns(), rows, ws.zone, bom=True))
            return
        found = service.rejects_of(ws, run_id, limit=limit)
        if as_json:
            typer.echo(msgspec.json.encode(found).decode())
            return
        table = Table(*reject_columns(), box=None)
        for one in found:
            table.add_row(*["" if cell is None else str(cell)[:80] for cell in reject_row(one)])
        out.print(table)


def reject_columns() -> list[str]:
    """Return the headings of refused rows."""
    return [_("File"), _("Row"), _("Column"), _("Reason"), _("Value"), _("Line")]


def reject_row(one: model.Reject) -> list[Any]:
    """Return the cells of a refused row."""
    return [one.file, one.row, one.field, say(reason_text(one.reason)), one.value, one.line]


def run_facts(run: model.ImportRun) -> dict[str, Any]:
    """Return what JSON says of a run."""
    return {
        "id": run.id,
        "recipe": run.recipe,
        "source": run.source,
        "files": run.files,
        "state": run.state.value,
        "stage": run.stage.value if run.stage else None,
        "done": run.done,
        **asdict(run.counts),
        "notes": [note.as_json() for note in run.notes],
        "questions": [question.as_json() for question in run.questions],
        "reasons": run.reasons,
        "rejects_file": run.rejects_file,
        "by": run.by,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "error": {"code": run.error_code, "en": run.error.en, "zh": run.error.zh}
        if run.error
        else None,
    }
