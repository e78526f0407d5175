"""`regulars show costs`."""

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
from regulars.timeline.workspace import Workspace
from regulars.understand.costs import service, showing
from regulars.understand.costs.model import MEANING, Costs, Difference
from regulars.understand.findings.model import enveloped
from regulars.understand.scope.model import USUAL, EventFilter
from regulars.understand.scope.options import PeriodOption


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show costs`."""

    @show.group(app).command()
    def costs(
        period: PeriodOption = USUAL,
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show the revenue impact of pain points, against matched customers."""
        ws = opens(workspace)
        found = service.answered(ws, EventFilter(period), now=clock.now())
        if as_json:
            plain = showing.plain(found.payload)
            typer.echo(msgspec.json.encode(enveloped(found, plain)).decode())
        else:
            _print(found.payload)


def _print(found: Costs) -> None:
    language = shell_language()
    out.print(f"[dim]{MEANING.in_(language)}[/]")
    if found.money is not None:
        out.print(found.money.in_(language))
    if found.why_not is not None:
        out.print(found.why_not.in_(language))
    elif not found.points:
        out.print(_("The journey has no pain points in this period."))
    else:
        out.print(_table(found, language))


def _table(found: Costs, language: str) -> Table:
    shown = table(
        _("Pain point"),
        _("Affected"),
        _("Matched"),
        _("Revenue per customer, 91 days"),
        _("At risk, {currency}").format(currency=found.currency),
        _("Customer lifetime value (CLV) at risk"),
        _("Verdict"),
    )
    for one in found.points:
        shown.add_row(
            one.title.in_(language),
            f"{one.met:,}",
            f"{one.matched:,} / {one.candidates:,}",
            _span(one.revenue.difference if one.revenue else None, 2),
            _span(one.at_risk, 0),
            _span(one.value_at_risk, 0),
            showing.VERDICTS[one.verdict].in_(language),
        )
    return shown


def _span(one: Difference | None, digits: int) -> str:
    if one is None:
        return "–"
    return f"{one.value:+,.{digits}f} ({one.low:+,.{digits}f} – {one.high:+,.{digits}f})"
