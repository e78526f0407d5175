"""`regulars show needs`."""

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
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind
from regulars.timeline.workspace import Workspace
from regulars.understand.findings.model import enveloped
from regulars.understand.needs import service
from regulars.understand.needs.model import CANDIDATES, MEANING, Needs

SHOWN = 12


def register(app: typer.Typer, opens: Callable[[Path], Workspace]) -> None:
    """Add `show needs`."""

    @show.group(app).command("needs")
    def needs(
        as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show what customers will likely want next, and how often that was right."""
        ws = opens(workspace)
        found = service.answered(ws, None, now=clock.now())
        if as_json:
            typer.echo(msgspec.json.encode(enveloped(found)).decode())
        else:
            _print(found.payload, adoption.naming(ws, Kind.CATEGORY))


def _print(found: Needs, thing: Callable[[str], Text]) -> None:
    language = shell_language()
    out.print(f"[dim]{MEANING.in_(language)}[/]")
    if found.why_not is not None or found.back_test is None:
        out.print(found.why_not.in_(language) if found.why_not else "–")
        return
    for one in found.back_test.candidates:
        line = _("{mark} top-3 hit rate {hits}, top-1 {first}  {way}")
        mark, way = "●" if one.key == found.used else " ", CANDIDATES[one.key].in_(language)
        said = line.format(mark=mark, hits=_share(one.hits), first=_share(one.first), way=way)
        out.print(said, highlight=False)
    for item in found.items[:SHOWN]:
        line = _("{name}: in {share} of next purchases, top pick for {n} customers")
        name = thing(item.name).in_(language)
        out.print(line.format(name=name, share=_share(item.share), n=f"{item.first:,}"))


def _share(found: Estimate) -> str:
    if found.value is None or found.low is None or found.high is None:
        return f"– (n {found.n:,})"
    return f"{found.value:.1%} ({found.low:.1%} – {found.high:.1%}, n {found.n:,})"
