"""`regulars places`: the organisation tree by file and from the shell."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.tree import Tree as Drawing

from regulars.company.places import files, service
from regulars.company.places.model import KIND_NAMES, Tree
from regulars.company.places.resource import facts
from regulars.company.rights.model import SHELL
from regulars.faces.command import WorkspaceFolder, err, out, read_text
from regulars.faces.language import gettext as _
from regulars.faces.language import shell_language
from regulars.kit import clock
from regulars.store.workspace import Store

Opens = Callable[[Path], Store]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
AtVersion = Annotated[int | None, typer.Option("--version", help="An older version.", min=0)]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `places show|import|export`; the others are declared with the resource."""
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
            typer.echo(msgspec.json.encode(facts(tree)).decode())
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
