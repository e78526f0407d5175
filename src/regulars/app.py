"""The composition root: opens workspaces, discovers nouns, builds CLI, API and pages."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import typer
from fastapi import FastAPI

import regulars
from regulars.kit import registry
from regulars.store import upgrade
from regulars.store import workspace as store_workspace
from regulars.store.settings import Settings
from regulars.timeline import workspace as timeline_workspace
from regulars.timeline.workspace import Workspace

FLOORS = ("faces", "company", "timeline", "listen", "understand", "act", "prove", "assist", "jobs", "simulate")


def roles(name: str) -> Iterator[ModuleType]:
    """Yield every noun's module of that role (tables, commands, api, pages), floor by floor."""
    for floor in FLOORS:
        try:
            package = importlib.import_module(f"regulars.{floor}")
        except ModuleNotFoundError:
            continue
        for found in sorted(pkgutil.walk_packages(package.__path__, f"regulars.{floor}."), key=_name):
            if found.name.rsplit(".", 1)[-1] == name:
                yield importlib.import_module(found.name)


def _name(found: pkgutil.ModuleInfo) -> str:
    return found.name


@cache
def load_tables() -> None:
    """Import every noun's tables, so that the metadata is whole."""
    for _module in roles("tables"):
        pass
    registry.import_plugins()


def init_workspace(folder: str | Path, settings: Settings | None = None) -> Workspace:
    """Make a workspace: settings, secret, database at the newest version, empty lake."""
    path = Path(folder).expanduser().resolve()
    store_workspace.create_folder(path, settings or Settings())
    workspace = open_workspace(path)
    workspace.lake.create()
    return workspace


def open_workspace(folder: str | Path) -> Workspace:
    """Open a workspace; an older one is backed up and brought to the newest version."""
    load_tables()
    workspace = timeline_workspace.load(folder)
    upgrade.upgrade(workspace)
    return workspace


def build_cli() -> typer.Typer:
    """Return the command line: each noun's commands."""
    app = typer.Typer(
        name="regulars",
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        help="Customer experience and loyalty on one timeline.",
    )
    for module in roles("commands"):
        module.register(app, open_workspace)
    return app


def build_web(workspace: Workspace) -> FastAPI:
    """Return the server: intake, API and pages of every noun."""
    from regulars.faces import web

    app = web.create(workspace, version=regulars.__version__)
    for module in roles("api"):
        app.include_router(module.router)
        if hasattr(module, "prepare"):
            module.prepare(app)
    for module in roles("pages"):
        app.include_router(module.router)
    web.mount(app, pages=list(roles("pages")))
    return app


def main() -> None:
    """Run the command line; errors of ours end with a sentence and exit code 2."""
    from regulars.faces import command

    command.run(build_cli)
