"""`regulars show levels`."""

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
from regulars.listen.catalog.model import Catalog
from regulars.timeline.workspace import Workspace
from regulars.understand.findings.model import enveloped
from regulars.understand.levels import service, showing
from regulars.understand.levels.model import MEANING, At, Levels, Outcome, Wish
from regulars.understand.levels.whatif import what_if
from regulars.understand.scope.model import USUAL, EventFilter
from regulars.understand.scope.options import FromOption, PeriodOption, PlaceOption, ToOption

People = Annotated[
    str | None,
    typer.Option("--list", help="Customer list: rescue (to recover) or scream (delighted)."),
]
Where = Annotated[str | None, typer.Option(help="One touchpoint, for --list and the what-if.")]
Limit = Annotated[int, typer.Option(min=1, help="Customers listed.")]
Points = Annotated[float, typer.Option(min=0, max=100, help="What-if: points added.")]
Calmer = Annotated[float, typer.Option(min=0, max=1, help="What-if: reduction of participation.")]
Part = Annotated[float, typer.Option("--share", min=0, max=1, help="What-if: share redesigned.")]
Exceed = Annotated[float, typer.Option(min=0, max=100, help="What-if: points above expectation.")]


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show levels`."""

    @show.group(app).command()
    def levels(
        *,
        period: PeriodOption = USUAL,
        start: FromOption = None,
        end: ToOption = None,
        place: PlaceOption = None,
        people: People = None,
        touchpoint: Where = None,
        limit: Limit = 20,
        impact: Points = 10.0,
        calmer: Calmer = 0.0,
        part: Part = 0.3,
        exceed: Exceed = 10.0,
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show the experience levels of touchpoints, customers to recover, and what would help."""
        ws = opens(workspace)
        if people is not None:
            _list(ws, people, touchpoint, limit, as_json)
            return
        found = service.answered(ws, EventFilter(period, start, end, place), now=clock.now())
        wish = Wish(touchpoint, impact, calmer, part, exceed)
        if as_json:
            plain = {**showing.plain(found.payload)}
            plain["what_if"] = showing.plain_outcomes(found.payload, wish)
            typer.echo(msgspec.json.encode(enveloped(found, plain)).decode())
        else:
            _print(found.payload, catalog.current(ws))
            _print_help(ws, found.payload, wish)


def _print(found: Levels, known: Catalog) -> None:
    language = shell_language()
    out.print(f"[dim]{MEANING.in_(language)}[/]")
    if found.whole is None:
        out.print(_("No scored experiences yet."))
        return
    levels = (showing.level_title(number).in_(language) for number in range(1, 6))
    shown = table(_("Touchpoint"), *levels, "n", _("Mark"))
    for one in [found.whole, *found.points]:
        shares = (
            f"{share.value:.1%} ({share.low:.1%} – {share.high:.1%})" if share.value is not None
            else "–" for share in one.shares
        )  # fmt: skip
        title = showing.title_of(one.touchpoint, known).in_(language)
        shown.add_row(title, *shares, f"{one.n:,}", _marks(one))
    out.print(shown)
    if found.moves is not None:
        words = _("{people} visited in both periods: {fell} became negative, {rose} no longer are.")
        moved = found.moves
        out.print(words.format(people=moved.people, fell=moved.fell, rose=moved.rose))


def _print_help(ws: Workspace, found: Levels, wish: Wish) -> None:
    if found.whole is None:
        return
    eased, renewed = what_if(found, wish)
    out.print(_("What if? Two ways to improve negative experiences"))
    out.print("  " + _path(_("Reduce it"), eased))
    out.print("  " + _path(_("Turn it into something positive"), renewed))
    totals = (service.listed(ws, None, name, size=0)[1] for name in service.LISTS)
    words = _("{rescue} customers to recover (--list rescue), {scream} delighted (--list scream)")
    rescue, scream = (f"{total:,}" for total in totals)
    out.print(words.format(rescue=rescue, scream=scream), highlight=False)


def _path(title: str, one: Outcome) -> str:
    if one.share_before is None or one.share_after is None:
        return f"{title}: –"
    words = _("{way}: {before} negative now, then {after}; of {n} become {levels}")
    levels = ", ".join(f"L{number} {n:,.0f}" for number, n in enumerate(one.levels, 1))
    return words.format(way=title, before=f"{one.share_before:.1%}",
                        after=f"{one.share_after:.1%}", n=f"{one.n:,}", levels=levels)  # fmt: skip


def _list(ws: Workspace, name: str, touchpoint: str | None, size: int, as_json: bool) -> None:
    rows, total = service.listed(ws, None, name, touchpoint=touchpoint, size=size)
    if as_json:
        items = [showing.plain_experience(one) for one in rows]
        told = {"list": name, "total": total, "items": items}
        typer.echo(msgspec.json.encode(told).decode())
        return
    known, language = catalog.current(ws), shell_language()
    out.print(_("{shown} of {total} customers").format(shown=len(rows), total=f"{total:,}"))
    for one in rows:
        where = known.title_of(one.touchpoint).in_(language)
        said = f"{one.person}  {one.at.astimezone(ws.zone):%Y-%m-%d}  {where}  "
        out.print(said + one.why.in_(language), highlight=False, markup=False, soft_wrap=True)


def _marks(one: At) -> str:
    words = []
    if one.worse:
        words.append(_("more negative than before"))
    if one.better:
        words.append(_("less negative than before"))
    if one.fading is not None and one.fading.mark:
        words.append(_("wears off: {points} each time").format(points=f"{one.fading.slope:+.1f}"))
    return ", ".join(words)
