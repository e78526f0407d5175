"""`regulars show METRIC` and `regulars glossary`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from regulars.faces import show
from regulars.faces.columns import written
from regulars.faces.command import WorkspaceFolder, err, out
from regulars.faces.language import gettext as _
from regulars.faces.language import say, shell_language, speaking
from regulars.kit.period import Period, parse_edge
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses.terminal import print_rows
from regulars.understand.metrics import glossary, service
from regulars.understand.metrics.columns import COLUMNS, dimensions
from regulars.understand.metrics.model import Direction, Goal, Measured
from regulars.understand.metrics.rows import plain
from regulars.understand.scope.options import AsOfOption, FromOption, ToOption

Opens = Callable[[Path], Workspace]
Words = list[str] | None
Metric = Annotated[
    str, typer.Argument(help="Key of a metric, for example nps.", show_default=False)
]
By = Annotated[
    Words,
    typer.Option(
        "--by",
        help="Break down by touchpoint, stage, channel, place, source, metric, survey_kind, "
        "value_group; and by day, week, month, quarter or year. Repeatable, or separated by "
        "commas.",
    ),
]
Where = Annotated[
    Words, typer.Option("--where", help="Filter, for example touchpoint=checkout. Repeatable.")
]
Compare = Annotated[str | None, typer.Option(help="Test the change against: previous or year.")]
Target = Annotated[float | None, typer.Option(help="Judge against this value, by the interval.")]
Weighted = Annotated[bool, typer.Option("--weighted", help="Use the survey weights.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `show METRIC` and `glossary`."""
    _show(show.group(app), opens)
    _glossary(app)


def _show(group: typer.Typer, opens: Opens) -> None:
    @group.command(show.DEFAULT)
    def metric(
        key: Metric,
        *,
        by: By = None,
        start: FromOption = None,
        end: ToOption = None,
        as_of: AsOfOption = None,
        where: Where = None,
        weighted: Weighted = False,
        compare: Compare = None,
        target: Target = None,
        as_json: AsJson = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show a metric with n and interval: `regulars show nps --by touchpoint,month`."""
        ws = opens(workspace)
        zone = ws.zone
        rows = service.measure(
            ws,
            key,
            period=Period(
                parse_edge(start, zone) if start else None, parse_edge(end, zone) if end else None
            ),
            by=by or (),
            filters=service.filters_of(where or ()),
            weighted=weighted,
            as_of=parse_edge(as_of, zone) if as_of else None,
            compare=compare,
            target=_goal(key, target),
        )
        if as_json:
            typer.echo(json.dumps([plain(row, zone) for row in rows], ensure_ascii=False, indent=1))
            return
        with speaking(shell_language()):
            _print(key, rows)


def _goal(key: str, value: float | None) -> Goal | None:
    return None if value is None else Goal(value, Direction(service.definition(key).direction))


def _print(key: str, rows: list[Measured]) -> None:
    found = service.definition(key)
    out.print(f"[dim]{escape(say(found.meaning))}[/]")
    if rows:
        print_rows(say(found.title), *written((*dimensions(rows), *COLUMNS), rows, None))
    else:
        err.print(_("No events for this metric yet."))


def _glossary(app: typer.Typer) -> None:
    @app.command("glossary")
    def print_glossary(
        to: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
    ) -> None:
        """Print the definitions of all metrics as Markdown, in both languages."""
        text = glossary.markdown()
        if to is None:
            typer.echo(text, nl=False)
        else:
            to.write_text(text, "utf-8")
