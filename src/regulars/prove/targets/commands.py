"""`regulars show targets` and `regulars target add|plan|freeze|retire`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from regulars.company.rights.model import SHELL
from regulars.faces import formats, show
from regulars.faces.asking import period_of
from regulars.faces.command import WorkspaceFolder, err, out
from regulars.faces.language import gettext as _
from regulars.faces.language import say, shell_language, speaking
from regulars.kit import clock
from regulars.kit.period import parse_edge
from regulars.kit.text import Text
from regulars.prove.targets import board, service, showing
from regulars.prove.targets.model import Judged, Kind, Target
from regulars.prove.targets.rows import plain_judged
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service as metrics
from regulars.understand.metrics.model import Direction

Opens = Callable[[Path], Workspace]
FINDINGS = (board.PLAN,)
"""Declared here too, so that a refresh from the shell renews what pages show."""
TargetId = Annotated[str, typer.Argument(help="Target id, as printed by `show targets`.")]
Words = list[str] | None


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `show targets` and the group `target`."""
    _show(show.group(app), opens)
    group = typer.Typer(no_args_is_help=True, help="Set targets and freeze their baselines.")
    app.add_typer(group, name="target")
    _add(group, opens)
    _plan(group, opens)
    _freeze(group, opens)
    _retire(group, opens)


def _show(group: typer.Typer, opens: Opens) -> None:
    @group.command("targets")
    def show_targets(
        *,
        as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show every target: met, not met, undetermined, or metric not available yet."""
        ws = opens(workspace)
        found = service.judged(ws, now=clock.now())
        if as_json:
            rows = [plain_judged(one, ws.zone) for one in found]
            typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        with speaking(shell_language()):
            _print(found)


def _print(found: list[Judged]) -> None:
    table = Table(caption_justify="left")
    for title in (_("Target"), _("Due"), _("Goal"), _("Value"), "n", _("Verdict"), _("Worse")):
        table.add_column(title)
    table.add_column("Id", no_wrap=True)
    for one in found:
        table.add_row(*_cells(one), one.target.id[:8])
    out.print(table)
    for one in found:
        if one.note:
            out.print(f"[dim]{one.target.id[:8]}  {say(one.note)}[/]", soft_wrap=True)
    if not found:
        err.print(_("No targets yet: regulars target plan programme."))


def _cells(one: Judged) -> list[str]:
    unit = metrics.unit_of(one.target.metric, one.measured)
    value, n = (one.measured.value, one.measured.n) if one.measured else (None, None)
    return [
        say(one.target.title),
        formats.day(one.target.due),
        formats.value_in("count" if one.target.kind is Kind.SAMPLE else unit, one.goal),
        formats.value_in(unit, value),
        formats.whole(n),
        say(showing.VERDICTS[one.verdict][1]),
        ", ".join(rail.metric for rail in one.guardrails if rail.worse),
    ]


def _add(group: typer.Typer, opens: Opens) -> None:
    @group.command()
    def add(
        metric: Annotated[str, typer.Argument(help="Key of a metric.")],
        value: Annotated[
            float, typer.Argument(help="In the metric's unit; with --relative in percent.")
        ],
        *,
        title: Annotated[str, typer.Option(help="Shown title; default: the metric's.")] = "",
        relative: Annotated[bool, typer.Option(help="Percent against a baseline.")] = False,
        due: Annotated[str | None, typer.Option(help="Due date, for example 2027-12-31.")] = None,
        window_days: Annotated[int, typer.Option(help="Number of days measured.")] = 90,
        where: Annotated[
            Words, typer.Option(help="Filter, for example touchpoint=checkout.")
        ] = None,
        guardrail: Annotated[Words, typer.Option(help="Metric that must not get worse.")] = None,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Set a target; the metric says which way is better."""
        ws, found = opens(workspace), metrics.definition(metric)
        filters = metrics.filters_of(where or ())
        made = Target(
            id="",
            metric=metric,
            title=Text(title, title) if title else found.title,
            kind=Kind.RELATIVE if relative else Kind.ABSOLUTE,
            value=value,
            direction=Direction(found.direction),
            due=_day(due, ws) if due else None,
            window_days=window_days,
            filters={name: tuple(map(str, words)) for name, words in filters.items()},
            guardrails=tuple(guardrail or ()),
        )
        typer.echo(service.add(ws, SHELL, made, now=clock.now()).id)


def _day(words: str, ws: Workspace) -> date:
    return parse_edge(words, ws.zone).astimezone(ws.zone).date()


def _plan(group: typer.Typer, opens: Opens) -> None:
    @group.command()
    def plan(
        name: Annotated[str, typer.Argument(help="programme or touchpoints.")],
        *,
        start: Annotated[str | None, typer.Option(help="First day; default: today.")] = None,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Add the missing targets of a built-in plan."""
        ws, now = opens(workspace), clock.now()
        first = _day(start, ws) if start else now.astimezone(ws.zone).date()
        made = service.add_plan(ws, SHELL, name, start=first, now=now)
        with speaking(shell_language()):
            out.print(_("{n} targets added").format(n=len(made)))


def _freeze(group: typer.Typer, opens: Opens) -> None:
    @group.command()
    def freeze(
        target: TargetId,
        *,
        start: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
        end: Annotated[str | None, typer.Option("--to", help="End date (excluded).")] = None,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Measure the metric now and keep it as the target's baseline."""
        ws = opens(workspace)
        period = period_of(start, end, ws.zone) if start and end else None
        full = service.find(ws, target).id
        made = service.freeze_baseline(ws, SHELL, full, now=clock.now(), period=period)
        assert made.baseline is not None
        out.print(f"{made.baseline.value:g} (n {made.baseline.n})")


def _retire(group: typer.Typer, opens: Opens) -> None:
    @group.command()
    def retire(target: TargetId, *, workspace: WorkspaceFolder = Path()) -> None:
        """Deactivate a target; its record is kept."""
        ws = opens(workspace)
        service.retire(ws, SHELL, service.find(ws, target).id, now=clock.now())
