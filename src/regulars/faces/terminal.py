"""Rows of declared columns, printed in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape

from regulars.faces.columns import Cell, Column, in_one_line
from regulars.faces.command import out, table
from regulars.faces.language import say

WIDE = 140
"""A terminal of so many signs a line has room for every column."""


def print_rows(title: str, columns: Sequence[Column], lines: Sequence[Sequence[Cell]]) -> None:
    """Print rows of cells under their columns; those that are wide where there is room."""
    kept = [at for at, column in enumerate(columns) if not column.wide or out.width >= WIDE]
    made = table(*(escape(say(columns[at].title)) for at in kept), title=escape(title))
    for line in lines:
        made.add_row(*(escape(in_one_line(line[at])) for at in kept))
    out.print(made)
