"""Values that are left out of their rows, because they cannot be read or cannot be: told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.kit.text import Text
from regulars.listen.imports.model import Note
from regulars.listen.imports.reading.tables import RawRows, place
from regulars.listen.imports.reasons import reason_text

if TYPE_CHECKING:
    import duckdb

    from regulars.listen.imports.columns import Check

CODE = "left_out"
EXAMPLES = 5
LONGEST = 40
"""Signs of a value that are shown."""


def note(
    connection: duckdb.DuckDBPyConnection, typed: str, check: Check, refused: str, raw: RawRows
) -> Note | None:
    """Tell how many values of a column are left out, with examples; rows refused anyway aside."""
    others = f" AND NOT coalesce({refused}, FALSE)" if refused else ""
    rows = connection.execute(
        f"SELECT _row, {check.value}, count(*) OVER () FROM {typed} WHERE ({check.bad}){others} "
        f"ORDER BY _row LIMIT {EXAMPLES}"
    ).fetchall()
    if not rows:
        return None
    examples = tuple(
        f"{place(row, raw.pieces)}: {' '.join(str(value).split())[:LONGEST]}"
        for row, value, _count in rows
    )
    count, why, listed = rows[0][2], reason_text(check.reason), ", ".join(examples)
    values = "value" if count == 1 else "values"
    return Note(
        f"{CODE}_{check.reason}",
        count,
        Text(
            f"{count:,} {values} of “{check.field}” left out, the rest of the row stays: "
            f"{why.en[:1].lower()}{why.en[1:].rstrip('.')} ({listed}).",
            f"“{check.field}”有 {count:,} 个值被略去，该行其余内容保留："
            f"{why.zh.rstrip('。')}（{listed}）。",
        ),
        examples,
    )
