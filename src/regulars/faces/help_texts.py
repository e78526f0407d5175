"""What `--help` says, in the language of the shell.

Commands keep plain docstrings and help texts, in English; their Chinese stands in the catalogs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from rich.table import Table
from rich.text import Text as Line
from typer import rich_utils

from regulars.faces.language import catalog, current
from regulars.faces.language import gettext as _
from regulars.kit.text import Text

_declared: dict[str, str] = {}
PANELS = "rich_help_panel"
"""The attribute in which Typer keeps under which heading something is listed."""


def declared(words: Text) -> str:
    """Return the English of a help text that is declared in both languages; keep its Chinese."""
    _declared[words.en] = words.zh
    return words.en


def is_declared(words: str) -> bool:
    """Tell whether a help text is declared in both languages, and stands in no catalog."""
    return words in _declared


def in_chinese(words: str) -> str | None:
    """Return the Chinese of a help text, of a declaration or a catalog; None where it has none."""
    return _declared.get(words) or catalog("zh").get(words)


class Folding(Table):
    """A table that breaks a line of Chinese, which has no blanks, instead of cutting it off."""

    def add_row(self, *cells: Any, **more: Any) -> None:
        """Add a row."""
        super().add_row(*cells, **more)
        for column in self.columns:
            column.overflow = "fold"


def _joined(parts: list[Line]) -> Line:
    """Return what is said of an option in one text, which a table can break."""
    return Line(" ").join(parts)


def translate(command: Any) -> None:
    """Put every help text of a command and of all below it into the current language."""
    if current() == "en":
        return
    vars(rich_utils).update(
        Table=Folding,
        Columns=_joined,
        DEFAULT_STRING=_("[default: {}]"),
        REQUIRED_LONG_STRING=_("[required]"),
    )
    for part in tree(command):
        for attribute in ("help", "short_help", "epilog"):
            words = getattr(part, attribute, None)
            if words:
                setattr(part, attribute, in_chinese(words) or words)
        setattr(part, PANELS, _("Commands"))
        for parameter in parameters(part):
            if parameter.help:
                parameter.help = in_chinese(parameter.help) or parameter.help
            is_argument = parameter.param_type_name == "argument"
            setattr(parameter, PANELS, _("Arguments") if is_argument else _("Options"))


def typers_own() -> list[str]:
    """Return what Typer says of its own options."""
    return [
        _("Install completion for the current shell."),
        _("Show completion for the current shell, to copy it or customize the installation."),
        _("Show this message and exit."),
    ]


def tree(command: Any) -> Iterator[Any]:
    """Yield a command and all below it."""
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from tree(below)


def parameters(command: Any) -> Iterator[Any]:
    """Yield the arguments and options of a command, `--help` too."""
    yield from command.params
    yield command.get_help_option(typer.Context(command))


def texts(command: Any) -> Iterator[str]:
    """Yield every help text of a command and of all below it."""
    for one in tree(command):
        found = [one.help, one.short_help, one.epilog, *(each.help for each in parameters(one))]
        yield from (words for words in found if words)
