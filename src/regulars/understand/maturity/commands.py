"""`regulars show maturity`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from regulars.faces import show
from regulars.faces.command import WorkspaceFolder, out, table
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.findings.model import enveloped
from regulars.understand.maturity import service, showing
from regulars.understand.maturity.model import MEANING, Diagnosis


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show maturity`."""

    @show.group(app).command()
    def maturity(
        *,
        handbook: Annotated[bool, typer.Option(help="Print the handbook as Markdown.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show the maturity assessment: self-assessment and evidence, and what to improve first."""
        ws, now = opens(workspace), clock.now()
        found = service.answered(ws, None, now=now)
        answers = service.history(ws)
        if handbook:
            typer.echo(service.written(ws, found.payload, answers, shell_language(), now=now))
        elif as_json:
            plain = showing.plain(found.payload, answers, service.spendings(ws))
            typer.echo(msgspec.json.encode(enveloped(found, plain)).decode())
        else:
            _print(ws, found.payload)


def _print(ws: Workspace, found: Diagnosis) -> None:
    language, asked = shell_language(), service.questionnaire()
    texts = {one.key: one.text for one in asked.questions}
    rows = service.checked(found, service.history(ws))
    out.print(f"[dim]{MEANING.in_(language)}[/]")
    shown = table(_("Question"), _("Self-assessed"), _("Evidence"), "")
    for row in rows:
        told, grade = row.evidence, "–"
        if told is not None:
            grade = f"{told.grade or '–'}: {told.text.in_(language)}"
        mark = _("disagrees") if row.disagrees else ""
        claim = str(row.claim or "–")
        shown.add_row(texts[row.question].in_(language), claim, grade, mark)
    out.print(shown)
    for number, point in enumerate(service.points(found, rows), start=1):
        out.print(f"{number}. {point.title.in_(language)}: {point.advice.in_(language)}")
