"""`regulars NAME …` of all resources: the lists, and each form as a command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape

from regulars.company.resources import service
from regulars.company.rights.model import SHELL
from regulars.faces import command_index, help_texts
from regulars.faces.columns import Column, cell_of
from regulars.faces.command import WorkspaceFolder, err, out, table
from regulars.faces.declared import cutting, reading
from regulars.faces.declared.model import Asked, Form, Listing, Resource
from regulars.faces.language import say
from regulars.kit import clock
from regulars.kit.text import Text

ID = Text("id", "编号")
EVERY = Text("Also print what comes with the product.", "同时列出产品自带的内容。")
Opens = Callable[[Path], Any]
All = Annotated[bool, typer.Option("--all", help=help_texts.declared(EVERY))]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def add(app: typer.Typer, opens: Opens, resource: Resource) -> None:
    """Add the group of commands of a resource."""
    assert resource.command is not None
    words = help_texts.declared(resource.help or resource.brief)
    group = command_index.group(app, resource.command, words)
    _add_reading(group, opens, resource)
    for form in resource.forms:
        if form.command is not None:
            _add(group, opens, form)


def _add_reading(group: typer.Typer, opens: Opens, resource: Resource) -> None:
    rest = any(one.rest for one in resource.lists)

    def read(*, as_json: bool, workspace: Path, every: bool = False) -> None:
        call = Asked(opens(workspace), SHELL, clock.now())
        if as_json:
            typer.echo(msgspec.json.encode(service.plain(resource, call)).decode())
            return
        for listing in resource.lists:
            if every or not listing.rest:
                _print(resource, listing, call)

    given = {"every": (All, False)} if rest else {}
    _command(group, resource.listed, resource.brief, read, given)


def _print(resource: Resource, listing: Listing, call: Asked) -> None:
    """Print a list: every row that its page shows, with its id where a command takes that."""
    columns = [one for one in listing.columns if not one.in_file]
    if any(form.command for form in resource.of_rows(listing.name)):
        columns.insert(0, Column(ID, lambda row, _asked: listing.name_of(row)))
    rows = [[cell_of(one, row, call).words for one in columns]
            for row in cutting.every(listing, call)]  # fmt: skip
    if not rows:
        out.print(escape(f"{say(listing.title)}: {say(listing.empty) if listing.empty else '–'}"))
        return
    shown = table(*(escape(say(one.title)) for one in columns), title=escape(say(listing.title)))
    for row in rows:
        shown.add_row(*map(escape, row))
    out.print(shown)


def _add(group: typer.Typer, opens: Opens, form: Form) -> None:
    def take(*, as_json: bool, workspace: Path, row: str = "", **values: Any) -> None:
        given: dict[str, Any] = {
            name: value if value != [] else None for name, value in values.items()
        }
        call = Asked(opens(workspace), SHELL, clock.now(), given, row)
        result = service.take(form, call)
        if as_json:
            typer.echo(msgspec.json.encode(form.answer(result)).decode())
        else:
            _tell(form, call, form.answer(result))

    row = typer.Argument(help=help_texts.declared(form.row_words), show_default=False)
    given: dict[str, Any] = {"row": (Annotated[str, row], ...)} if form.of_row else {}
    _command(group, str(form.command), form.brief, take, given | reading.options(form))


def _tell(form: Form, call: Asked, result: Any) -> None:
    """Say that it is done; a secret stands alone on a line of its own, for a script to take."""
    if form.secret:
        err.print(say(form.done), markup=False)
        typer.echo(result.secret)
    else:
        out.print(say(form.told(call, result)), markup=False)


def _command(
    group: typer.Typer, name: str, brief: Text, function: Callable[..., None], given: dict[str, Any]
) -> None:
    """Add a command that takes what is `given` by name, as type and default."""
    given |= {"as_json": (Json, False), "workspace": (WorkspaceFolder, Path())}
    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind,
                          default=inspect.Parameter.empty if default is ... else default)
        for name, (kind, default) in given.items()
    ]  # fmt: skip
    function.__dict__["__signature__"] = inspect.Signature(parameters)
    function.__annotations__ = {one.name: one.annotation for one in parameters}
    group.command(name, help=help_texts.declared(brief))(function)
