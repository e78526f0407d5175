"""`regulars show journey|funnel`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from regulars.company.places import service as places
from regulars.faces import export as files
from regulars.faces import show
from regulars.faces.asking import period_of, seconds_of
from regulars.faces.command import WorkspaceFolder, err, out
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.kit.period import parse_edge
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.journeys import export, service
from regulars.understand.journeys.model import (
    BY,
    LEVELS,
    ORDERS,
    By,
    Funnel,
    FunnelSlice,
    JourneyMap,
    Journeys,
    Level,
    Order,
)
from regulars.understand.journeys.wording import within
from regulars.understand.scope.model import EventScope
from regulars.understand.scope.options import (
    AsOfOption,
    ChannelsOption,
    FromOption,
    PlacesOption,
    ToOption,
)

Opens = Callable[[Path], Workspace]
AsJson = Annotated[bool, typer.Option("--json", help="Print plain JSON.")]
ByWhom = Annotated[
    str, typer.Option("--by", help="Whose journeys: person, order, case or session.")
]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `show journey` and `show funnel`."""
    _journey(show.group(app), opens)
    _funnel(show.group(app), opens)


def _journey(group: typer.Typer, opens: Opens) -> None:
    @group.command()
    def journey(
        *,
        by: ByWhom = "person",
        level: Annotated[str, typer.Option(help="Steps: touchpoint or event.")] = "touchpoint",
        start: FromOption = None,
        end: ToOption = None,
        place: PlacesOption = None,
        channel: ChannelsOption = None,
        as_of: AsOfOption = None,
        feedback: Annotated[bool, typer.Option(help="Include survey answers as steps.")] = False,
        file: Annotated[
            Path | None, typer.Option("--export", help="Write the events: .xes or .csv.")
        ] = None,
        as_json: AsJson = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show the journey: touchpoints, stages, transitions, waits, pain points with advice."""
        ws = opens(workspace)
        asked = Journeys(
            extent_of(ws, start, end, place, channel), _by(by), _level(level), feedback
        )
        moment = parse_edge(as_of, ws.zone) if as_of else None
        if file is not None:
            return _write(ws, asked, file)
        found = service.journey_map(ws, asked, now=clock.now(), as_of=moment)
        if as_json:
            typer.echo(msgspec.json.encode(found).decode())
            return None
        return _print_map(found)


def _funnel(group: typer.Typer, opens: Opens) -> None:
    @group.command()
    def funnel(
        steps: Annotated[list[str], typer.Argument(help="Touchpoints or event names, in order.")],
        *,
        window: Annotated[str, typer.Option(help="Time for all steps: 30m, 24h, 7d, 2w.")] = "7d",
        by: ByWhom = "person",
        order: Annotated[
            str, typer.Option(help="any_between, strict or any_order.")
        ] = "any_between",
        slice_by: Annotated[str | None, typer.Option("--slice", help="channel, place…")] = None,
        start: FromOption = None,
        end: ToOption = None,
        place: PlacesOption = None,
        channel: ChannelsOption = None,
        as_json: AsJson = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show where customers drop off on chosen steps within a time window."""
        ws = opens(workspace)
        asked = Funnel(tuple(steps), seconds_of(window), _by(by), _order(order), slice_by)
        found = service.funnel(ws, asked, extent_of(ws, start, end, place, channel))
        if as_json:
            typer.echo(msgspec.json.encode(found).decode())
            return
        for part in found:
            _print_funnel(part)


def extent_of(
    ws: Workspace,
    start: str | None,
    end: str | None,
    place: list[str] | None,
    channel: list[str] | None,
) -> EventScope:
    """Return the extent that the options mean; places include what lies below them."""
    chosen = places.tree(ws).within(place) if place else None
    return EventScope(period_of(start, end, ws.zone), chosen, tuple(channel or ()))


def _by(word: str) -> By:
    for known in BY:
        if word == known:
            return known
    raise _unknown("by", word, BY)


def _level(word: str) -> Level:
    for known in LEVELS:
        if word == known:
            return known
    raise _unknown("level", word, LEVELS)


def _order(word: str) -> Order:
    for known in ORDERS:
        if word == known:
            return known
    raise _unknown("order", word, ORDERS)


def _unknown(option: str, word: str, known: tuple[str, ...]) -> Invalid:
    return Invalid(
        "journeys.option",
        Text(
            f"--{option} is one of {', '.join(known)}, not “{word}”.",
            f"--{option} 只能是 {'、'.join(known)} 之一，不能是“{word}”。",
        ),
        field=option,
    )


def _write(ws: Workspace, asked: Journeys, file: Path) -> None:
    if file.suffix.lower() not in (".xes", ".csv"):
        raise Invalid(
            "journeys.export",
            Text(
                f"Name the file .xes or .csv, not “{file.name}”.",
                f"文件名请以 .xes 或 .csv 结尾，而不是“{file.name}”。",
            ),
            field="export",
        )
    table = export.events(ws, asked)
    pieces = (
        export.xes(table, ws.zone)
        if file.suffix.lower() == ".xes"
        else files.csv_bytes(list(export.COLUMNS), export.rows(table), ws.zone, bom=False)
    )
    with file.open("wb") as target:
        target.writelines(pieces)
    err.print(_("Written: {file}").format(file=file))


def _print_map(found: JourneyMap) -> None:
    language = shell_language()
    head = _("{cases} journeys, {events} events, {variants} variants")
    out.print(head.format(cases=found.cases, events=found.events, variants=found.variants_total))
    table = Table(box=None, header_style="dim")
    for title in (_("Step"), _("Journeys"), _("Events"), _("Score"), _("Median wait"), ""):
        table.add_column(title)
    pains = {mark.step: mark.kind for mark in found.marks}
    for node in found.nodes:
        score = node.performance
        table.add_row(
            node.title.in_(language),
            f"{node.cases:,}",
            f"{node.events:,}",
            f"{score.value:.1f} (n {score.n:,})" if score else "–",
            within(node.wait.median).in_(language) if node.wait else "–",
            {"pain": "▲", "opportunity": "●"}.get(pains.get(node.step, ""), ""),
        )
    out.print(table)
    for mark in found.marks:
        reasons = "; ".join(item.text.in_(language) for item in mark.evidence)
        sign = "[red]▲[/]" if mark.kind == "pain" else "[green]●[/]"
        out.print(f"{sign} [bold]{mark.title.in_(language)}[/]: {reasons}")
        for item in mark.advice:
            out.print(f"   [dim]{item.layer}, {item.horizon}:[/] {item.text.in_(language)}")


def _print_funnel(part: FunnelSlice) -> None:
    out.print(f"[bold]{part.value}[/]" if part.value is not None else f"[bold]{_('All')}[/]")
    for step in part.steps:
        share = step.of_before
        words = (
            f"{share.value:.1%} ({share.low:.1%} – {share.high:.1%})"
            if share.value is not None and share.low is not None and share.high is not None
            else "–"
        )
        wait = within(step.wait.median).in_(shell_language()) if step.wait else ""
        out.print(f"  {step.n:>10,}  {words:<28} {step.step}  [dim]{wait}[/]")
