"""`regulars places`: the organisation tree by file and from the shell."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table
from rich.tree import Tree as Drawing

from regulars.company.places import files, service
from regulars.company.places.model import KIND_NAMES, Place, Tree
from regulars.company.rights.model import SHELL
from regulars.faces.command import WorkspaceFolder, err, out, read_text
from regulars.faces.formats import moment
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit import clock
from regulars.store.workspace import Store

Opens = Callable[[Path], Store]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
AtVersion = Annotated[int | None, typer.Option("--version", help="An older version.", min=0)]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `places show|import|export|versions|restore`."""
    places = typer.Typer(no_args_is_help=True, help="The tree of regions, stores, teams.")
    app.add_typer(places, name="places")
    _looking(places, opens)
    _changing(places, opens)


def _looking(places: typer.Typer, opens: Opens) -> None:
    @places.command()
    def show(
        version: AtVersion = None, workspace: WorkspaceFolder = Path(), as_json: AsJson = False
    ) -> None:
        """Show the tree."""
        tree = _tree(opens(workspace), version)
        if as_json:
            rows = [facts(place) for _depth, place in tree.walk()]
            typer.echo(msgspec.json.encode(rows).decode())
        else:
            out.print(_drawn(tree))

    @places.command("export")
    def export_(
        file: Annotated[Path | None, typer.Argument(help="TOML file; default: print it.")] = None,
        version: AtVersion = None,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Export the tree as a TOML file."""
        words = files.render(place for _depth, place in _tree(opens(workspace), version).walk())
        if file is None:
            sys.stdout.write(words)
        else:
            file.write_text(words, "utf-8")

    @places.command()
    def versions(workspace: WorkspaceFolder = Path(), as_json: AsJson = False) -> None:
        """List the versions, the newest first."""
        found = service.versions(opens(workspace))
        if as_json:
            typer.echo(msgspec.json.encode(found).decode())
            return
        table = Table(_("Version"), _("When"), _("Who"), _("What"), box=None)
        for one in found:
            action = f"places.{one.verb}"
            table.add_row(str(one.number), moment(one.at), one.by, f"{_(action)} {one.subject}")
        out.print(table)


def _changing(places: typer.Typer, opens: Opens) -> None:
    @places.command("import")
    def import_(
        file: Annotated[Path, typer.Argument(help="TOML file with [[place]] tables.")],
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Replace the tree with the places of a file; the older tree is kept as a version."""
        store = opens(workspace)
        tree = files.parse(read_text(file))
        version = service.replace_all(store, SHELL, tree, now=clock.now(), file=file.name)
        err.print(_("{n} places, version {version}.").format(n=len(tree), version=version))

    @places.command()
    def restore(
        version: Annotated[int, typer.Argument(help="The version to restore.", min=0)],
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Restore an older version of the tree."""
        made = service.restore(opens(workspace), SHELL, version, now=clock.now())
        err.print(_("Version {old} is restored as version {new}.").format(old=version, new=made))


def facts(place: Place) -> dict[str, Any]:
    """Return what JSON says of a place."""
    return {
        "id": place.id,
        "name": {"en": place.name.en, "zh": place.name.zh},
        "kind": place.kind.value,
        "parent": place.parent,
        "opened_on": place.opened_on,
        "closed_on": place.closed_on,
    }


def _tree(store: Store, version: int | None) -> Tree:
    return service.tree(store) if version is None else service.tree_at(store, version)


def _drawn(tree: Tree) -> Drawing:
    language = shell_language()
    drawn = {None: Drawing(_("Places"))}
    for _depth, place in tree.walk():
        kind = KIND_NAMES[place.kind].in_(language)
        label = f"{place.name.in_(language)} [dim]{place.id} · {kind}[/]"
        drawn[place.id] = drawn[place.parent].add(label)  # type: ignore[index]
    return drawn[None]
