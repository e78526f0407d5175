"""Columns of tables, written alike on pages, in terminals and in files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from regulars.faces import formats
from regulars.faces.language import say
from regulars.kit.text import Text

Said = Callable[[Any, Any], str]
Of = Callable[[Any, Any], Any]
LOW, HIGH, N = Text("Low", "下限"), Text("High", "上限"), Text("n", "样本量")
YES, NO = Text("yes", "是"), Text("no", "否")
PARTS = (("value", None), ("low", LOW), ("high", HIGH), ("n", N))


@dataclass(frozen=True, slots=True)
class Format:
    """How values of a column are written on pages and in terminals: `words(value, result)`.

    One that goes `by_row` is given the row instead of the result.
    """

    words: Said
    numeric: bool = True
    by_row: bool = False


def _plain(value: Any, _result: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return say(YES if value else NO)
    return say(value) if isinstance(value, Text) else str(value)


def _amount(value: Any, result: Any) -> str:
    currency = getattr(result, "currency", None)
    return formats.money(value, currency) if currency else formats.number(value, 2)


def _in_unit(value: Any, row: Any) -> str:
    return formats.value_in(row["unit"] if isinstance(row, dict) else row.unit, value)


WORDS = Format(_plain, numeric=False)
COUNT = Format(lambda value, _: formats.whole(value))
DAY = Format(lambda value, _: formats.day(value))
MOMENT = Format(lambda value, _: formats.FILTERS["moment"](value), numeric=False)
MONTH = Format(lambda value, _: formats.month(value))
SECONDS = Format(lambda value, _: formats.value_in("seconds", value))
MONEY = Format(_amount)
"""An amount in the result's own `currency`."""
IN_UNIT = Format(_in_unit, by_row=True)
"""A value in the row's own `unit`."""


def share(digits: int = 1) -> Format:
    """Return the form of shares: 0.871 reads 87.1%."""
    return Format(lambda value, _: formats.percent(value, digits))


def number(digits: int = 1) -> Format:
    """Return the form of plain numbers with so many decimals."""
    return Format(lambda value, _: formats.number(value, digits))


def signed(digits: int = 1) -> Format:
    """Return the form of differences: +3.1, −0.4."""
    return Format(lambda value, _: formats.signed(value, digits))


SHARE = share()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it is written: words, range and n of an estimate, link, mark and bar."""

    words: str
    low: str | None = None
    high: str | None = None
    n: int | None = None
    href: str | None = None
    note: Any = None
    mark: str | None = None
    bar: float | None = None
    numeric: bool = False
    wide: bool = False
    long: bool = False
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, in every face.

    `value` is the row's attribute, key or place in it (dots lead deeper, as far as there is
    something), or a function of row and view.
    A `ranged` column holds estimates (`value`, `low`, `high`, perhaps `n`): one cell with its range
    on a page and in a terminal, four columns in a file (three where no n is `counted`). What is
    `wide` is left out where there is little room, what is `long` stands as people wrote it and is
    broken anywhere, what is `in_file` stands in files only. A share may have a `bar`. `href` gives
    a cell's link, `note` what is said below the value, `mark` which judgement's colour it has
    (`parts.verdict`), `depth` how far it is set in, each by a function of row and view. A list may
    be sorted by a column with a `key`.
    """

    title: Text
    value: str | Of
    format: Format = WORDS
    ranged: bool = False
    counted: bool = True
    wide: bool = False
    long: bool = False
    in_file: bool = False
    bar: bool = False
    href: Callable[[Any, Any], str | None] | None = None
    note: Callable[[Any, Any], Any] | None = None
    mark: Callable[[Any, Any], str | None] | None = None
    depth: Callable[[Any, Any], int] | None = None
    key: str | None = None

    @property
    def numeric(self) -> bool:
        """Whether its cells are numbers."""
        return self.format.numeric

    def of(self, row: Any, view: Any) -> Any:
        """Return the cell's value."""
        if not isinstance(self.value, str):
            return self.value(row, view)
        if isinstance(row, dict):
            return row[self.value]
        found = row
        for name in self.value.split("."):
            if found is not None:
                found = found[int(name)] if name.isdigit() else getattr(found, name)
        return found


def parts(column: Column) -> tuple[tuple[str, Text | None], ...]:
    """Return the parts of a column of estimates: value, low, high, and n where it is counted."""
    return PARTS if column.counted else PARTS[:3]


def heads(columns: Iterable[Column]) -> list[Text]:
    """Return the heads of a file: one a column, four a column of estimates.

    Of Store and NPS (estimates, counted): Store, NPS, NPS: Low, NPS: High, NPS: n.
    """
    titles: list[Text] = []
    for column in columns:
        if not column.ranged:
            titles.append(column.title)
            continue
        titles += [
            column.title if part is None else Text(f"{column.title.en}: {part.en}",
                                                f"{column.title.zh}: {part.zh}")
            for _name, part in parts(column)
        ]  # fmt: skip
    return titles


def file_rows(
    columns: Iterable[Column], rows: Iterable[Any], view: Any
) -> Iterator[tuple[Any, ...]]:
    """Yield the lines of a file under `heads`."""
    chosen = tuple(columns)
    for row in rows:
        line: list[Any] = []
        for one in chosen:
            value = one.of(row, view)
            if one.ranged:
                line += [getattr(value, part, None) for part, _title in parts(one)]
            else:
                line.append(value)
        yield tuple(line)


def cell_of(column: Column, row: Any, view: Any) -> Cell:
    """Return one cell as it is written; `view.result` is what the row is of."""
    value, words = column.of(row, view), column.format.words
    about = row if column.format.by_row else getattr(view, "result", None)
    cell = Cell(
        words(getattr(value, "value", None) if column.ranged else value, about),
        href=column.href(row, view) if column.href else None,
        note=column.note(row, view) if column.note else None,
        mark=column.mark(row, view) if column.mark else None,
        bar=value if column.bar else None,
        numeric=column.format.numeric,
        wide=column.wide,
        long=column.long,
        depth=column.depth(row, view) if column.depth else 0,
    )
    if not column.ranged or value is None or value.value is None:
        return cell
    low, high = (None if end is None else words(end, about)
                 for end in (value.low, value.high))  # fmt: skip
    return replace(cell, low=low, high=high, n=value.n if column.counted else None)


def in_one_line(cell: Cell) -> str:
    """Return a cell in one line: value, range, n and note."""
    parts = [cell.words]
    if cell.low is not None and cell.high is not None:
        parts.append(f"({cell.low} – {cell.high})")
    if cell.n is not None:
        parts.append(f"n {cell.n:,}")
    words = " ".join(parts)
    note = say(cell.note) if isinstance(cell.note, Text) else cell.note
    return f"{words} · {note}" if note else words


def written(
    columns: Iterable[Column], rows: Iterable[Any], view: Any
) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    """Return the columns of a page or terminal and their rows of cells.

    A column of files only is left out, and one in which no row has words.
    """
    rows = list(rows)
    cells = {one: [cell_of(one, row, view) for row in rows] for one in columns if not one.in_file}
    told = {one: column for one, column in cells.items()
            if not rows or any(cell.words or cell.note for cell in column)}  # fmt: skip
    return tuple(told), tuple(zip(*told.values(), strict=True))


def verdict(title: Text, value: str | Of, words: Mapping[Any, tuple[str | None, Text]]) -> Column:
    """Return a column of what a row is judged to be: the colour and `words` of the value."""
    judged = Column(title, value)
    none = (None, None)
    return Column(
        title,
        lambda row, view: words.get(judged.of(row, view), none)[1],
        mark=lambda row, view: words.get(judged.of(row, view), none)[0],
    )


estimate = partial(Column, ranged=True)
"""A column of estimates: title, value, form."""
interval = partial(Column, ranged=True, counted=False)
"""A column of estimates that have no n of their own."""
in_file = partial(Column, in_file=True)
"""A column that stands in files only."""
