"""`regulars catalog export|import|check|versions|restore`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from regulars.company.rights.model import SHELL
from regulars.faces.command import EXIT_WRONG_INPUT, WorkspaceFolder, err, out, read_text
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit import clock
from regulars.listen.catalog import service
from regulars.listen.catalog.document import Flaw
from regulars.timeline.workspace import Workspace

File = Annotated[Path, typer.Argument(help="TOML file of stages and touchpoints.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print plain JSON.")]
Opens = Callable[[Path], Workspace]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add the commands of the catalog."""
    group = typer.Typer(no_args_is_help=True, help="Stages, touchpoints and their rules.")
    app.add_typer(group, name="catalog")
    _reading(group, opens)
    _changing(group, opens)


def _reading(group: typer.Typer, opens: Opens) -> None:
    @group.command()
    def export(
        file: Annotated[
            Path | None, typer.Argument(help="File to write; default: print it.")
        ] = None,
        version: Annotated[int | None, typer.Option(help="An older version; 0: default.")] = None,
        default: Annotated[str | None, typer.Option(help="shop or service")] = None,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Export the catalog as a TOML file."""
        document = (
            service.default_document(service.default_kind(default))
            if default
            else service.export(opens(workspace), version)
        )
        if file is None:
            typer.echo(document)
        else:
            file.write_text(document, "utf-8")
            err.print(_("Written: {file}").format(file=file))

    @group.command()
    def check(file: File, as_json: AsJson = False) -> None:
        """List every error in a file, by line and field."""
        catalog, flaws = service.check(read_text(file))
        if as_json:
            typer.echo(msgspec.json.encode(flaws).decode())
        elif not flaws:
            out.print(
                _("Valid: {stages} stages, {points} touchpoints.").format(
                    stages=len(catalog.stages), points=len(catalog.touchpoints)
                )
            )
        for flaw in [] if as_json else flaws:
            _print_flaw(file, flaw)
        raise typer.Exit(EXIT_WRONG_INPUT if flaws else 0)

    @group.command()
    def versions(workspace: WorkspaceFolder = Path(), as_json: AsJson = False) -> None:
        """List who changed the catalog when and why."""
        found = service.versions(opens(workspace))
        if as_json:
            rows = [{"number": v.number, "made_at": v.made_at, "made_by": v.made_by} for v in found]
            typer.echo(msgspec.json.encode(rows).decode())
            return
        for version in found:
            moment = f"{version.made_at:%Y-%m-%d %H:%M}"
            out.print(f"{version.number:>4}  {moment}  {version.made_by}  {version.reason}")


def _changing(group: typer.Typer, opens: Opens) -> None:
    @group.command("import")
    def import_(
        file: File,
        reason: Annotated[str, typer.Option(help="Reason for the change.")] = "import",
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Make a TOML file the active catalog, as a new version."""
        document = read_text(file)
        made = service.save(opens(workspace), document, SHELL, reason=reason, now=clock.now())
        out.print(_("The catalog is now version {number}.").format(number=made.version))

    @group.command()
    def restore(
        number: Annotated[int, typer.Argument(help="Its number, from `catalog versions`.")],
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Restore an older version as the newest; 0 is the default."""
        made = service.restore(opens(workspace), number, SHELL, now=clock.now())
        out.print(_("The catalog is now version {number}.").format(number=made.version))


def _print_flaw(file: Path, flaw: Flaw) -> None:
    words = flaw.message.in_(shell_language())
    err.print(f"{file}:{flaw.line}: [bold]{flaw.field}[/] {words}", soft_wrap=True)
