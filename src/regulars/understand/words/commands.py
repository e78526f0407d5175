"""`regulars show words`."""

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
from regulars.timeline.workspace import Workspace
from regulars.understand.findings.model import enveloped
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import USUAL, EventFilter
from regulars.understand.scope.options import FromOption, PeriodOption, PlaceOption, ToOption
from regulars.understand.words import service, showing
from regulars.understand.words.divide import Divide
from regulars.understand.words.model import MEANING, Words


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show words`."""

    @show.group(app).command()
    def words(
        *,
        period: PeriodOption = USUAL,
        start: FromOption = None,
        end: ToOption = None,
        against: Annotated[str | None, typer.Option(help="Start of the comparison window.")] = None,
        place: PlaceOption = None,
        search: Annotated[str | None, typer.Option(help="Show comments with these words.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show what customers talk about, and what is rising; new comments are analysed first."""
        ws, now = opens(workspace), clock.now()
        service.analyse(ws, now=now)
        look = EventFilter(period, start, end, place)
        if search is not None:
            _print_texts(ws, look, search, as_json)
            return
        found = service.answered(ws, service.Asked(look, against), now=now)
        divide = service.divided(ws, look, now=now).payload
        if as_json:
            plain = {**showing.plain(found.payload), "divide": msgspec.to_builtins(divide)}
            typer.echo(msgspec.json.encode(enveloped(found, plain)).decode())
        else:
            _print(ws, found.payload)
            _print_divide(ws, divide)


def _print(ws: Workspace, found: Words) -> None:
    language, known = shell_language(), catalog.current(ws)
    out.print(_("{n} comments by {people} customers").format(n=found.texts, people=found.people))
    out.print(f"[dim]{MEANING.in_(language)}[/]")
    shown = Table(box=None, pad_edge=False)
    for head in (_("Feeling or problem type"), _("Customers"), _("Share"), _("95% interval")):
        shown.add_column(head)
    for line in [*found.moods, *found.kinds]:
        share = line.share
        if share.value is None:
            continue
        title = showing.key_title(line.key).in_(language)
        shown.add_row(title, f"{line.people:,}", f"{share.value:.1%}",
                      f"{share.low or 0:.1%} – {share.high or 0:.1%}")  # fmt: skip
    out.print(shown)
    if found.rise is None:
        return
    risen = found.rise.risen
    heading = _("Rising: {n} of {looked} tested").format(n=len(risen), looked=found.rise.looked_at)
    out.print(heading)
    for one in risen:
        title = showing.risen_title(one, known).in_(language)
        out.print(
            f"▲ {title}: {one.share_before.value or 0:.1%} → {one.share.value or 0:.1%}"
            f" (n {one.before} → {one.now}, q {one.q:.2g})"
        )


def _print_divide(ws: Workspace, found: Divide) -> None:
    language, known = shell_language(), catalog.current(ws)
    marked = [gap for gap in found.gaps if gap.marked]
    heading = _("Digital divide: {n} of {looked} comparisons stand out ({people} customers)")
    out.print(heading.format(n=len(marked), looked=len(found.gaps), people=found.people))
    for gap in marked:
        low, high = gap.divide.low or 0.0, gap.divide.high or 0.0
        out.print(
            f"▲ {gap.title.in_(language)} · {showing.gap_place(gap, known).in_(language)}: "
            f"{gap.divide.value or 0:.1f} ({low:.1f} – {high:.1f}, n {gap.people}, q {gap.q:.2g})"
        )


def _print_texts(ws: Workspace, look: EventFilter, words: str, as_json: bool) -> None:
    extent = scopes.resolve(ws, look, clock.now())
    found = service.search(ws, service.Sought(words), extent)
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    out.print(_("{n} comments").format(n=found.total))
    for one in found.readings:
        out.print(f"[dim]{one.at:%Y-%m-%d}[/] {one.text}", highlight=False)
