"""`regulars reactions`: how far each lags and what it failed on; try that again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from regulars.faces.command import WorkspaceFolder, out, table
from regulars.faces.language import gettext as _
from regulars.kit import clock
from regulars.timeline import failing, lagging
from regulars.timeline.workspace import Workspace

Opens = Callable[[Path], Workspace]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add the group `reactions`."""
    reactions = typer.Typer(no_args_is_help=True, help="What follows from events by itself.")
    app.add_typer(reactions, name="reactions")

    @reactions.command("list")
    def show(
        workspace: WorkspaceFolder = Path(),
        as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    ) -> None:
        """Print how far each reaction lags, and the events it failed on that were set aside."""
        ws = opens(workspace)
        lags, aside = lagging.behind(ws, None, clock.now()), failing.listed(ws)
        if as_json:
            told = {"reactions": lags, "set_aside": aside}
            typer.echo(msgspec.json.encode(told).decode())
            return
        _print(lags, aside)

    @reactions.command()
    def retry(
        name: Annotated[str, typer.Argument(help="Name of the reaction.")],
        *,
        number: Annotated[
            list[int] | None,
            typer.Option("--number", help="Only this event of the list; repeatable."),
        ] = None,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Let a reaction try the events again that were set aside."""
        ws = opens(workspace)
        count = failing.retry(ws, name, now=clock.now(), numbers=number)
        out.print(_("{n} events are tried again.").format(n=f"{count:,}"))


def _print(lags: list[lagging.Lag], aside: list[failing.SetAside]) -> None:
    shown = table(_("Reaction"), _("Behind (s)"), _("Waiting"), _("Set aside"), _("Error"))
    for lag in lags:
        waiting = f"{lag.groups + lag.backlog:,}"
        shown.add_row(
            lag.reaction, f"{lag.seconds:,.0f}", waiting, str(lag.set_aside), lag.error or ""
        )
    out.print(shown)
    if aside:
        failed = table(_("Number"), _("Reaction"), _("Event id"), _("Event"), _("Error"))
        for one in aside:
            failed.add_row(str(one.id), one.reaction, one.event_id, one.event, one.error)
        out.print(failed)
