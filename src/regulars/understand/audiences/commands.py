"""`regulars show audience NAME` and `regulars show audiences`."""

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
from regulars.kit.stats.estimate import Estimate
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import service, showing
from regulars.understand.audiences.model import Audience, Compared, Outline, Overview
from regulars.understand.findings.model import enveloped

Json = Annotated[bool, typer.Option("--json", help="Print plain JSON.")]


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show audience` and `show audiences`."""

    @show.group(app).command("audience")
    def audience(
        name: Annotated[str, typer.Argument(help="Its name or key.")],
        as_json: Json = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show one audience: size, value, scores, and what it rates better or worse."""
        ws = opens(workspace)
        one = service.get(ws, name)
        found = service.recent(ws, None, now=clock.now())
        if as_json:
            last = service.memberships(ws).get(one.key)
            plain = showing.plain_answered(one, found.payload, last)
            typer.echo(msgspec.json.encode(enveloped(found, plain)).decode())
        else:
            told = found.payload
            _print_money(told)
            _print(one, told.outlines.get(one.key), told.currency)
            _print_answers(ws, [row for row in told.compared if row.audience == one.key])

    @show.group(app).command("audiences")
    def audiences(as_json: Json = False, workspace: WorkspaceFolder = Path()) -> None:
        """Show every audience with its size, value and scores."""
        ws = opens(workspace)
        found, every = service.recent(ws, None, now=clock.now()), service.every(ws)
        if as_json:
            plain = showing.plain_overview(every, found.payload, service.memberships(ws))
            typer.echo(msgspec.json.encode(enveloped(found, plain)).decode())
            return
        _print_money(found.payload)
        for one in every:
            _print(one, found.payload.outlines.get(one.key), found.payload.currency)
        if not every:
            words = _("There are no audiences yet. Add one at {page} or by POST {endpoint}.")
            out.print(words.format(page="/audiences/new", endpoint="/api/v1/audiences"))


def _print_money(found: Overview) -> None:
    if found.money is not None:
        out.print(found.money.in_(shell_language()))


def _print(one: Audience, told: Outline | None, currency: str) -> None:
    out.print(f"[bold]{one.name}[/]  [dim]{one.where}[/]")
    if told is None:
        return
    out.print(_("{n} of {all} customers").format(n=f"{told.n:,}", all=f"{told.of:,}"))
    for title, part in (
        (_("Mean spend, {currency}").format(currency=currency), told.spend),
        (
            _("Customer lifetime value (CLV), {currency}").format(currency=currency),
            told.lifetime_value,
        ),
        ("NPS", told.nps),
        ("CSAT", told.csat),
    ):
        out.print(f"  {title}: {_said(part)}")


def _said(part: Estimate | None) -> str:
    if part is None or part.value is None:
        return "–"
    span = "" if part.low is None or part.high is None else f" ({part.low:,.2f} – {part.high:,.2f})"
    return f"{part.value:,.2f}{span}, n {part.n:,}"


def _print_answers(ws: Workspace, answers: list[Compared]) -> None:
    if not answers:
        out.print(_("No product or service has enough answers for a test."))
        return
    language, title = shell_language(), showing.subject_title(ws)
    shown = table(_("Product or service"), _("Metric"), _("Members"), _("Other customers"), "q", "")
    for one in answers:
        shown.add_row(
            title(one).in_(language),
            one.metric,
            _said(one.members),
            _said(one.rest),
            "–" if one.q is None else f"{one.q:.3f}",
            showing.VERDICTS[one.verdict][1].in_(language) if one.verdict else "",
        )
    out.print(shown)
