"""Which row is the header: titles stand above it, second headers right below it."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.kit.headers import fold
from regulars.listen.imports.model import Column, Input

LOOKED_AT = 30
"""Rows at the top of a file among which its header is looked for."""
IMPORT_ID = '{"ImportId"'
"""How the cells of Qualtrics' third header begin."""
MOSTLY = 0.8
Row = Sequence[str | None]


def candidates(key: str, column: str | Column) -> tuple[str, ...]:
    """Return the headers that may hold a declared column, the best first."""
    if isinstance(column, str) or not column.from_:
        return (key,)
    return (column.from_,) if isinstance(column.from_, str) else column.from_


def above(rows: Sequence[Row], part: Input) -> int:
    """Return how many rows stand above the header: as declared, or found.

    The header is the first row that is not blank, unless a later one knows more of the declared
    columns, or (where none is declared) fills most cells and the first row one alone.
    """
    if part.skip is not None:
        return part.skip
    filled = [sum(bool(cell and cell.strip()) for cell in row) for row in rows]
    first = next((index for index, count in enumerate(filled) if count), 0)
    if not any(filled):
        return 0
    known = _wanted(part)
    if known:
        matches = [len(known & _folds(row)) for row in rows]
        best = max(range(len(rows)), key=lambda index: (matches[index], -index))
        enough = matches[best] > 1 or (matches[best] == 1 and filled[first] == 1)
        return best if enough and matches[best] > matches[first] else first
    widest = max(filled)
    if filled[first] > 1 or widest < 2:
        return first
    return next(index for index, count in enumerate(filled) if count >= MOSTLY * widest)


def below(rows: Sequence[Row], part: Input) -> int:
    """Return how many of the rows right below the header are headers too."""
    if part.skip_below is not None:
        return part.skip_below
    for index, row in enumerate(rows[:3]):
        cells = [cell for cell in row if cell]
        if cells and all(cell.startswith(IMPORT_ID) for cell in cells):
            return index + 1
    return 0


def _wanted(part: Input) -> frozenset[str]:
    names = (
        name
        for key, column in part.columns.items()
        if "*" not in key
        for name in candidates(key, column)
    )
    return frozenset(fold(name) for name in names)


def _folds(row: Row) -> frozenset[str]:
    return frozenset(fold(cell.strip()) for cell in row if cell and cell.strip())
