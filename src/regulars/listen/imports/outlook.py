"""What an import would give, tried on the first rows: events, refusals, values as they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from regulars.listen.imports import accounting, building, columns, leaving, mapping, statuses
from regulars.listen.imports.building import Builder
from regulars.listen.imports.expressions import quote
from regulars.listen.imports.fields import Field
from regulars.listen.imports.mapping import Sheet
from regulars.listen.imports.model import Note, Recipe
from regulars.listen.imports.questions import Question
from regulars.listen.imports.reading.tables import RawRows
from regulars.listen.imports.shaping import Shaper
from regulars.listen.imports.written import Ground
from regulars.listen.statuses import service as listed
from regulars.timeline.event import COLUMNS

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.workspace import Workspace

SAMPLE_EVENTS = 5
MAX_READ = 12
"""Columns whose first value is shown as it is read."""
SAMPLE_ROWS = 1000
"""Rows of which the first events are made."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an import of the first `rows` would give: events, refused rows and their reasons."""

    rows: int = 0
    events: int = 0
    refused: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a mapping makes of the first rows: events, what to expect, what is told and asked."""

    events: Sequence[dict[str, Any]] = ()
    outlook: Outlook = field(default_factory=Outlook)
    notes: tuple[Note, ...] = ()
    questions: tuple[Question, ...] = ()


def samples(
    ws: Workspace,
    connection: duckdb.DuckDBPyConnection,
    raw: RawRows,
    recipe: Recipe,
    now: datetime,
) -> Trial:
    """Return what the mapping makes of the first rows."""
    connection.execute(
        f"CREATE TEMP TABLE first_rows AS SELECT * FROM {raw.table} WHERE _row <= {SAMPLE_ROWS}"
    )
    if len(recipe.inputs) > 1:
        return Trial()  # a sample of one file cannot show what several make together
    if building.unfilled(recipe):
        return Trial()
    own = ws.settings.workspace
    shaper = Shaper(
        connection, recipe, Ground(own.time_zone, own.currency, statuses=listed.words(ws))
    )
    pieces = [replace(piece, rows=min(piece.rows, SAMPLE_ROWS)) for piece in raw.pieces]
    first = replace(raw, part=recipe.inputs[0], table="first_rows", pieces=pieces)
    shaper.input(replace(first, beside=frozenset(), notes=[], questions=[]))
    for table in recipe.tables:
        shaper.table(table)
    currency = ws.settings.workspace.currency
    builder = Builder(connection, shaper, salt="preview", currency=currency, now=now)
    view = builder.build()
    sums = accounting.account(connection, shaper, pieces, builder.made)
    left = [note for note in shaper.notes if note.code.startswith((leaving.CODE, statuses.NOTE))]
    table = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM {view} ORDER BY received_at LIMIT {SAMPLE_EVENTS}"
    ).to_arrow_table()
    rows: list[dict[str, Any]] = table.to_pylist()
    return Trial(
        rows,
        _outlook(connection, view),
        (accounting.foretold(sums), *left, *sums.notes),
        tuple(shaper.questions.values()),
    )


def _outlook(connection: duckdb.DuckDBPyConnection, view: str) -> Outlook:
    def count(query: str) -> int:
        row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    reasons = connection.execute(
        "SELECT reason, count(DISTINCT _row) FROM rejects GROUP BY reason ORDER BY 2 DESC, 1"
    ).fetchall()
    return Outlook(
        count("SELECT count(*) FROM first_rows"),
        count(f"SELECT count(*) FROM {view}"),
        count("SELECT count(DISTINCT _row) FROM rejects"),
        dict(reasons),
    )


def becomes(connection: duckdb.DuckDBPyConnection, raw: RawRows, sheet: Sheet) -> dict[str, Any]:
    """Return header → what the first value of its column is read as: times and money."""
    read: dict[str, str] = {}
    told = [one for one in sheet.guesses if one.kind in ("moment", "decimal")]
    for guess in told[:MAX_READ]:
        column = mapping.column_of(sheet, guess)
        if column is None or guess.role == "clock":
            continue
        field_ = Field(guess.header, guess.header, raw.columns[guess.header], column)
        cleaned = columns.clean(field_, sheet.part, tidy=raw.tidy)
        value = columns.converted(field_, sheet.part, sheet.zone)
        read[guess.header] = (
            f"(SELECT {value} FROM (SELECT {cleaned} AS {quote(guess.header)}, _row "
            f"FROM first_rows) WHERE {quote(guess.header)} IS NOT NULL ORDER BY _row LIMIT 1)"
        )
    if not read:
        return {}
    values = ", ".join(f"{sql} AS c{number}" for number, sql in enumerate(read.values()))
    row = connection.execute(f"SELECT {values}").to_arrow_table().to_pylist()[0]
    return {
        header: value for header, value in zip(read, row.values(), strict=True) if value is not None
    }
