"""A proposal for an unknown file: what its columns are, a mapping, sample events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from regulars.listen.imports import (
    asking,
    building,
    choosing,
    fitting,
    guessing,
    library,
    looking,
    mapping,
    sampling,
)
from regulars.listen.imports.bench import bench
from regulars.listen.imports.building import Builder
from regulars.listen.imports.fitting import Fit
from regulars.listen.imports.guessing import Guess
from regulars.listen.imports.mapping import Sheet
from regulars.listen.imports.model import Format, Input, Note, Recipe
from regulars.listen.imports.questions import Question
from regulars.listen.imports.reading import delimited, files
from regulars.listen.imports.reading.files import File
from regulars.listen.imports.reading.tables import RawRows, Reader
from regulars.listen.imports.sampling import Sample
from regulars.listen.imports.shaping import Shaper
from regulars.listen.imports.written import Ground
from regulars.timeline.event import COLUMNS

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.workspace import Workspace

MEMORY_SHARE = 0.25
SAMPLE_EVENTS = 5
SAMPLE_ROWS = 1000
"""Rows of which the first events are made."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file looks like. `recipes` are those whose needed columns are all there, the best
    first; `fits` are their names."""

    file: str
    format: Format
    encoding: str | None
    delimiter: str | None
    rows: int
    columns: tuple[Guess, ...]
    questions: tuple[Question, ...]
    notes: tuple[Note, ...]
    recipes: tuple[Fit, ...]
    recipe: Recipe
    samples: tuple[dict[str, Any], ...]

    @property
    def fits(self) -> tuple[str, ...]:
        """The names of the recipes that fit."""
        return tuple(one.recipe for one in self.recipes)

    def as_json(self) -> dict[str, Any]:
        """Return the proposal as plain values; the mapping as TOML."""
        return {
            "file": self.file,
            "format": self.format,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sample_rows": self.rows,
            "columns": [_column(one) for one in self.columns],
            "questions": [one.as_json() for one in self.questions],
            "notes": [one.as_json() for one in self.notes],
            "fits": list(self.fits),
            "recipes": [one.as_json() for one in self.recipes],
            "mapping": library.render(self.recipe),
            "sample_events": [_plain(row) for row in self.samples],
        }


def _column(one: Guess) -> dict[str, Any]:
    return {
        "header": one.header,
        "role": one.role,
        "kind": one.kind,
        "confidence": round(one.confidence, 2),
        "why": one.why.en,
        "examples": list(one.examples),
        "scale": list(one.scale) if one.scale else None,
        "formats": list(one.formats),
        "blank": [*one.blank, *one.codes],
        "values": dict(one.recode),
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value if isinstance(value, str | int | float | list) else str(value)
        for key, value in row.items()
        if value is not None
    }


def propose(
    ws: Workspace,
    file: File,
    *,
    now: datetime,
    zone: str | None = None,
    recipe: Recipe | None = None,
) -> Proposal:
    """Look at the beginning of a file and propose how to import it.

    With a `recipe` the samples are those that it makes. Raises Invalid when it does not fit.
    """
    with bench(ws, share=MEMORY_SHARE) as (connection, scratch):
        seen = sampling.sample(file, scratch)
        raw = Reader(connection, scratch).read(seen.part(), [seen.file])
        rows = sum(piece.rows for piece in raw.pieces)
        found = looking.facts(connection, raw.table, raw.columns, rows)
        guesses = choosing.settle(
            found, [guessing.guess(one) for one in found], named=not seen.names
        )
        part = _part(file, seen)
        sheet = Sheet(file.bare, part, zone or ws.settings.workspace.time_zone, guesses)
        proposed = recipe or mapping.propose(sheet)
        samples = _samples(ws, connection, raw, proposed, now)
        delimiter = delimited.delimiter_of(seen.file, None) if seen.kind == "delimited" else None
    return Proposal(
        file=file.name,
        format=seen.kind,
        encoding=files.encoding_of(file)
        if seen.kind in ("delimited", "whitespace", "jsonl")
        else None,
        delimiter=delimiter,
        rows=rows,
        columns=tuple(guesses),
        questions=tuple(asking.questions(found, sheet)),
        notes=tuple(asking.notes(found, sheet, zone_given=zone is not None)),
        recipes=tuple(fitting.fits(file, list(raw.columns))),
        recipe=proposed,
        samples=tuple(samples),
    )


def _part(file: File, seen: Sample) -> Input:
    """Return how a mapping reads files like this one."""
    suffix = file.bare[file.bare.rfind(".") :] if "." in file.bare else ""
    return Input(
        name="rows",
        files=(f"*{suffix}",),
        format="whitespace" if seen.kind == "whitespace" else None,
        names=seen.names,
    )


def _samples(
    ws: Workspace,
    connection: duckdb.DuckDBPyConnection,
    raw: RawRows,
    recipe: Recipe,
    now: datetime,
) -> Sequence[dict[str, Any]]:
    """Make the first events of the sample by the proposed mapping."""
    if len(recipe.inputs) > 1:
        return []  # a sample of one file cannot show what several make together
    if building.unfilled(recipe):
        return []
    connection.execute(
        f"CREATE TEMP TABLE first_rows AS SELECT * FROM {raw.table} WHERE _row <= {SAMPLE_ROWS}"
    )
    own = ws.settings.workspace
    shaper = Shaper(connection, recipe, Ground(own.time_zone, own.currency))
    shaper.input(RawRows(recipe.inputs[0], "first_rows", raw.columns, raw.typed, raw.pieces))
    for table in recipe.tables:
        shaper.table(table)
    currency = ws.settings.workspace.currency
    view = Builder(connection, shaper, salt="preview", currency=currency, now=now).build()
    table = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM {view} ORDER BY received_at LIMIT {SAMPLE_EVENTS}"
    ).to_arrow_table()
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows
