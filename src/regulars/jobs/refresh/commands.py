"""`regulars refresh`: compute the findings now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from regulars.faces.command import WorkspaceFolder, err, out
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.jobs.refresh import service
from regulars.jobs.runs.model import Run, State, Step
from regulars.kit import clock
from regulars.timeline.workspace import Workspace

AsJson = Annotated[bool, typer.Option("--json", help="Print the run as JSON.")]
BAR = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `refresh`."""

    @app.command()
    def refresh(workspace: WorkspaceFolder = Path(), as_json: AsJson = False) -> None:
        """Compute and store all findings now."""
        ws = opens(workspace)
        with Progress(*BAR, console=err, transient=True) as bar:
            run = service.run(ws, reason="command", clock=clock.now, watch=_watch(bar))
        _print(run, as_json)
        if run.state != State.DONE:
            raise typer.Exit(1)


def _watch(bar: Progress) -> Callable[[Step, float], None]:
    tasks = {}

    def watch(step: Step, share: float) -> None:
        if step.key not in tasks:
            tasks[step.key] = bar.add_task(step.name.in_(shell_language()), total=1.0)
        bar.update(tasks[step.key], completed=share)

    return watch


def _print(run: Run, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(run).decode())
        return
    for step in run.steps:
        took = (
            f"{(step.ended_at - step.started_at).total_seconds():.1f} s"
            if step.started_at and step.ended_at
            else ""
        )
        mark = "[green]●[/]" if step.state == State.DONE else "[red]▲[/]"
        out.print(f"{mark} {step.name.in_(shell_language())}  [dim]{took}[/]  {step.error or ''}")
    if run.state is State.CANCELLED:
        out.print(_("Cancelled."))
        return
    out.print(_("Done.") if run.state is State.DONE else _("Some steps failed; see above."))
