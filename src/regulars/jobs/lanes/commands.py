"""`regulars work` and `regulars jobs`: work on lanes, and see and cancel what runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from regulars.company.rights.model import SHELL
from regulars.faces import formats
from regulars.faces.command import WorkspaceFolder, err, out, table
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.jobs.lanes import service, working
from regulars.jobs.lanes.model import Lane, LaneState, parse
from regulars.jobs.refresh import service as refresh
from regulars.jobs.runs import service as runs
from regulars.kit import clock
from regulars.timeline.workspace import Workspace

Opens = Callable[[Path], Workspace]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Wanted = Annotated[str, typer.Option("--lanes", help="react, deliver, refresh, maintain.")]
Attached = Annotated[bool, typer.Option("--attached", hidden=True, help="End with the server.")]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `work`, and the group `jobs`."""

    @app.command()
    def work(
        workspace: WorkspaceFolder = Path(),
        *,
        lanes: Wanted = ",".join(Lane),
        attached: Attached = False,
    ) -> None:
        """Work on lanes beside or without a server, until stopped."""
        wanted = parse(lanes)
        ws = opens(workspace)
        if not attached:
            names = ", ".join(wanted)
            words = _("Working on: {lanes}. Stop with Ctrl-C.").format(lanes=names)
            err.print(words, soft_wrap=True)
        if not working.work(ws, wanted, attached=attached):
            sys.stderr.flush()
            os._exit(0)  # threads still compute: what they do is continued by whoever comes next
        ws.close()

    jobs = typer.Typer(no_args_is_help=True, help="Background work: who does what, and how far.")
    app.add_typer(jobs, name="jobs")
    _add(jobs, opens)


def _add(jobs: typer.Typer, opens: Opens) -> None:
    @jobs.command()
    def lanes(workspace: WorkspaceFolder = Path(), as_json: AsJson = False) -> None:
        """Print every lane: who runs it, what it does, what went wrong."""
        ws, now = opens(workspace), clock.now()
        states, lags = service.states(ws, now), service.lags(ws, now)
        if as_json:
            told = {"lanes": states, "reactions": lags, "children": service.children(ws)}
            typer.echo(msgspec.json.encode(told).decode())
            return
        _print(states)
        for lag in lags:
            if not lag.well:
                words = _("The reaction {name} lags by {n} min.")
                said = words.format(name=lag.reaction, n=round(lag.seconds / 60))
                err.print(f"{said} {lag.error or ''}", soft_wrap=True, markup=False)

    @jobs.command()
    def cancel(workspace: WorkspaceFolder = Path()) -> None:
        """Cancel the refresh under way; it ends at its next sign of progress."""
        runs.cancel(opens(workspace), refresh.KEY, SHELL, now=clock.now())
        err.print(_("It ends within seconds."))

    @jobs.command()
    def start(workspace: WorkspaceFolder = Path()) -> None:
        """Let the findings be computed now by whoever runs the refresh lane."""
        runs.request(opens(workspace), refresh.KEY, SHELL, now=clock.now())
        err.print(_("Starts within seconds."))


def _print(states: list[LaneState]) -> None:
    shown = table(_("Lane"), _("Run by"), _("Since"), _("Does now"), _("Last error"))
    for state in states:
        held_by = f"{state.holder.host} · {state.holder.process}" if state.holder else _("nobody")
        shown.add_row(say(state.name), held_by, _moment(state.since), _now(state), _error(state))
    out.print(shown)


def _now(state: LaneState) -> str:
    if state.task is None:
        return _("waits") if state.holder else ""
    share = "" if state.progress is None else f" {state.progress:.0%}"
    return say(state.task) + share


def _error(state: LaneState) -> str:
    return "\n".join(
        _("{task}: {error} (tried again {moment})").format(
            task=say(one.name), error=one.error, moment=_moment(one.next_at)
        )
        for one in state.failing
    )


def _moment(moment: datetime | None) -> str:
    return formats.moment(moment) if moment else ""
