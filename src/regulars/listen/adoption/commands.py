"""`regulars adopt`: words of events that are not known, listed, taken over, named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from regulars.company.rights.model import SHELL
from regulars.faces.command import WorkspaceFolder, out, table
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.listen.adoption import service
from regulars.listen.adoption.model import KIND_TITLES, Kind
from regulars.timeline.workspace import Workspace

Opens = Callable[[Path], Workspace]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `adopt`."""

    @app.command()
    def adopt(
        kind: Annotated[Kind | None, typer.Argument(help="Which words: all when left out.")] = None,
        word: Annotated[str, typer.Argument(help="The word to map or to name.")] = "",
        *,
        meant: Annotated[str, typer.Option("--as", help="The known word that it means.")] = "",
        en: Annotated[str, typer.Option(help="Its own English name.")] = "",
        zh: Annotated[str, typer.Option(help="Its own Chinese name.")] = "",
        undo: Annotated[bool, typer.Option(help="Let it stand for itself again.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """List words in events that are not recognised; map one to a known word, or name it."""
        ws, now = opens(workspace), clock.now()
        if kind is None or not word:
            _list(ws, kind, as_json)
        elif undo:
            service.undo(ws, SHELL, kind, word, now=now)
        elif meant:
            service.take_over(ws, SHELL, kind, word, meant, now=now)
        else:
            service.create(ws, SHELL, kind, word, Text(en or zh, zh or en), now=now)


def _list(ws: Workspace, kind: Kind | None, as_json: bool) -> None:
    unknown = service.unknown(ws, kind=kind)
    if as_json:
        typer.echo(msgspec.json.encode(unknown).decode())
        return
    if not unknown:
        out.print(_("Every touchpoint, event, place, source and category received is recognised."))
        return
    shown = table(_("Kind"), _("Word"), _("Events"), _("Similar"))
    for one in unknown:
        near = " · ".join(f"{near.key} ({say(near.title)})" for near in one.near)
        cells = (say(KIND_TITLES[one.kind]), one.value, f"{one.events:,}", near)
        shown.add_row(*map(escape, cells))
    out.print(shown)
    out.print(_("Map one: regulars adopt KIND WORD --as KNOWN; or name it: --en … --zh …"))
