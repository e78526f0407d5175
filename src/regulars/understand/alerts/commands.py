"""`regulars show alerts`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from regulars.faces import show
from regulars.faces.command import WorkspaceFolder, out
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.alerts import service, showing
from regulars.understand.alerts.model import MEANING, STATE_TITLES


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show alerts`."""

    @show.group(app).command()
    def alerts(
        *,
        view: Annotated[str, typer.Option(help="open, waiting, muted or all.")] = "open",
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show what changed and needs attention."""
        ws, now = opens(workspace), clock.now()
        listed = service.listed(ws, None, showing.view_of(view), now=now)
        language = shell_language()
        for about, why in showing.broken(ws):
            words = _("This rule could not be checked: {about}.").format(about=about.in_(language))
            typer.echo(f"! {words} {why.in_(language)}", err=True)
        if as_json:
            typer.echo(msgspec.json.encode(showing.plain(ws, listed, now)).decode())
            return
        out.print(f"[dim]{MEANING.in_(language)}[/]")
        if not listed:
            out.print(_("No alerts to handle."))
        for one in listed:
            state = STATE_TITLES[one.stands(now)].in_(language)
            out.print(f"{one.id[:8]}  {state}  {showing.told(ws, one).in_(language)}")
