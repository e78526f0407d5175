"""`regulars show value-groups`."""

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
from regulars.kit.errors import NotFound
from regulars.timeline.workspace import Workspace
from regulars.understand.findings.model import enveloped
from regulars.understand.value_groups import service, showing
from regulars.understand.value_groups.model import (
    MEANING,
    NONE_YET,
    REASON_TITLES,
    Overview,
    Reason,
    Row,
    Share,
)


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show value-groups`."""

    @show.group(app).command("value-groups")
    def value_groups(
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show the value groups, their accuracy and stability, and the segments."""
        ws, now = opens(workspace), clock.now()
        if not service.runs(ws):
            service.assign_due(ws, now=now)
        found = service.answered(ws, None, now=now)
        if found is None:
            raise NotFound("value_groups.none", NONE_YET)
        if as_json:
            plain = showing.plain(found.payload)
            typer.echo(msgspec.json.encode(enveloped(found, plain)).decode())
        else:
            _print(found.payload)


def _print(found: Overview) -> None:
    language = shell_language()
    out.print(f"[dim]{MEANING.in_(language)}[/]")
    if found.money is not None:
        out.print(found.money.in_(language))
    groups = [(showing.group_title(one.key).in_(language), one) for one in found.groups]
    segments = [(showing.segment_title(one.key).in_(language), one) for one in found.segments]
    out.print(_table(_("Group"), groups, found.currency))
    out.print(_table(_("Segment"), segments, found.currency))
    out.print(_("Accuracy: {share}").format(share=_share(found.accuracy)))
    out.print(_("Stability: {share}").format(share=_share(found.stability)))
    _print_moves(found, language)
    _print_tiers(found, language)


def _print_moves(found: Overview, language: str) -> None:
    if found.before is None:
        out.print(_("There is one assignment so far; the next month's is compared with it."))
        return
    shown = table(_("From"), _("To"), "n", _("Reasons"), title=_("Who moved, and why"))
    for one in (move for move in found.moves if move.before != move.after):
        ends = (showing.group_title(key).in_(language) for key in (one.before, one.after))
        why = (
            f"{REASON_TITLES[Reason(key)].in_(language)} {n:,}" for key, n in one.reasons.items()
        )
        shown.add_row(*ends, f"{one.n:,}", ", ".join(why) or "–")
    out.print(shown if shown.row_count else _("Nobody's group changed."))


def _print_tiers(found: Overview, language: str) -> None:
    heads = (_("Tier"), "n", _("Score"), _("Spend alone"), _("Orders alone"))
    shown = table(*heads, title=_("Proposed thresholds for tiers"))
    for one in found.thresholds:
        score = "–" if one.score is None else f"{one.score:.3f}"
        spend = _reach(one.spend, one.spend_reached, 2, f" {found.currency}")
        orders = _reach(one.orders, one.orders_reached, 0)
        title = showing.group_title(one.group).in_(language)
        shown.add_row(title, f"{one.customers:,}", score, spend, orders)
    out.print(shown)


def _reach(value: float | None, n: int | None, digits: int, unit: str = "") -> str:
    if value is None or n is None:
        return "–"
    return f"{value:,.{digits}f}{unit} (" + _("{n} reach it").format(n=f"{n:,}") + ")"


def _table(head: str, rows: list[tuple[str, Row]], currency: str) -> Table:
    shown = table(head, "n", _("Spend"), _("Mean spend"))
    for title, one in rows:
        mean = "–" if one.mean is None else f"{one.mean:,.2f}"
        if one.low is not None and one.high is not None:
            mean += f" ({one.low:,.2f} – {one.high:,.2f})"
        shown.add_row(title, f"{one.n:,}", f"{one.spend:,.0f} {currency}", mean)
    return shown


def _share(found: Share) -> str:
    if found.value is None or found.low is None or found.high is None:
        return f"– (n {found.n:,})"
    return f"{found.value:.1%} ({found.low:.1%} – {found.high:.1%}), n {found.n:,}"
