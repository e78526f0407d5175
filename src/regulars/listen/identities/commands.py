"""`regulars erase`: forget a person, everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from regulars.company.rights.model import SHELL
from regulars.faces.command import WorkspaceFolder, err, out
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit import clock
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.text import Text
from regulars.listen.identities import finding, service, story
from regulars.listen.identities.model import Sighting
from regulars.timeline.erasure import Erased
from regulars.timeline.workspace import Workspace

Opens = Callable[[Path], Workspace]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `erase`."""

    @app.command()
    def erase(  # noqa: PLR0917 (one option each)
        email: Annotated[str | None, typer.Option(help="An e-mail address of theirs.")] = None,
        phone: Annotated[str | None, typer.Option(help="A phone number of theirs.")] = None,
        user: Annotated[str | None, typer.Option(help="Their user id.")] = None,
        person: Annotated[str | None, typer.Option(help="The id their page shows.")] = None,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Erase a person: events, profile, links, refused events, findings that quote them."""
        ws = opens(workspace)
        identities = _identities(ws, email, phone, user, person)
        _show(finding.sightings(ws, identities), as_json)
        if not yes and not typer.confirm(_("Erase this for good?"), err=True):
            raise typer.Exit(1)
        _report(story.erase_identities(ws, SHELL, identities, now=clock.now()), as_json)


def _identities(
    ws: Workspace, email: str | None, phone: str | None, user: str | None, person: str | None
) -> list[str]:
    """Return all identities of who is named; raises Invalid for nobody, NotFound for no trace."""
    if not (email or phone or user or person):
        raise Invalid(
            "erase.whom",
            Text(
                "Say whom: --email, --phone, --user or --person.",
                "请说明是谁：--email、--phone、--user 或 --person。",
            ),
        )
    identities = finding.named(ws, email=email, phone=phone, user=user)
    if person is not None:
        identities += service.person(ws, service.check_id(person)).identities
    if not finding.sightings(ws, identities):
        raise NotFound(
            "erase.unknown", Text("Nothing is held of them.", "没有保存他们的任何数据。")
        )
    return sorted(set(identities))


def _show(found: list[Sighting], as_json: bool) -> None:
    if as_json:
        return
    table = Table(_("Person"), _("Identities"), _("Events"), box=None)
    for one in found:
        table.add_row(one.person_id, str(len(one.identities)), f"{one.events:,}")
    err.print(table)


def _report(erased: Erased, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode({"erased": erased.rows, "backups": erased.backups}).decode())
        return
    out.print(_("Erased: {what}.").format(what=_rows(erased)))
    for backup in erased.backups:
        err.print(_("A backup from before still holds them: {file}").format(file=backup))


def _rows(erased: Erased) -> str:
    own = {"inbox": _("inbox"), "lake": _("lake"), "links": _("links")}
    told = (f"{own.get(name) or _(name)} {rows:,}" for name, rows in erased.rows.items())
    return ", ".join(told) or say(Text("nothing", "无"))
