"""`regulars show complaints`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from regulars.faces import show
from regulars.faces.command import WorkspaceFolder, out, table
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit import clock
from regulars.listen.catalog import service as catalog
from regulars.timeline.workspace import Workspace
from regulars.understand.complaints import service, showing
from regulars.understand.complaints.model import (
    BEFORE_DAYS,
    MEANING,
    PROBLEM_TITLES,
    Asked,
    Complaints,
    problem_of,
)
from regulars.understand.findings.model import enveloped
from regulars.understand.scope.model import USUAL, EventFilter
from regulars.understand.scope.options import FromOption, PeriodOption, PlaceOption, ToOption


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show complaints`."""

    @show.group(app).command()
    def complaints(
        *,
        problem: Annotated[str, typer.Option(help="complaint, return or refund.")] = "complaint",
        days: Annotated[int, typer.Option(help="Number of days to look back.")] = BEFORE_DAYS,
        period: PeriodOption = USUAL,
        start: FromOption = None,
        end: ToOption = None,
        place: PlaceOption = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show at which stage problems arise, and what came before them."""
        ws = opens(workspace)
        asked = Asked(EventFilter(period, start, end, place), problem_of(problem), days)
        found = service.answered(ws, asked, now=clock.now())
        if as_json:
            plain = showing.plain(found.payload, catalog.current(ws))
            typer.echo(msgspec.json.encode(enveloped(found, plain)).decode())
        else:
            _print(ws, found.payload)


def _print(ws: Workspace, found: Complaints) -> None:
    language, known = shell_language(), catalog.current(ws)
    out.print(f"{PROBLEM_TITLES[found.problem].in_(language)}: {found.total:,}")
    out.print(f"[dim]{MEANING.in_(language)}[/]")
    if not found.total:
        out.print(_("No such problems in this period."))
        return
    shown = table(_("Stage"), _("Touchpoint"), _("Problems"), _("Share"), _("Per 1,000 visits"))
    for one in [*found.stages, *(point for point in found.touchpoints if point.n)]:
        rate, share = one.rate, one.share
        stage = showing.stage_title(known, one.stage).in_(language)
        touchpoint = "" if one in found.stages else known.title_of(one.key).in_(language)
        per = "–" if rate.value is None else f"{rate.value:.1f} ({rate.low:.1f} – {rate.high:.1f})"
        mark = " ▲" if one.marked else ""
        shown.add_row(stage, touchpoint, f"{one.n:,}", f"{share.value or 0:.0%}", per + mark)
    out.print(shown)
    for step in (one for one in found.before if one.marked):
        out.print("▲ " + showing.sentence(step, known, found.days))
