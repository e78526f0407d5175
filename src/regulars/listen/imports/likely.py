"""Questions as people word them: a header that no name of a recipe is, but whose words speak of it.

Words alone do not make a column a score: what stands there must be numbers of a scale, or words
that stand for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from regulars.listen.imports import looking, naming, scales
from regulars.listen.imports.fields import Field
from regulars.listen.imports.looking import Facts
from regulars.listen.imports.reading.tables import RawRows

if TYPE_CHECKING:
    import duckdb


def claimed(
    connection: duckdb.DuckDBPyConnection, raw: RawRows, fields: Sequence[Field]
) -> list[Field]:
    """Return the fields with those that lacked a header on the one whose words speak of them.

    Of several scores none is taken: each may be a question of its own. Of words the first is.
    """
    free = [
        one.header for one in fields if one.header == one.name and one.name not in raw.part.columns
    ]
    wanted = {
        one.name: [name for name in free if re.search(one.column.like, naming.words(name))]
        for one in fields
        if one.header is None and one.column.like
    }
    facts = look(connection, raw, {name for names in wanted.values() for name in names})
    result, taken = [], set[str]()
    for field in fields:
        fitting = [
            name
            for name in wanted.get(field.name, ())
            if name not in taken and _fits(field, facts[name])
        ]
        if len(fitting) == 1 or (fitting and field.column.type == "text"):
            header = fitting[0]
            taken.add(header)
            result.append(replace(field, header=header, duck=raw.columns[header]))
        else:
            result.append(field)
    return [one for one in result if one.name not in taken]


def look(
    connection: duckdb.DuckDBPyConnection, raw: RawRows, headers: set[str]
) -> dict[str, Facts]:
    """Return what the values of those headers show."""
    if not headers:
        return {}
    rows = sum(piece.rows for piece in raw.pieces)
    columns = {name: duck for name, duck in raw.columns.items() if name in headers}
    found = looking.facts(connection, raw.table, columns, rows)
    return {one.header: one for one in found}


def _fits(one: Field, facts: Facts) -> bool:
    """Tell whether the values are what the column holds: scores, or words."""
    if not facts.filled:
        return False
    if one.column.type == "number":
        return scales.scored(facts, one.name) is not None
    return facts.numbers < 0.5
