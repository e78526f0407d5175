"""`regulars show NAME` of all analyses."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape

from regulars.faces import help_texts, show
from regulars.faces.columns import Column, cell_of
from regulars.faces.command import WorkspaceFolder, out
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.faces.terminal import print_rows
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import options as asking
from regulars.understand.analyses import service
from regulars.understand.analyses.model import CUSTOMER, PERSON, Analysis, Customers, Table
from regulars.understand.analyses.options import Option
from regulars.understand.analyses.view import View, told

LIMIT = Text("Customers listed.", "列出的客户数。")
MOST = 20
"""Rows of a table in a terminal; the file of the page holds all."""
Opens = Callable[[Path], Workspace]


def add(app: typer.Typer, opens: Opens, analysis: Analysis) -> None:
    """Add `show NAME`, with the analysis' options."""

    choosing, acts = _list_options(analysis), dict(analysis.instead)
    taken = (*analysis.options, *choosing, *acts)

    def command(*, as_json: bool, workspace: Path, **given: Any) -> None:
        values = {one.name: given[_variable(one)] for one in taken}
        options = asking.read(analysis.options, values, None, of=analysis.title)
        for option, act in acts.items():
            if values[option.name] is not None:
                view = View(opens(workspace), analysis, options, None, clock.now())
                return _print_told(*act(view, values[option.name]), as_json=as_json)
        if choosing and (name := choosing[0].check(values[choosing[0].name])):
            view = service.stored(opens(workspace), analysis, options, now=clock.now())
            return print_list(view, name, values, as_json=as_json)
        view = service.answered(opens(workspace), analysis, options, now=clock.now())
        if analysis.writes(options):
            typer.echo(view.text)
        elif as_json:
            typer.echo(msgspec.json.encode(told(view)).decode())
        else:
            print_view(view)
        return None

    parameters = [
        *(_parameter(one) for one in taken),
        _named("as_json", Annotated[bool, typer.Option("--json", help="Print plain JSON.")], False),
        _named("workspace", WorkspaceFolder, Path()),
    ]
    command.__dict__["__signature__"] = inspect.Signature(parameters)
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    show.group(app).command(analysis.name, help=help_texts.declared(analysis.brief))(command)


def _list_options(analysis: Analysis) -> tuple[Option, ...]:
    """Return the options that print one of several lists: which, how much of it, its filters."""
    alone = [one for one in analysis.every_list if one.alone]
    if not alone:
        return ()
    keys = ", ".join(one.key for one in alone)
    words = Text(f"Customer list: {keys}.", f"客户名单：{keys}。")
    which = Option("list", words, words, choices=tuple((one.key, one.title) for one in alone))
    known = {one.name for one in analysis.options}
    filters = {one.name: one for listed in alone for one in listed.filters if one.name not in known}
    return which, Option("limit", LIMIT, LIMIT, kind=int, default=MOST), *filters.values()


def _variable(option: Option) -> str:
    return f"option_{option.name}"


def _parameter(option: Option) -> inspect.Parameter:
    words = help_texts.declared(option.words)
    if option.positional:
        kind = typer.Argument(help=words, metavar=option.name)
    else:
        least, most = option.bounds or (None, None)
        name = f"--{option.name.replace('_', '-')}"
        kind = typer.Option(name, help=words, min=least, max=most)
    sort: Any = option.kind if option.default else option.kind | None
    return _named(_variable(option), Annotated[sort, kind], option.default)


def _named(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _print_told(told: Any, lines: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(told).decode())
        return
    for line in lines:
        out.print(escape(line), highlight=False)


def print_view(view: View) -> None:
    """Print the meaning, what has to be told, and every table's first rows."""
    out.print(f"[dim]{escape(say(view.analysis.meaning))}[/]")
    print_notes(view)
    if view.answered:
        for one in view.analysis.tables:
            print_table(view, one)
        for sentence in view.sentences:
            out.print(escape(sentence))
        if view.analysis.customers is not None:
            _print_customers(view, view.analysis.customers)


def print_notes(view: View) -> None:
    """Print what has to be told beside the numbers."""
    for note in view.notes:
        out.print(escape(say(note)))


def print_table(view: View, table: Table, rows: list[Any] | None = None) -> None:
    """Print a table's first rows, or those `rows` of it."""
    shown = view.shown(table.name, MOST, rows)
    if not shown.total:
        out.print(escape(f"{say(table.title)}: {say(table.empty) if table.empty else '–'}"))
        return
    print_rows(say(table.title), shown.columns, shown.rows)
    if shown.total > len(shown.rows):
        words = _("The first {n} of {all}; the file contains all.")
        out.print(fill(words, n=f"{len(shown.rows):,}", all=f"{shown.total:,}"))


def _print_customers(view: View, listed: Customers) -> None:
    people = listed.rows(view, **{one.name: one.default for one in listed.filters})
    _print_people(view, listed, people.slice(0, MOST).to_pylist())


def _print_people(view: View, listed: Customers, rows: list[dict[str, Any]]) -> None:
    columns = (Column(CUSTOMER, PERSON), *listed.columns)
    columns = tuple(one for one in columns if not one.in_file)
    lines = [[cell_of(one, row, view) for one in columns] for row in rows]
    if lines:
        print_rows(say(listed.question), columns, lines)


def print_list(view: View, name: str, values: dict[str, Any], *, as_json: bool) -> None:
    """Print the first customers of a list that stands alone."""
    listed = next(one for one in view.analysis.every_list if one.key == name)
    people = listed.rows(view, **{one.name: one.check(values[one.name]) for one in listed.filters})
    rows = people.slice(0, max(values["limit"], 1)).to_pylist()
    if as_json:
        items = [listed.plain(row) for row in rows]
        told = {"list": name, "total": people.num_rows, "items": items}
        typer.echo(msgspec.json.encode(told).decode())
        return
    out.print(
        fill(_("{shown} of {total} customers"), shown=len(rows), total=f"{people.num_rows:,}")
    )
    _print_people(view, listed, rows)
