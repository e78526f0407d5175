"""Which header of a file is which declared column of its recipe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from regulars.kit.errors import Invalid
from regulars.kit.headers import fold
from regulars.kit.text import Text
from regulars.listen.imports.export_formats import loading as export_formats
from regulars.listen.imports.model import Column
from regulars.listen.imports.numbers import Written
from regulars.listen.imports.reading.delimited import nth
from regulars.listen.imports.reading.heading import candidates
from regulars.listen.imports.reading.tables import RawRows

AS_USUAL = Written()
HINT = re.compile(r"_?\((?!\d+\)$)[^()]*\)$")
"""What stands in brackets behind a name, such as NPS (0-10), is no part of it."""
COLUMNS = {"occurred_at": "ordered_at", "amount": "total"}
"""Role → column of the recipe “orders”, where their names differ."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an input: its name, the header it comes from (None: none), how it is read.

    `rivals` are the headers that all claim to be this column; `others` are headers of the
    recipe's further names for it. `written`, `order`, `form` and `asked` are what the file settles
    of numbers and times; `scores` is the metric and the scale whose answers it holds; `clock` is
    another header that holds the time of the day.
    """

    name: str
    header: str | None
    duck: str
    column: Column
    rivals: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    written: Written = AS_USUAL
    order: str = ""
    form: str = ""
    asked: bool = False
    scores: tuple[str, float, float] | None = None
    clock: str | None = None


def fields(raw: RawRows) -> list[Field]:
    """Match declared columns with the file's headers; the rest are taken as they are.

    Raises Invalid when a column that is needed has no header, or one that is there twice.
    """
    declared = raw.part.declared
    folded, hinted = _folds(raw.columns)
    tool = export_formats.of_file(list(raw.columns)) if raw.part.exports else None
    result: list[Field] = []
    used: set[str] = set()
    for key, column in declared.items():
        if "*" in key:
            continue
        names = candidates(key, column)
        claims = [_claiming(name, raw.columns, folded, hinted) for name in names]
        rivals = next((some for some in claims if some), ())
        if column.asks and not column.scales:  # which of its headers counts is asked
            rivals = tuple(dict.fromkeys(one for some in claims for one in some))
        if len(names) == 1 and rivals and rivals[0] == names[0]:
            rivals = rivals[:1]
        if not rivals and tool is not None:
            rivals = tuple(
                name for name in raw.columns if column_of_role(tool.role_of(name)) == key
            )[:1]
        if not rivals:
            _check_absent(raw, key, column, names, folded)
        header = rivals[0] if rivals else None
        others = tuple(one for some in claims for one in some if one not in rivals)
        duck = raw.columns.get(header or "", "VARCHAR")
        result.append(Field(key, header, duck, column, rivals, tuple(dict.fromkeys(others))))
        used.add(header or "")
    named = {field.name.lower() for field in result}
    for header, duck in raw.columns.items():
        if header not in used and header.lower() not in named:
            result.append(Field(header, header, duck, _pattern(header, declared)))
    return result


def column_of_role(role: str | None) -> str | None:
    """Return what recipes call the column of a role."""
    return COLUMNS.get(role or "", role)


def _folds(columns: Mapping[str, str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return folded header → headers, and the same without what stands in brackets."""
    folded: dict[str, list[str]] = {}
    hinted: dict[str, list[str]] = {}
    for name in columns:
        whole = fold(name)
        folded.setdefault(whole, []).append(name)
        if bare := HINT.sub("", whole):
            hinted.setdefault(bare, []).append(name)
    return folded, hinted


def _claiming(
    name: str,
    columns: Mapping[str, str],
    folded: Mapping[str, list[str]],
    hinted: Mapping[str, list[str]],
) -> tuple[str, ...]:
    """Return the headers that are this name, one that is it to the letter first."""
    whole = fold(name)
    exact = [name] if name in columns else []
    return tuple(dict.fromkeys([*exact, *folded.get(whole, ()), *hinted.get(whole, ())]))


def _pattern(header: str, declared: Mapping[str, Column]) -> Column:
    for key, column in declared.items():
        if "*" in key and fnmatchcase(header.lower(), key.lower()):
            return column
    return Column()


def _check_absent(
    raw: RawRows,
    key: str,
    column: Column,
    names: tuple[str, ...],
    folded: Mapping[str, list[str]],
) -> None:
    """Raise Invalid for a column that is there twice, or not at all though it is needed."""
    for name in names:
        if fold(nth(name.strip(), 1)) in folded:
            raise _repeated(raw, name)
    if not column.optional:
        raise _missing(raw, key, column)


def _missing(raw: RawRows, key: str, column: Column) -> Invalid:
    wanted = " / ".join(candidates(key, column))
    there = ", ".join(raw.columns)
    file = raw.pieces[0].file.name if raw.pieces else raw.part.name
    return Invalid(
        "import.column_missing",
        Text(
            f"{file} has no column “{wanted}”. It has: {there}.",
            f"{file} 没有列“{wanted}”。现有的列：{there}。",
        ),
        column=key,
    )


def _repeated(raw: RawRows, name: str) -> Invalid:
    file = raw.pieces[0].file.name if raw.pieces else raw.part.name
    first, second = nth(name, 1), nth(name, 2)
    return Invalid(
        "import.column_repeated",
        Text(
            f"{file} has several columns “{name}”: rename them, or say in the mapping which is "
            f'meant (from = "{first}" or "{second}").',
            f"{file} 有多个“{name}”列：请改名，或在字段映射中写明用哪一列"
            f'（from = "{first}" 或 "{second}"）。',
        ),
        column=name,
    )
