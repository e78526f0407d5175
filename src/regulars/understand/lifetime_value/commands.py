"""`regulars show lifetime-value`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from regulars.faces import show
from regulars.faces.command import WorkspaceFolder, out
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.findings.model import enveloped
from regulars.understand.lifetime_value import service
from regulars.understand.lifetime_value.model import MEANING, BackTest, LifetimeValue


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show lifetime-value`."""

    @show.group(app).command("lifetime-value")
    def lifetime_value(
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show what customers will buy in the coming months, and how accurate forecasts were."""
        found = service.answered(opens(workspace), None, now=clock.now())
        if as_json:
            typer.echo(msgspec.json.encode(enveloped(found)).decode())
        else:
            _print(found.payload)


def _print(found: LifetimeValue) -> None:
    out.print(f"[dim]{MEANING.in_(shell_language())}[/]")
    if found.money is not None:
        out.print(found.money.in_(shell_language()))
    if found.why_not is not None:
        out.print(found.why_not.in_(shell_language()))
        return
    unit = found.currency or ""
    for one in found.ahead:
        line = _("next {days} days: {mean} per customer ({low} – {high}), {total} in total, n {n}")
        out.print(
            line.format(
                days=one.days,
                mean=f"{one.mean.value:,.2f}",
                low=f"{one.mean.low:,.2f}",
                high=f"{one.mean.high:,.2f}",
                total=f"{one.total.value:,.0f} {unit}",
                n=f"{found.n:,}",
            )
        )
    if found.back_test is not None:
        _print_test(found.back_test)


def _print_test(test: BackTest) -> None:
    line = _(
        "Back-test from {cut}, {days} days, n {n}: {expected} purchases predicted, {actual} actual"
    )
    out.print(
        line.format(
            cut=test.cut,
            days=test.days,
            n=f"{test.customers:,}",
            expected=f"{test.expected:,.0f}",
            actual=f"{test.actual:,.0f}",
        )
    )
    line = _("Amount predicted {expected}, actual {actual}; {covered} within their interval")
    covered = f"{test.covered.value:.1%}" if test.covered.value is not None else "–"
    if test.covered.low is not None and test.covered.high is not None:
        covered += f" ({test.covered.low:.1%} – {test.covered.high:.1%})"
    out.print(
        line.format(
            expected=f"{test.expected_value:,.0f}",
            actual=f"{test.actual_value:,.0f}",
            covered=covered,
        )
    )
