"""`regulars show radar`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from regulars.faces import show
from regulars.faces.command import WorkspaceFolder, out, table
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.findings.model import enveloped
from regulars.understand.radar import service, showing
from regulars.understand.radar.model import MEANING, Against, Radar
from regulars.understand.scope.model import USUAL, EventFilter
from regulars.understand.scope.options import (
    ChannelOption,
    FromOption,
    PeriodOption,
    PlaceOption,
    ToOption,
)


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show radar`."""

    @show.group(app).command()
    def radar(
        *,
        against: Annotated[
            str, typer.Option(help="target, previous, channel:NAME, place:ID, benchmark:NAME.")
        ] = "target",
        period: PeriodOption = USUAL,
        start: FromOption = None,
        end: ToOption = None,
        place: PlaceOption = None,
        channel: ChannelOption = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show the ten dimensions of experience against a target, a period, a place…"""
        ws, now = opens(workspace), clock.now()
        look = EventFilter(period, start, end, place, channel)
        found = service.answered(ws, look, now=now)
        other = service.against(ws, found.payload, look, against, now=now)
        if as_json:
            plain = showing.plain(found.payload, other, service.mapping(ws))
            typer.echo(msgspec.json.encode(enveloped(found, plain)).decode())
        else:
            _print(ws, found.payload, other)


def _print(ws: Workspace, found: Radar, other: Mapping[str, Against]) -> None:
    language, mapped = shell_language(), service.mapping(ws)
    out.print(f"[dim]{MEANING.in_(language)}[/]")
    shown = table(_("Dimension"), _("Points"), "n", _("Compared with"), _("Verdict"))
    for one in found.dimensions:
        than = other.get(one.key)
        points, declared = "", mapped.dimension(one.key)
        if one.value is not None and one.low is not None and one.high is not None:
            points = f"{one.value:.1f} ({one.low:.1f} – {one.high:.1f})"
        elif declared is not None:
            points = showing.not_measured(declared.ask).in_(language)
        theirs = "" if than is None or than.value is None else f"{than.value:.1f}"
        if than is not None and than.low is not None and than.high is not None:
            theirs += f" ({than.low:.1f} – {than.high:.1f}), n {than.n:,}"
        verdict = showing.VERDICTS[than.verdict].in_(language) if than and than.verdict else ""
        name = showing.title(mapped, one.key).in_(language)
        shown.add_row(name, points, f"{one.n:,}", theirs, verdict)
    out.print(shown)
