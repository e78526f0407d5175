"""`regulars doctor`: is everything well, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from regulars.faces.command import WorkspaceFolder, out
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.jobs.doctor import service
from regulars.jobs.doctor.model import Finding, Severity, worst
from regulars.kit import clock
from regulars.timeline.workspace import Workspace

MARKS = {Severity.OK: "[green]●[/]", Severity.WARN: "[yellow]◆[/]", Severity.BAD: "[red]▲[/]"}


def register(app: typer.Typer, _opens: Callable[[Path], Workspace]) -> None:
    """Add `doctor`. It does not open the workspace the usual way, which would upgrade it."""

    @app.command()
    def doctor(
        workspace: WorkspaceFolder = Path(),
        *,
        deep: Annotated[bool, typer.Option("--deep", help="Also read every byte.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    ) -> None:
        """Check configuration, stores, versions, disk, clock and zones; exit code 1 on problems."""
        found = service.examine(workspace, clock.now(), deep=deep)
        if as_json:
            typer.echo(msgspec.json.encode([_facts(finding) for finding in found]).decode())
        else:
            _print(found)
        if worst(found) is Severity.BAD:
            raise typer.Exit(1)


def _facts(finding: Finding) -> dict[str, Any]:
    advice = finding.advice.in_(shell_language()) if finding.advice else None
    return {
        "key": finding.key,
        "state": finding.state.value,
        "seen": finding.seen.in_(shell_language()),
        "advice": advice,
    }


def _print(findings: list[Finding]) -> None:
    language = shell_language()
    for finding in findings:
        title, seen = finding.title.in_(language), finding.seen.in_(language)
        out.print(f"{MARKS[finding.state]} [bold]{title}[/]  {seen}", soft_wrap=True)
        if finding.advice:
            out.print(f"  → {finding.advice.in_(language)}", soft_wrap=True)
    if worst(findings) is Severity.OK:
        out.print(_("Everything is fine."))
