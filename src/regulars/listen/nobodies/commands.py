"""`regulars nobody`: values that name no customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
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
from regulars.listen.nobodies import service
from regulars.listen.nobodies.model import KIND_NAMES, ORIGINS, Overview
from regulars.timeline.workspace import Workspace

Opens = Callable[[Path], Workspace]
Value = Annotated[str, typer.Argument(help="The value, such as “walk-in 2”.", show_default=False)]
Kind = Annotated[str, typer.Option(help="any, user, anonymous, email, phone or openid.")]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `nobody show|add|remove`."""
    group = typer.Typer(no_args_is_help=True, help="Values that name no customer.")
    app.add_typer(group, name="nobody")
    _show(group, opens)
    _edit(group, opens)


def _show(group: typer.Typer, opens: Opens) -> None:
    @group.command()
    def show(
        every: Annotated[
            bool, typer.Option("--all", help="Also show the values that come with the product.")
        ] = False,
        as_json: Json = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show which values stand for no customer, and where they occurred."""
        told = service.overview(opens(workspace), now=clock.now())
        if as_json:
            typer.echo(msgspec.json.encode(asdict(told)).decode())
        else:
            _print(told, every)


def _edit(group: typer.Typer, opens: Opens) -> None:
    @group.command()
    def add(value: Value, kind: Kind = "any", workspace: WorkspaceFolder = Path()) -> None:
        """Let a value stand for no customer, also for events already on the timeline."""
        one = service.add(opens(workspace), SHELL, kind, value, now=clock.now())
        out.print(_("“{word}” now stands for no customer.").format(word=one.word), markup=False)

    @group.command()
    def remove(value: Value, kind: Kind = "any", workspace: WorkspaceFolder = Path()) -> None:
        """Let a value stand for a customer again, also for events already on the timeline."""
        one = service.remove(opens(workspace), SHELL, kind, value, now=clock.now())
        out.print(_("“{word}” stands for a customer again.").format(word=one.word), markup=False)


def _print(told: Overview, every: bool) -> None:
    if told.found:
        shown = table(_("Already on the timeline"), _("Kind"), _("Events"))
        for one in told.found:
            shown.add_row(escape(one.word), say(KIND_NAMES[one.kind]), f"{one.events:,}")
        out.print(shown)
    if told.met:
        shown = table(_("Recently received"), _("Kind"), _("Source"), _("Events"))
        for met in told.met:
            shown.add_row(
                escape(met.word), say(KIND_NAMES[met.kind]), escape(met.source), f"{met.events:,}"
            )
        out.print(shown)
    shown = table(_("Value"), _("Kind"), _("Meaning"))
    for word in told.words:
        if every or word.origin != "shipped":
            shown.add_row(escape(word.word), say(KIND_NAMES[word.kind]), say(ORIGINS[word.origin]))
    out.print(shown)
