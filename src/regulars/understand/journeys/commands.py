"""`regulars show funnel`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from regulars.company.places import service as places
from regulars.faces import show
from regulars.faces.asking import period_of, seconds_of
from regulars.faces.command import WorkspaceFolder, out
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.journeys import service
from regulars.understand.journeys.model import (
    BY,
    ORDERS,
    By,
    Funnel,
    FunnelSlice,
    Order,
)
from regulars.understand.journeys.wording import within
from regulars.understand.scope.model import EventScope
from regulars.understand.scope.options import (
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
    """Add `show funnel`."""
    _funnel(show.group(app), opens)


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
