"""`regulars show early-warning`."""

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
from regulars.understand.churn import service
from regulars.understand.churn.model import CANDIDATES, MEANING, BackTest, EarlyWarning, Warned
from regulars.understand.findings.model import enveloped

SHOWN = 20


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show early-warning`."""

    @show.group(app).command("early-warning")
    def early_warning(
        event: Annotated[str | None, typer.Option(help="The event that counts as churn.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show who is about to churn, and how accurate past predictions were."""
        found = service.answered(opens(workspace), None, event, now=clock.now())
        if as_json:
            typer.echo(msgspec.json.encode(enveloped(found)).decode())
        else:
            _print(found.payload)


def _print(found: EarlyWarning) -> None:
    language = shell_language()
    out.print(f"[dim]{MEANING.in_(language)}[/]")
    if found.why_not is not None or found.back_test is None or found.used is None:
        out.print(found.why_not.in_(language) if found.why_not else "–")
        return
    if found.money is not None:
        out.print(found.money.in_(language))
    _print_test(found.back_test, found.used)
    for one in found.warned[:SHOWN]:
        worth = "–" if one.at_stake is None else f"{one.at_stake:,.0f} {found.currency or ''}"
        line = _("{person}  churn probability {chance}, silent for {days} days, at stake {worth}")
        said = line.format(person=one.person, chance=_chance(one), days=one.silence, worth=worth)
        out.print(said, highlight=False)


def _chance(one: Warned) -> str:
    if one.low is None or one.high is None:
        return f"{one.chance:.0%}"
    words = _("{chance} (back-test {low} – {high}, n {n})")
    low, high = f"{one.low:.0%}", f"{one.high:.0%}"
    return words.format(chance=f"{one.chance:.0%}", low=low, high=high, n=f"{one.n:,}")


def _print_test(test: BackTest, used: str) -> None:
    language = shell_language()
    line = _("Back-test at {cut}: {n} customers, {share} of them churned")
    share = f"{test.base.value:.1%}" if test.base.value is not None else "–"
    if test.base.low is not None and test.base.high is not None:
        share += f" ({test.base.low:.1%} – {test.base.high:.1%})"
    out.print(line.format(cut=test.cut, n=f"{test.customers:,}", share=share))
    for one in test.candidates:
        mark = "●" if one.key == used else " "
        auc = "–" if one.auc.value is None else f"{one.auc.value:.3f}"
        ends = "" if one.auc.low is None else f"({one.auc.low:.3f} – {one.auc.high:.3f})"
        slope = "–" if one.slope is None else f"{one.slope:.2f}"
        title = CANDIDATES[one.key].in_(language)
        out.print(
            f"{mark} AUC {auc} {ends}  " + _("calibration slope {slope}").format(slope=slope), title
        )
    if test.lift.value is not None:
        lead = "–" if test.lead.value is None else f"{test.lead.value:.0f}"
        line = _(
            "Top-10% lift among active customers {lift}× ({low} – {high}), n {n}; lead time "
            "{lead} days"
        )
        low, high = f"{test.lift.low:.1f}", f"{test.lift.high:.1f}"
        lift = f"{test.lift.value:.1f}"
        out.print(line.format(lift=lift, n=test.lift.n, lead=lead, low=low, high=high))
