"""`regulars backup` and `regulars restore`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from regulars.company.rights.model import SHELL
from regulars.faces.command import WorkspaceFolder, err, out
from regulars.faces.language import gettext as _
from regulars.jobs.backup import service
from regulars.kit import clock
from regulars.timeline.workspace import Workspace

Opens = Callable[[Path], Workspace]
Target = Annotated[Path | None, typer.Argument(help="New folder; default: in the backups folder.")]
Source = Annotated[Path, typer.Argument(metavar="BACKUP", help="Folder of the backup.")]
Place = Annotated[Path, typer.Argument(help="Folder of the workspace.")]
Replace = Annotated[bool, typer.Option("--replace", help="Move what is there aside.")]
Url = Annotated[str | None, typer.Option("--database", help="Another database to restore into.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `backup` and `restore`."""

    @app.command()
    def backup(
        target: Target = None, *, workspace: WorkspaceFolder = Path(), as_json: AsJson = False
    ) -> None:
        """Back up the whole workspace while it runs: database, lake, settings and key."""
        ws = opens(workspace)
        with err.status(_("Copying…")):
            copy = service.make(ws, SHELL, target, now=clock.now())
        manifest = copy.manifest
        if as_json:
            facts = {
                "folder": str(copy.folder),
                "events": manifest.events,
                "bytes": manifest.bytes,
            }
            typer.echo(msgspec.json.encode(facts).decode())
            return
        words = _("{events} events of the lake, {size} MB: {folder}")
        size = f"{manifest.bytes / 1e6:,.1f}"
        out.print(
            words.format(events=f"{manifest.events:,}", size=size, folder=copy.folder),
            soft_wrap=True, markup=False,
        )  # fmt: skip
        err.print(
            _("It contains the key and all customer data: keep it as safe as the workspace itself.")
        )

    @app.command()
    def restore(
        source: Source,
        folder: Place = Path(),
        *,
        replace: Replace = False,
        database: Url = None,
        as_json: AsJson = False,
    ) -> None:
        """Restore a backup, checked file by file; stop the server first."""
        target, now = folder.expanduser().resolve(), clock.now()
        with err.status(_("Copying…")):
            done = service.restore(
                source.expanduser().resolve(), SHELL, target, now=now, opens=opens,
                replace=replace, database=database,
            )  # fmt: skip
        made_at = f"{done.manifest.made_at:%Y-%m-%d %H:%M} UTC"
        if as_json:
            aside = str(done.aside) if done.aside else None
            facts = {"folder": str(target), "made_at": made_at, "aside": aside}
            typer.echo(msgspec.json.encode(facts).decode())
            return
        words = _("{folder} is restored to {made}.").format(folder=target, made=made_at)
        out.print(words, soft_wrap=True, markup=False)
        if done.aside is not None:
            words = _("Previous content moved to: {folder}").format(folder=done.aside)
            err.print(words, soft_wrap=True, markup=False)
