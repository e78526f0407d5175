"""The columns in which measured numbers are written, in files, terminals and tables of pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from regulars.faces import formats
from regulars.faces.columns import Column, Format, estimate, in_file, interval
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.understand.analyses.model import Span
from regulars.understand.metrics.model import (
    CHANGE_TITLES,
    DIMENSION_TITLES,
    VERDICT_TITLES,
    Measured,
)
from regulars.understand.metrics.rows import difference, digits_of


def _value(value: Any, row: Measured) -> str:
    return formats.value_in(row.unit, value, digits_of(row.unit))


def _verdict(value: Any, _row: Any) -> str:
    return say(VERDICT_TITLES[value]) if value else ""


def _change(row: Measured, _view: Any) -> Span | None:
    found = row.change.change if row.change else None
    return Span(found.difference, found.low, found.high) if found else None


def chance(row: Measured, _view: Any = None) -> str | None:
    """Return whether a change is for the better or the worse, or may be chance."""
    if row.change is None or row.change.change.difference is None:
        return None
    verdict = row.change.verdict
    return say(CHANGE_TITLES[verdict]) if verdict else _("may be chance")


def dimension(name: str) -> Column:
    """Return the column of the slices by a dimension or grain."""
    title = DIMENSION_TITLES.get(name) or Text(name, name)
    return Column(title, lambda row, _view: row.slice.get(name))


def dimensions(rows: Iterable[Measured]) -> tuple[Column, ...]:
    """Return the columns of what tells the rows from each other."""
    return tuple(map(dimension, dict.fromkeys(name for row in rows for name in row.slice)))


COLUMNS = (
    in_file(Text("Metric", "指标"), "metric"),
    in_file(Text("From", "起"), "start"),
    in_file(Text("To", "止"), "end"),
    estimate(Text("Value", "数值"), lambda row, _view: row, Format(_value, by_row=True)),
    in_file(Text("Unit", "单位"), "unit"),
    Column(Text("Verdict", "结论"), "verdict", Format(_verdict, numeric=False)),
    interval(Text("Change", "变化"), _change,
             Format(lambda value, row: "" if value is None else difference(row.unit, value),
                    by_row=True), note=chance),
    in_file(Text("p", "p 值"), "change.change.p"),
    in_file(Text("q", "q 值"), "change.q"),
    Column(Text("Note", "备注"), "note"),
)  # fmt: skip
