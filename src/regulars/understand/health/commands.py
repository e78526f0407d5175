"""`regulars show health`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from regulars.company.places import service as places
from regulars.faces import show
from regulars.faces.asking import period_of
from regulars.faces.command import WorkspaceFolder, out
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit.period import parse_edge
from regulars.listen.catalog import service as catalog
from regulars.timeline.workspace import Workspace
from regulars.understand.health import service
from regulars.understand.health.model import MEANING, Health
from regulars.understand.scope.model import EventScope
from regulars.understand.scope.options import (
    AsOfOption,
    ChannelsOption,
    FromOption,
    PlacesOption,
    ToOption,
)


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show health`."""

    @show.group(app).command()
    def health(
        *,
        start: FromOption = None,
        end: ToOption = None,
        place: PlacesOption = None,
        channel: ChannelsOption = None,
        as_of: AsOfOption = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show the experience health index with its parts and trend."""
        ws = opens(workspace)
        chosen = places.tree(ws).within(place) if place else None
        extent = EventScope(period_of(start, end, ws.zone), chosen, tuple(channel or ()))
        moment = parse_edge(as_of, ws.zone) if as_of else None
        found = service.health(ws, extent, as_of=moment)
        if as_json:
            typer.echo(msgspec.json.encode(found).decode())
        else:
            _print(ws, found)


def _print(ws: Workspace, found: Health) -> None:
    language = shell_language()
    out.print(_("Experience health index: {value}").format(value=_words(found)))
    out.print(f"[dim]{MEANING.in_(language)}[/]")
    known = catalog.current(ws)
    for part in sorted(found.parts, key=lambda part: (part.value is None, part.value or 0.0)):
        title = known.title_of(part.touchpoint).in_(language)
        mark = "" if part.counted or part.value is None else _("too few answers")
        out.print(f"  {_words(part):<36} {title} [dim]× {part.weight:g} {mark}[/]")


def _words(found: object) -> str:
    value, low, high = (getattr(found, name) for name in ("value", "low", "high"))
    n = getattr(found, "n", 0)
    if value is None:
        return f"– (n {n:,})"
    ends = f" ({low:.1f} – {high:.1f})" if low is not None and high is not None else ""
    return f"{value:.1f}{ends} n {n:,}"
