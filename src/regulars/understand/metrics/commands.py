"""`regulars show METRIC` and `regulars glossary`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from regulars.faces import show
from regulars.faces.columns import written
from regulars.faces.command import WorkspaceFolder, err, out
from regulars.faces.language import gettext as _
from regulars.faces.language import say, shell_language, speaking
from regulars.faces.terminal import print_rows
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import glossary, service
from regulars.understand.metrics.columns import COLUMNS, dimensions
from regulars.understand.metrics.model import Measured
from regulars.understand.metrics.rows import plain

Opens = Callable[[Path], Workspace]
Words = list[str] | None
Metric = Annotated[
    str, typer.Argument(help="Key of a metric, for example nps.", show_default=False)
]
Edge = str | None
FromOption = Annotated[Edge, typer.Option("--from", help="Start: month, day or time.")]
ToOption = Annotated[Edge, typer.Option("--to", help="End: month, day or time (excluded).")]
AsOfOption = Annotated[Edge, typer.Option("--as-of", help="Only what was known by then.")]
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
        words: dict[str, Any] = {"edges": (start, end), "as_of": as_of, "where": where or ()}
        rows = service.measure_as_written(
            ws, key, **words, by=by or (), weighted=weighted, compare=compare, target=target
        )
        if as_json:
            listed = [plain(row, ws.zone) for row in rows]
            typer.echo(json.dumps(listed, ensure_ascii=False, indent=1))
            return
        with speaking(shell_language()):
            _print(key, rows)


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
