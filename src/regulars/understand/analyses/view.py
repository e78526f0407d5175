"""An answer as its faces look at it: values of cells, words of cells, lines of files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import msgspec

from regulars.faces.columns import Cell, Column, in_one_line, written
from regulars.kit.text import Text
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind
from regulars.listen.catalog import service as catalogs
from regulars.listen.catalog.model import Catalog
from regulars.listen.profiles import service as profiles
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses.model import Analysis, Picture, Table
from regulars.understand.analyses.options import Options
from regulars.understand.findings.model import Finding, enveloped


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as a page shows it: columns, lines of cells, how many rows there are in all."""

    table: Table
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int


@dataclass(frozen=True)
class View:
    """The answer to one asking, and what its words need: the workspace's names of things."""

    ws: Workspace
    analysis: Analysis
    options: Options
    found: Finding[Any] | None
    now: datetime
    may_list: bool = True

    @property
    def result(self) -> Any:
        """The answer; None where it is not worked out yet."""
        return self.found.payload if self.found else None

    @property
    def service(self) -> Any:
        """The noun's service."""
        return self.analysis.service

    def names(self, persons: Iterable[str]) -> dict[str, str]:
        """Return what persons are called, where that is known."""
        return profiles.names(self.ws, list(persons))

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked beyond the usual, as an address carries it."""
        return {
            one.name: self.options[one.name]
            for one in self.analysis.options
            if self.options[one.name] != one.default
        }

    def query(self, more: Mapping[str, str]) -> str:
        """Return what was asked, and `more`, as the query of an address."""
        words = urlencode({**self.asked, **more}, doseq=True)
        return f"?{words}" if words else ""

    @cached_property
    def catalog(self) -> Catalog:
        """The journey in force."""
        return catalogs.current(self.ws)

    @cached_property
    def category(self) -> Any:
        """The function that names a category or product in both languages."""
        return adoption.naming(self.ws, Kind.CATEGORY)

    @property
    def context(self) -> dict[str, Any]:
        """What the templates of an analysis know."""
        return {
            "view": self,
            "analysis": self.analysis,
            "found": self.result,
            "meaning": self.analysis.meaning,
            "may_list": self.may_list,
            "asked": self.asked,
            **self.analysis.values(self),
        }

    @cached_property
    def notes(self) -> list[Text]:
        """What every face tells beside the numbers."""
        return [one for one in self.analysis.notes(self.result) if one is not None]

    @property
    def text(self) -> str:
        """The analysis' document; empty where it was not asked for."""
        written = self.analysis.document
        return written[1](self) if written and self.analysis.writes(self.options) else ""

    @property
    def sentences(self) -> list[str]:
        """What is said in words beside the tables."""
        return list(self.analysis.sentences(self)) if self.answered else []

    @property
    def answered(self) -> bool:
        """Whether there are numbers to show."""
        whole = self.analysis.partial or getattr(self.result, "why_not", None) is None
        return self.result is not None and whole

    def rows(self, table: Table) -> list[Any]:
        """Return the rows of a table; none where there is no answer."""
        return list(table.rows(self)) if self.answered else []

    def shown(self, name: str, most: int | None = None, rows: list[Any] | None = None) -> Shown:
        """Return a table as it is written on a page; `rows` are those of a part of it.

        A column in which no row has words is left out.
        """
        table = self.analysis.table(name)
        assert table is not None, name
        rows = self.rows(table) if rows is None else rows
        columns, lines = written(table.columns, rows[: most or table.most], self)
        return Shown(table, columns, lines, len(rows))

    def lines(self, shown: Shown) -> list[list[str]]:
        """Return the cells of a table each in one line."""
        return [[in_one_line(cell) for cell in row] for row in shown.rows]

    def picture(self, name: str) -> tuple[Picture, Any] | None:
        """Return the picture of that name with what draws it."""
        found = self.analysis.picture(name)
        drawn = found.draw(self) if found and self.answered else None
        return (found, drawn) if found and drawn is not None else None


def told(view: View) -> Any:
    """Return what API and `--json` tell: the answer with what it came from, or its bare list."""
    assert view.found is not None
    bare = view.analysis.bare
    return view.analysis.plain(view)[bare] if bare else enveloped(view.found, plain(view))


def plain(view: View) -> Mapping[str, Any]:
    """Return the answer as plain values: what every field holds that the caller may read."""
    document: dict[str, Any] = msgspec.to_builtins(view.result)
    for name in view.analysis.inner:
        del document[name]
    for name, called in view.analysis.told_as:
        document[called] = document.pop(name)
    if not view.may_list:
        document |= {name: [] for name in view.analysis.people}
    return {"meaning": msgspec.to_builtins(view.analysis.meaning), **document,
            **msgspec.to_builtins(view.analysis.plain(view))}  # fmt: skip
