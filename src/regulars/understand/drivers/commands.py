"""`regulars show drivers`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from regulars.faces import show
from regulars.faces.command import WorkspaceFolder, out, table
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit import clock
from regulars.listen.catalog import service as catalog
from regulars.timeline.workspace import Workspace
from regulars.understand.drivers import service, showing
from regulars.understand.drivers.model import MEANING, RULES, Asked, Drivers, gains, missing_of
from regulars.understand.findings.model import enveloped
from regulars.understand.scope.model import USUAL, EventFilter
from regulars.understand.scope.options import FromOption, PeriodOption, PlaceOption, ToOption

OUTCOME = "nps, nps:transactional, csat, csat@TOUCHPOINT, retention or repurchase."


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show drivers`."""

    @show.group(app).command()
    def drivers(
        *,
        outcome: Annotated[str, typer.Argument(help=OUTCOME)] = "nps",
        missing: Annotated[str, typer.Option(help="pairwise or complete.")] = "pairwise",
        period: PeriodOption = USUAL,
        start: FromOption = None,
        end: ToOption = None,
        place: PlaceOption = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show which touchpoints an outcome is associated with, and how certain that is."""
        ws = opens(workspace)
        asked = Asked(outcome, EventFilter(period, start, end, place), missing_of(missing))
        found = service.answered(ws, asked, now=clock.now())
        if as_json:
            plain = showing.plain(found.payload, service.costs(ws))
            typer.echo(msgspec.json.encode(enveloped(found, plain)).decode())
        else:
            _print(ws, found.payload)


def _print(ws: Workspace, found: Drivers) -> None:
    language = shell_language()
    title = service.title(ws, found.outcome).in_(language)
    out.print(_("What “{outcome}” is associated with").format(outcome=title))
    out.print(f"[dim]{MEANING.in_(language)}[/]")
    out.print(f"[dim]{RULES[found.missing].in_(language)}[/]")
    left = found.left
    out.print(
        _("{taking} of {all} people with this outcome are included; {complete} answered "
          "everything.").format(
            taking=f"{left.taking_part:,}", all=f"{left.with_outcome:,}",
            complete=f"{left.complete:,}",
        )
    )  # fmt: skip
    if found.basis is not None:
        out.print(f"[dim]{found.basis.words.in_(language)}[/]")
    if found.why_not is not None:
        out.print(found.why_not.in_(language))
    if found.r_squared is None:
        return
    whole = found.r_squared
    out.print(f"R² {whole.value:.3f} ({whole.low:.3f} – {whole.high:.3f})")
    out.print(_table(ws, found))
    known = catalog.current(ws)
    names = {one.key: showing.title(known, one).in_(language) for one in found.drivers}
    for gain in gains(found, service.costs(ws)):
        name = names[gain.touchpoint]
        value = f"{gain.per_thousand.value:.2f}"
        out.print(_("{name}: {value} points per 1,000 spent").format(name=name, value=value))


def _table(ws: Workspace, found: Drivers) -> Table:
    language, known = shell_language(), catalog.current(ws)
    shown = table(
        _("Touchpoint"), _("Importance"), _("Rank"), _("Sign"), _("Johnson's weight"), "n"
    )
    for one in found.drivers:
        part, johnson = one.importance, one.johnson
        shown.add_row(
            showing.title(known, one).in_(language),
            f"{part.value:.1%} ({part.low:.1%} – {part.high:.1%})" if part else "–",
            f"{one.rank} ({one.rank_low} – {one.rank_high})" if one.rank else "–",
            one.sign or "·",
            f"{johnson.value:.1%}" if johnson else "–",
            f"{one.n:,}",
        )
    return shown
