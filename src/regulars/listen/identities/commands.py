"""`regulars erase`: forget a person, everywhere; `regulars contested`: who shares what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.table import Table

from regulars.company.rights.model import SHELL
from regulars.faces.command import WorkspaceFolder, err, out, table
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit import clock
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.text import Text
from regulars.listen.identities import contested, finding, quoting, service, story
from regulars.listen.identities.model import Contested
from regulars.listen.identities.quoting import Quoted
from regulars.listen.identities.story import Forgotten
from regulars.timeline import erasure
from regulars.timeline.workspace import Workspace

Opens = Callable[[Path], Workspace]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `erase` and `contested`."""
    _contested(app, opens)

    @app.command()
    def erase(  # noqa: PLR0917 (one option each)
        email: Annotated[str | None, typer.Option(help="Their email address.")] = None,
        phone: Annotated[str | None, typer.Option(help="Their phone number.")] = None,
        user: Annotated[str | None, typer.Option(help="Their user id.")] = None,
        person: Annotated[str | None, typer.Option(help="The id shown on their page.")] = None,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Erase a person: events, profile, links, rejected events, findings that quote them."""
        ws = opens(workspace)
        given = {"email": email, "phone": phone, "user": user}
        identities = _identities(ws, given, person)
        _show(ws, identities, as_json)
        if not yes and not typer.confirm(_("Permanently erase this?"), err=True):
            raise typer.Exit(1)
        named = [(kind, value) for kind, value in given.items() if value]
        done = story.erase_identities(ws, SHELL, identities, now=clock.now(), given=named)
        _report(ws, done, as_json)


def _contested(app: typer.Typer, opens: Opens) -> None:
    @app.command("contested")
    def contested_links(
        apart: Annotated[
            str | None, typer.Option(help="Keep customers who share this id separate.")
        ] = None,
        join: Annotated[
            str | None, typer.Option(help="Merge the customers who share this id.")
        ] = None,
        undo: Annotated[str | None, typer.Option(help="Decide again about this id.")] = None,
        *,
        reason: Annotated[str, typer.Option(help="Reason; saved with the decision.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Show devices, addresses and numbers shared by several people, and decide about them."""
        ws, now = opens(workspace), clock.now()
        if apart is not None:
            contested.keep_apart(ws, SHELL, apart, reason=reason, now=now)
        if join is not None:
            sides = [side.sighting.person_id for side in contested.get(ws, join).sides]
            contested.join(ws, SHELL, join, sides, reason=reason, now=now)
        if undo is not None:
            contested.undo(ws, SHELL, undo, now=now)
        _tell_contested(contested.every(ws), contested.count(ws), as_json)


def _tell_contested(cases: list[Contested], waiting: int, as_json: bool) -> None:
    if as_json:
        told = {"waiting": waiting, "items": [asdict(one) for one in cases]}
        typer.echo(msgspec.json.encode(told).decode())
        return
    shown = table(_("Shared"), _("Link"), _("Customer"), _("Events"), _("Reported by"))
    for one in cases:
        for side in one.sides:
            who = side.sighting
            shown.add_row(one.identity, one.kind, who.person_id, f"{who.events:,}", side.source)
    if cases:
        out.print(shown)
    out.print(_("{n} awaiting a decision.").format(n=f"{waiting:,}"))


def _identities(ws: Workspace, given: Mapping[str, str | None], person: str | None) -> list[str]:
    """Return all identities of who is named; raises Invalid for nobody, NotFound for no trace."""
    if not (any(given.values()) or person):
        raise Invalid(
            "erase.whom",
            Text(
                "Say whom: --email, --phone, --user or --person.",
                "请说明是谁：--email、--phone、--user 或 --person。",
            ),
        )
    identities = finding.named(ws, **given)
    if person is not None:
        identities += service.person(ws, service.check_id(person)).identities
    if not (finding.sightings(ws, identities) or erasure.held(ws, identities)):
        raise NotFound(
            "erase.unknown", Text("Nothing is held of them.", "没有保存他们的任何数据。")
        )
    return sorted(set(identities))


def _show(ws: Workspace, identities: list[str], as_json: bool) -> None:
    """Show what an erasure would take: of the timeline by person, and what was refused."""
    if as_json:
        return
    found, held = finding.sightings(ws, identities), erasure.held(ws, identities)
    shown = Table(_("Person"), _("Identities"), _("Events"), box=None)
    for one in found:
        shown.add_row(one.person_id, str(len(one.identities)), f"{one.events:,}")
    if found:
        err.print(shown)
    else:
        err.print(_("The timeline has no events of theirs."))
    if held:
        err.print(_("Also stored: {what}.").format(what=_rows(held)))


def _report(ws: Workspace, done: Forgotten, as_json: bool) -> None:
    if as_json:
        told = {"erased": done.rows, "backups": done.backups, "quoted": asdict(done.quoted)}
        typer.echo(msgspec.json.encode(told).decode())
        return
    out.print(_("Erased: {what}.").format(what=_rows(done.rows)))
    _tell_quoted(done.quoted, ws.zone)
    for backup in done.backups:
        err.print(_("An earlier backup still contains their data: {file}").format(file=backup))


def _tell_quoted(quoted: Quoted, zone: ZoneInfo) -> None:
    """Tell where others' words still quote the person."""
    if not quoted.count:
        out.print(_("No other customer's text mentions them."))
        return
    out.print(
        _("Texts by others mention them in {n} events; these stay.").format(n=f"{quoted.count:,}")
    )
    shown = table(_("Event id"), _("Customer"), _("Day"), _("Quoted"))
    for one in quoted.events:
        day = f"{one.occurred_at.astimezone(zone):%Y-%m-%d}"
        what = ", ".join(say(quoting.KINDS[kind]) for kind in one.kinds)
        shown.add_row(one.event_id, one.person_id or "–", day, what)
    out.print(shown)


def _rows(counts: Mapping[str, int]) -> str:
    own = {"inbox": _("inbox"), "lake": _("lake"), "links": _("links")}
    told = (f"{own.get(name) or _(name)} {rows:,}" for name, rows in counts.items())
    return ", ".join(told) or say(Text("nothing", "无"))
