"""`regulars show levels`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from regulars.faces import show
from regulars.faces.command import WorkspaceFolder, out
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit import clock
from regulars.listen.catalog import service as catalog
from regulars.listen.catalog.model import Catalog
from regulars.timeline.workspace import Workspace
from regulars.understand.findings.model import enveloped
from regulars.understand.health.model import USUAL, Look
from regulars.understand.levels import service, showing
from regulars.understand.levels.model import MEANING, At, Levels


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show levels`."""

    @show.group(app).command()
    def levels(
        *,
        period: Annotated[str, typer.Option(help="2026-10, 2026, 12m or all.")] = USUAL,
        start: Annotated[str | None, typer.Option("--from", help="Month, day, moment.")] = None,
        end: Annotated[str | None, typer.Option("--to", help="End, excluded.")] = None,
        place: Annotated[str | None, typer.Option(help="With places below it.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show how deeply touchpoints move customers: shares of the five levels."""
        ws = opens(workspace)
        found = service.answered(ws, Look(period, start, end, place), now=clock.now())
        if as_json:
            plain = showing.plain(found.payload)
            typer.echo(msgspec.json.encode(enveloped(found, plain)).decode())
        else:
            _print(found.payload, catalog.current(ws))


def _print(found: Levels, known: Catalog) -> None:
    language = shell_language()
    out.print(f"[dim]{MEANING.in_(language)}[/]")
    if found.whole is None:
        out.print(_("No scored experiences yet."))
        return
    shown = Table(box=None, pad_edge=False)
    shown.add_column(_("Touchpoint"))
    for number in range(1, 6):
        shown.add_column(showing.level_title(number).in_(language))
    for head in ("n", _("Mark")):
        shown.add_column(head)
    for one in [found.whole, *found.points]:
        shares = (
            f"{share.value:.1%} ({share.low:.1%} – {share.high:.1%})" if share.value is not None
            else "–" for share in one.shares
        )  # fmt: skip
        title = showing.title_of(one.touchpoint, known).in_(language)
        shown.add_row(title, *shares, f"{one.n:,}", _marks(one))
    out.print(shown)
    if found.moves is not None:
        words = _("{people} met twice: {fell} became negative, {rose} no longer are.")
        moved = found.moves
        out.print(words.format(people=moved.people, fell=moved.fell, rose=moved.rose))


def _marks(one: At) -> str:
    words = []
    if one.worse:
        words.append(_("more negative than before"))
    if one.better:
        words.append(_("less negative than before"))
    if one.fading is not None and one.fading.mark:
        words.append(_("wears off: {points} a time").format(points=f"{one.fading.slope:+.1f}"))
    return ", ".join(words)
