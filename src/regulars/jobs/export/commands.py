"""`regulars export`: events, people and findings of a period as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from regulars.company.rights.model import SHELL
from regulars.faces.command import WorkspaceFolder, err, out
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.jobs.export import service
from regulars.jobs.export.model import TITLES, Form, What, Written
from regulars.kit import clock
from regulars.kit.period import Period, parse_edge
from regulars.timeline.workspace import Workspace

Opens = Callable[[Path], Workspace]
Target = Annotated[Path, typer.Argument(help="New or empty folder for the files.")]
Kinds = Annotated[
    list[What] | None, typer.Option("--what", help="Only this (repeatable); default: everything.")
]
From = Annotated[str | None, typer.Option("--from", help="Start: 2026-10 or 2026-10-05.")]
To = Annotated[str | None, typer.Option("--to", help="End (excluded).")]
Kind = Annotated[Form, typer.Option("--format", help="File format.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `export`."""

    @app.command()
    def export(
        folder: Target,
        *,
        what: Kinds = None,
        start: From = None,
        end: To = None,
        form: Kind = Form.PARQUET,
        as_json: AsJson = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Write events, customer data and findings as Parquet or CSV files."""
        ws = opens(workspace)
        edges = [None if edge is None else parse_edge(edge, ws.zone) for edge in (start, end)]
        with err.status("") as waiting:
            written = service.export(
                ws,
                SHELL,
                folder,
                now=clock.now(),
                what=what or tuple(What),
                period=Period(*edges),
                form=form,
                tell=lambda one: waiting.update(say(TITLES[one])),
            )
        _print(written, as_json)


def _print(written: list[Written], as_json: bool) -> None:
    later = sum(one.later for one in written)
    if later:
        words = _("Left out: %(count)s events that become known only after now (known_at).")
        err.print(words % {"count": f"{later:,}"})
    if as_json:
        rows = [{"what": one.what, "file": str(one.file), "rows": one.rows} for one in written]
        typer.echo(msgspec.json.encode(rows).decode())
        return
    table = Table(_("Contents"), _("Number of rows"), _("File"), box=None)
    for one in written:
        table.add_row(say(TITLES[one.what]), f"{one.rows:,}", str(one.file))
    out.print(table)
    err.print(_("Keep these copies safe: erasing a customer does not reach them."))
