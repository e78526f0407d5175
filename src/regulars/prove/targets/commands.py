"""`regulars target add|plan|freeze|retire`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from regulars.company.rights.model import SHELL
from regulars.faces.asking import period_of
from regulars.faces.command import WorkspaceFolder, out
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language, speaking
from regulars.kit import clock
from regulars.kit.period import parse_edge
from regulars.kit.text import Text
from regulars.prove.targets import service
from regulars.prove.targets.model import Target, TargetKind
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service as metrics
from regulars.understand.metrics.model import Direction

Opens = Callable[[Path], Workspace]
TargetId = Annotated[str, typer.Argument(help="Target id, as printed by `show targets`.")]
Words = list[str] | None


def register(app: typer.Typer, opens: Opens) -> None:
    """Add the group `target`."""
    group = typer.Typer(no_args_is_help=True, help="Set targets and freeze their baselines.")
    app.add_typer(group, name="target")
    _add(group, opens)
    _plan(group, opens)
    _freeze(group, opens)
    _retire(group, opens)


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
        ws, definition = opens(workspace), metrics.definition(metric)
        filters = metrics.filters_of(where or ())
        made = Target(
            id="",
            metric=metric,
            title=Text(title, title) if title else definition.title,
            kind=TargetKind.RELATIVE if relative else TargetKind.ABSOLUTE,
            value=value,
            direction=Direction(definition.direction),
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
