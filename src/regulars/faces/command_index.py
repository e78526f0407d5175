"""Which commands there are, read from the source of the nouns without running it.

`regulars --help` lists every command, and importing every noun's engine for that takes seconds.
So a command line imports the module of the command that is called, and lists the others by what
their source says: names and docstrings of functions under `@app.command(…)`, and of the groups
that a module makes with `app.add_typer(…)` or shares by `show.group(app)`.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from regulars.faces import help_texts, show
from regulars.kit.text import Text

Way = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One command: the words that call it, what it is for, the module that makes it."""

    way: Way
    help: str
    module: str


def read(file: Path, module: str) -> list[Listed]:
    """Return the commands that the source `file` of `module` makes, in its order."""
    source = _Source(ast.parse(file.read_bytes()))
    return [Listed(way, words, module) for way, words in source.found]


def read_analysis(file: Path, module: str) -> list[Listed]:
    """Return the command of the analysis that `file` declares."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        given: dict[str | None, Any] = {}
        if isinstance(node, ast.Call) and _last(node.func) == "Analysis":
            given = {one.arg: one.value for one in node.keywords}
        if given.keys() >= {"name", "question"}:
            way = (show.NAME, str(ast.literal_eval(given["name"])))
            return [Listed(way, _said(given.get("summary", given["question"])), module)]
    return []


def read_resource(file: Path, module: str) -> list[Listed]:
    """Return the commands of the resource that `file` declares: its group, lists and forms."""
    calls = [node for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.Call)]
    given = [(_last(call.func), {one.arg: one.value for one in call.keywords}) for call in calls]
    whole = next(
        (named for kind, named in given if kind == "Resource" and "command" in named), None
    )
    if whole is None:
        return []
    group, brief = str(ast.literal_eval(whole["command"])), _said(whole["brief"])
    listed = str(ast.literal_eval(whole["listed"])) if "listed" in whole else "list"
    found = [((group,), _said(whole.get("help", whole["brief"]))), ((group, listed), brief)]
    found += [((group, str(ast.literal_eval(named["command"]))), _said(named["brief"]))
              for kind, named in given if kind == "Form" and "command" in named]  # fmt: skip
    return [Listed(way, words, module) for way, words in found]


def _said(text: Any) -> str:
    """Return the English of a `Text` in the source."""
    return help_texts.declared(Text(*map(ast.literal_eval, text.args)))


def _last(function: ast.expr) -> str | None:
    """Return what a function is called, without the module that it is taken from."""
    return getattr(function, "attr", None) or getattr(function, "id", None)


def wanted(commands: Sequence[Listed], words: Sequence[str]) -> set[str]:
    """Return the modules that a command line of these words needs."""
    first, second = [*words, "", ""][:2]
    under = [one for one in commands if one.way[0] == first]
    if second in ("", "--help") and any(len(one.way) > 1 for one in under):
        return set()  # a group is listed
    exact = {one.module for one in under if one.way in ((first,), (first, second))}
    if first != show.NAME or exact or second.startswith("-"):
        return exact
    return {one.module for one in under if one.way[1:] == (show.DEFAULT,)}


def list_in(app: typer.Typer, commands: Sequence[Listed]) -> None:
    """Add commands that are only listed; whoever calls one needs its module instead."""
    for command in commands:
        if command.way[0] == show.NAME:
            show.group(app).command(command.way[1], help=command.help)(_listed_only)
        elif len(command.way) == 2:
            group(app, command.way[0]).command(command.way[1], help=command.help)(_listed_only)
        elif any(other.way[:1] == command.way and len(other.way) == 2 for other in commands):
            group(app, command.way[0], command.help)
        else:
            app.command(command.way[0], help=command.help)(_listed_only)


def group(app: typer.Typer, name: str, words: str = "") -> typer.Typer:
    """Return the group of commands of that name, which several modules of a noun may add to."""
    for one in app.registered_groups:
        if one.name == name and one.typer_instance is not None:
            return one.typer_instance
    made = typer.Typer(no_args_is_help=True, help=words)
    app.add_typer(made, name=name)
    return made


def _listed_only() -> None:
    """Stand for a command in a list."""


class _Source:
    """Walks from `register` through the functions that it hands the command line to."""

    def __init__(self, tree: ast.Module) -> None:
        self.functions = {
            node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)
        }
        self.found: list[tuple[Way, str]] = []
        self._follow("register", [()])

    def _follow(self, name: str, given: Sequence[Way | None]) -> None:
        """Note what the function `name` adds to the groups it is given, None being no group."""
        function = self.functions[name]
        names = [one.arg for one in function.args.args]
        groups = {name: way for name, way in zip(names, given, strict=False) if way is not None}
        helps = {
            _target(node): _keyword(node.value, "help")
            for node in function.body
            if isinstance(node, ast.Assign) and _calls(node.value, "Typer")
        }
        for node in function.body:
            if isinstance(node, ast.Assign) and _calls(node.value, "group"):
                groups[_target(node)] = (show.NAME,)
            elif isinstance(node, ast.FunctionDef):
                self._note(node, groups)
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                self._call(node.value, groups, helps)

    def _call(self, call: ast.Call, groups: dict[str, Way], helps: dict[str, str]) -> None:
        if _calls(call, "add_typer"):
            variable, name = str(getattr(call.args[0], "id", "")), _keyword(call, "name")
            groups[variable] = (name,)
            self.found.append(((name,), helps.get(variable, "")))
        elif isinstance(call.func, ast.Name) and call.func.id in self.functions:
            self._follow(call.func.id, [_group(one, groups) for one in call.args])

    def _note(self, function: ast.FunctionDef, groups: dict[str, Way]) -> None:
        for one in function.decorator_list:
            if _calls(one, "command"):
                above = _group(one.func.value, groups)  # type: ignore[attr-defined]
                way = (*(above or ()), _name(one, function))
                self.found.append((way, ast.get_docstring(function) or ""))


def _group(node: ast.expr, groups: dict[str, Way]) -> Way | None:
    """Return the words that lead to the group a node stands for; None when it is no group."""
    if _calls(node, "group"):
        return (show.NAME,)
    return groups.get(node.id) if isinstance(node, ast.Name) else None


def _calls(node: ast.AST, method: str) -> bool:
    """Tell whether the node calls something.method(…)."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
    )


def _target(node: ast.Assign) -> str:
    return str(getattr(node.targets[0], "id", ""))


def _keyword(call: Any, keyword: str) -> str:
    values = [one.value for one in call.keywords if one.arg == keyword]
    return str(values[0].value) if values else ""


def _name(call: Any, function: ast.FunctionDef) -> str:
    """Return a command's name: as its decorator says, or as Typer makes it of the function's."""
    if not call.args:
        return function.name.strip("_").replace("_", "-")
    given = call.args[0]
    return str(given.value) if isinstance(given, ast.Constant) else show.DEFAULT
