"""The composition root: opens workspaces, discovers nouns, builds CLI, API and pages."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

import regulars
from regulars.faces import command, command_index, serving
from regulars.faces.command_index import Listed
from regulars.faces.language import shell_language, speak
from regulars.kit import clock, registry
from regulars.simulate.demo.model import CUSTOMERS, SEED
from regulars.store.settings import DatabaseSettings, Settings

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.routing import BaseRoute

    from regulars.jobs.lanes.model import Chosen, Lane
    from regulars.timeline.workspace import Workspace

LANES_INSIDE = "REGULARS_LANES"
"""Tells further worker processes which lanes they work on."""
MEMORY_SHARE = "REGULARS_MEMORY_SHARE"
"""Tells them which part of the workspace's memory a server's processes use."""
LANES = "split: refresh and maintain in a process of their own; all, none, or names."
ACCEPT_LOSS = "Continue with an older lake, without the events it lacks."

FLOORS = (
    "faces",
    "company",
    "timeline",
    "listen",
    "understand",
    "act",
    "prove",
    "assist",
    "jobs",
    "simulate",
)


def roles(name: str) -> Iterator[ModuleType]:
    """Yield every noun's module of that role (tables, commands, api, pages), floor by floor."""
    for floor in FLOORS:
        if find_spec(f"regulars.{floor}"):
            yield from registry.import_roles(f"regulars.{floor}", name)


@cache
def load_tables() -> None:
    """Import every noun's tables, so that the metadata is whole."""
    for _module in roles("tables"):
        pass
    registry.import_plugins()


def init_workspace(folder: str | Path, settings: Settings | None = None) -> Workspace:
    """Make a workspace: settings, secret, database at the newest version, empty lake."""
    from regulars.store import workspace as store_workspace
    from regulars.timeline import workspace as timeline_workspace

    path = Path(folder).expanduser().resolve()
    store_workspace.create_folder(path, settings or Settings())
    timeline_workspace.load(path).lake.create()
    return open_workspace(path)


def open_workspace(folder: str | Path, *, accept_loss: bool = False) -> Workspace:
    """Open a workspace; an older one is backed up, brought to the newest version and repaired.

    Where database and lake do not fit they are brought together first; `workspace.notes` tells.
    Raises Unavailable where that cannot be done, or only by a loss that nobody has accepted.
    """
    from regulars.store import private, spill, upgrade
    from regulars.timeline import settling
    from regulars.timeline import workspace as timeline_workspace

    load_tables()
    workspace = timeline_workspace.load(folder)
    private.repair(workspace.folder, workspace.database.file)
    spill.sweep(workspace.folder)
    upgrade.upgrade(workspace)
    workspace.notes += settling.settle(workspace, now=clock.now(), accept_loss=accept_loss)
    _repair(workspace)
    _judge(workspace)
    return workspace


def _repair(workspace: Workspace) -> None:
    """Fill in what an earlier version left out of events; kept in the audit log, and told."""
    from regulars.timeline import repair

    repaired = repair.repair(workspace)
    if repaired is None:
        return
    from regulars.company.audit import service as audit
    from regulars.understand.findings import service as findings
    from regulars.understand.value_groups import service as value_groups

    with workspace.database.transaction() as connection:
        findings.unlearn(connection, clock.now())
        value_groups.unlearn(connection, repaired.since)
        audit.record(workspace, connection, None, repair.ACTION, "lake", **repaired.lacked)
    workspace.notes.append(repaired.note)


def _judge(workspace: Workspace) -> None:
    """Judge anew who is nobody, where the list is another one than last time; told."""
    from regulars.timeline import listed

    if listed.judged_by(workspace):
        return
    from regulars.listen.profiles import service as profiles
    from regulars.timeline import judging

    now = clock.now()
    judgement = judging.judge(workspace, now=now, addresses=lambda: profiles.addresses(workspace))
    if judgement is not None and judgement.note is not None:
        from regulars.company.audit import service as audit

        told = {
            "nobodies": judgement.nobodies,
            "events": judgement.events,
            "links": judgement.links,
        }
        with workspace.database.transaction() as connection:
            audit.record(workspace, connection, None, judging.ACTION, "identities", **told)
        workspace.notes.append(judgement.note)


def build_cli(words: Sequence[str] | None = None) -> typer.Typer:
    """Return the command line: each noun's commands. Its log goes beside what commands answer.

    With the `words` of a call, only the modules that it needs are imported; the other commands are
    listed by what their source says.
    """
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    app = typer.Typer(
        name="regulars",
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        help="Customer experience and loyalty on one timeline.",
    )
    _register_own(app)
    _register_demo(app)
    _register_loss(app)
    listed = commands()
    needed = None if words is None else command_index.wanted(listed, words)
    for module in dict.fromkeys(one.module for one in listed):
        if needed is None or module in needed:
            _register(importlib.import_module(module), app)
        else:
            command_index.list_in(app, [one for one in listed if one.module == module])
    return app


def commands() -> list[Listed]:
    """Return every noun's commands, floor by floor, read from their source."""
    root = Path(__file__).parent
    listed: list[Listed] = []
    readers = {
        "commands": command_index.read,
        "resource": command_index.read_resource,
        "analysis": command_index.read_analysis,
    }
    for floor in FLOORS:
        for role, read in readers.items():
            for file in sorted((root / floor).glob(f"*/{role}.py")):
                module = ".".join(("regulars", *file.relative_to(root).with_suffix("").parts))
                listed += read(file, module)
    return listed


def _register(module: ModuleType, app: typer.Typer) -> None:
    """Add the commands of a module: those it makes, or those of its resource or analysis."""
    if hasattr(module, "register"):
        module.register(app, _opens)
    elif hasattr(module, "RESOURCE"):
        from regulars.company.resources import service
        from regulars.company.resources import terminal as resources

        for one in service.of(module):
            if one.command is not None:
                resources.add(app, _opens, one)
    else:
        from regulars.understand.analyses import terminal

        terminal.add(app, _opens, module.ANALYSIS)


def _opens(folder: Path, *, accept_loss: bool = False) -> Workspace:
    """Open a workspace for a command, which then speaks of times in the reporting zone."""
    from regulars.faces import formats

    _without_pandas()
    workspace = open_workspace(folder, accept_loss=accept_loss)
    for note in workspace.notes:
        command.warn(note)
    formats.zone.set(workspace.zone)
    return workspace


def _without_pandas() -> None:
    """Let pyarrow find a pandas too old to use: it imports pandas at its first array.

    Nothing of ours uses it, and a command would wait .3 s; a notebook's pyarrow is left alone.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    sys.modules["pandas"] = old = ModuleType("pandas")
    vars(old)["__version__"] = "0"
    try:
        with warnings.catch_warnings(action="ignore"):
            pa.array([None])
    finally:
        del sys.modules["pandas"]


def _register_own(app: typer.Typer) -> None:
    """Add the commands that put the parts together: `init` and `serve`."""

    @app.command()
    def init(
        folder: Annotated[Path, typer.Argument(help="New folder for the workspace.")],
        *,
        name: Annotated[str, typer.Option(help="Name of the company.")] = "Regulars",
        time_zone: Annotated[str | None, typer.Option(help="For example Asia/Shanghai.")] = None,
        currency: Annotated[str | None, typer.Option(help="For example CNY.")] = None,
        language: Annotated[str | None, typer.Option(help="Default language: en or zh.")] = None,
        database: Annotated[str, typer.Option(help="SQLAlchemy URL.")] = DatabaseSettings().url,
    ) -> None:
        """Create a workspace: regulars.toml, the state database, an empty lake."""
        from regulars.faces import setting_up

        zone = time_zone or setting_up.zone_of_machine()
        settings = setting_up.settings_of(
            name=name,
            time_zone=zone,
            currency=currency or setting_up.asked_currency(zone),
            language=language or shell_language(),
            database=database,
        )
        init_workspace(folder, settings).close()
        setting_up.tell(folder, settings, given=currency is not None)

    @app.command()
    def serve(
        workspace: command.WorkspaceFolder = Path(),
        *,
        host: Annotated[str, typer.Option(help="Address to listen on.")] = serving.LOOPBACK,
        port: Annotated[int, typer.Option(help="Port to listen on.")] = serving.PORT,
        workers: Annotated[int, typer.Option(min=1, help="Processes (PostgreSQL).")] = 1,
        proxy: Annotated[str | None, typer.Option(help="Trusted proxy's address.")] = None,
        lanes: Annotated[str, typer.Option(help=LANES)] = "split",
        accept_loss: Annotated[bool, typer.Option("--accept-loss", help=ACCEPT_LOSS)] = False,
    ) -> None:
        """Serve the pages, the API and the intake; only to this machine unless told otherwise."""
        from regulars.jobs.lanes.model import choose

        chosen = choose(lanes)
        ws = _opens(workspace, accept_loss=accept_loss)
        serve_workspace(ws, host=host, port=port, workers=workers, proxy=proxy, chosen=chosen)


def _register_demo(app: typer.Typer) -> None:
    """Add `demo`, which simulates a company and serves it."""

    @app.command()
    def demo(
        folder: Annotated[Path, typer.Option(help="Folder of the demo.")] = Path("demo"),
        *,
        customers: Annotated[int, typer.Option(min=100, help="Number of customers.")] = CUSTOMERS,
        seed: Annotated[
            int, typer.Option(help="Random seed: another seed gives another company.")
        ] = SEED,
        port: Annotated[int, typer.Option(help="Port to listen on.")] = serving.PORT,
        browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
        lanes: Annotated[str, typer.Option(help=LANES)] = "split",
    ) -> None:
        """Simulate a company over two years and serve it, to this machine only."""
        from regulars.jobs.lanes.model import choose
        from regulars.simulate.demo import opening
        from regulars.simulate.demo import service as demo_service

        chosen = choose(lanes)
        serving.require_free(serving.LOOPBACK, port)
        now = clock.now()
        wanted = demo_service.planned(customers, seed, now)
        workspace = opening.made(
            folder.expanduser().resolve(), wanted, now=now, creates=init_workspace, opens=_opens
        )
        opening.invite(workspace, port, browser=browser)
        serve_workspace(workspace, port=port, chosen=chosen)


def _register_loss(app: typer.Typer) -> None:
    """Add `accept-loss`, which opens what every other command leaves closed."""

    @app.command()
    def accept_loss(workspace: command.WorkspaceFolder = Path()) -> None:
        """Continue with a lake that is older than the database: what it lacks is lost."""
        _opens(workspace, accept_loss=True).close()


def serve_workspace(
    workspace: Workspace,
    *,
    host: str = serving.LOOPBACK,
    port: int = serving.PORT,
    workers: int = 1,
    proxy: str | None = None,
    chosen: Chosen | None = None,
) -> None:
    """Serve until interrupted; on the first run print the way to the first account.

    The lanes chosen to be apart are worked on by one further process, whatever the `workers`.
    """
    from regulars.company.sign_in import service as sign_in
    from regulars.jobs.lanes.child import Child
    from regulars.jobs.lanes.model import SERVER_SHARE, SPLIT, choose

    serving.require_free(host, port)
    code = sign_in.first_run_code(workspace, clock.now())
    first_run = None if code is None else sign_in.first_run_path(code)
    serving.announce(workspace.settings.workspace.name, host, port, first_run)
    chosen = chosen or choose(SPLIT)
    os.environ[LANES_INSIDE] = ",".join(chosen.inside)
    os.environ[MEMORY_SHARE] = str(SERVER_SHARE if chosen.apart else 1.0)
    workspace.share_memory(float(os.environ[MEMORY_SHARE]))
    child = Child(workspace, chosen.apart) if chosen.apart else None
    with serving.beside(child):
        serving.run(
            lambda: build_web(workspace, chosen.inside),
            folder=workspace.folder,
            host=host,
            port=port,
            workers=workers,
            proxy=proxy,
        )


def web_of_environment() -> FastAPI:
    """Return the server of the workspace that a parent process names; for several workers."""
    from regulars.jobs.lanes.model import parse

    words = os.environ[LANES_INSIDE]
    workspace = open_workspace(os.environ[serving.FOLDER])
    workspace.share_memory(float(os.environ[MEMORY_SHARE]))
    return build_web(workspace, parse(words) if words else ())


def build_web(workspace: Workspace, lanes: Sequence[Lane] | None = None) -> FastAPI:
    """Return the server: intake, API and pages of every noun; it works on all lanes, or on some."""
    from regulars.faces import web

    workspace.occupy()
    app = web.create(workspace, version=regulars.__version__)
    if lanes is not None:
        app.state.lanes = lanes
    app.router.routes.extend(_routes())
    for module in roles("api"):
        if hasattr(module, "prepare"):
            module.prepare(app)
    web.mount(app, pages=list(roles("pages")))
    return app


@cache
def _routes() -> Sequence[BaseRoute]:
    """Return the routes of all nouns, the same for every server of a process: .7 s of work."""
    from regulars.faces import web

    router = web.router()
    for module in (*roles("api"), *roles("pages")):
        router.include_router(module.router)
    return router.routes


def main() -> None:
    """Run the command line; errors of ours end with a sentence and exit code 2."""
    speak(shell_language())
    command.run(lambda: build_cli(sys.argv[1:]))
