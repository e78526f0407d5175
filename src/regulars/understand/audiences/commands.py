"""`regulars show audience NAME`, beside that of all audiences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from regulars.faces import show
from regulars.faces.command import WorkspaceFolder
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service as analyses
from regulars.understand.analyses.options import Options
from regulars.understand.analyses.terminal import print_notes, print_table
from regulars.understand.audiences import service
from regulars.understand.audiences.analysis import ANALYSIS, answers_of, outlines, plain_one
from regulars.understand.findings.model import enveloped


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show audience`."""

    @show.group(app).command("audience")
    def audience(
        name: Annotated[str, typer.Argument(help="Its name or key.")],
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show one audience: size, value, scores, and what it rates better or worse."""
        ws = opens(workspace)
        current, view = (
            service.get(ws, name),
            analyses.answered(ws, ANALYSIS, Options(), now=clock.now()),
        )
        assert view.found is not None
        if as_json:
            typer.echo(
                msgspec.json.encode(enveloped(view.found, plain_one(view, current))).decode()
            )
            return
        print_notes(view)
        sizes, compared = ANALYSIS.tables
        print_table(view, sizes, [row for row in outlines(view) if row[0].key == current.key])
        print_table(view, compared, answers_of(view, current))
