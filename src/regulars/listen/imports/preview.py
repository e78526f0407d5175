"""A proposal for an unknown file: what its columns are, a mapping, sample events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from regulars.listen.imports import (
    asking,
    choosing,
    fitting,
    guessing,
    library,
    looking,
    mapping,
    outlook,
    sampling,
)
from regulars.listen.imports import choices as settled
from regulars.listen.imports.bench import bench
from regulars.listen.imports.choices import Choices
from regulars.listen.imports.export_formats import loading as export_formats
from regulars.listen.imports.export_formats.loading import ExportFormat
from regulars.listen.imports.fitting import RecipeFit
from regulars.listen.imports.guessing import Guess
from regulars.listen.imports.mapping import Sheet
from regulars.listen.imports.model import Format, Input, Note, Recipe
from regulars.listen.imports.outlook import Outlook
from regulars.listen.imports.questions import Question
from regulars.listen.imports.reading import delimited, files
from regulars.listen.imports.reading.files import File
from regulars.listen.imports.reading.tables import Piece, Reader
from regulars.listen.imports.sampling import Sample

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

MEMORY_SHARE = 0.25
NOTHING_CHOSEN = Choices()


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
    recipes: tuple[RecipeFit, ...]
    recipe: Recipe
    samples: tuple[dict[str, Any], ...]
    outlook: Outlook
    becomes: Mapping[str, Any]
    export_format: ExportFormat | None

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
            "outlook": asdict(self.outlook),
            "export_format": self.export_format.name if self.export_format else None,
        }


def _column(guess: Guess) -> dict[str, Any]:
    return {
        "header": guess.header,
        "role": guess.role,
        "kind": guess.kind,
        "confidence": round(guess.confidence, 2),
        "why": guess.why.en,
        "examples": list(guess.examples),
        "scale": list(guess.scale) if guess.scale else None,
        "formats": list(guess.formats),
        "blank": [*guess.blank, *guess.codes],
        "values": dict(guess.recode),
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
    choices: Choices = NOTHING_CHOSEN,
) -> Proposal:
    """Look at the beginning of a file and propose how to import it.

    With a `recipe` the samples are those that it makes; `choices` stand above what is guessed.
    Raises Invalid when these do not fit the file.
    """
    with bench(ws, share=MEMORY_SHARE) as (connection, scratch):
        seen = sampling.sample(file, scratch)
        answers = {**(recipe.answers if recipe else {}), **choices.answers}
        raw = Reader(connection, scratch, answers).read(seen.part(), [seen.file])
        rows = sum(piece.rows for piece in raw.pieces)
        columns = looking.facts(connection, raw.table, raw.columns, rows)
        guesses = choosing.settle(
            columns, [guessing.guess(one) for one in columns], named=not seen.names
        )
        if choices.format is None and choices.detect and not choices.roles:
            choices = replace(choices, format=export_formats.of_file(list(raw.columns)))
        guesses = settled.settle(columns, guesses, choices)
        part = _part(file, seen, raw.pieces[0])
        written = choices.format.zone if choices.format else None
        usual = written or ws.settings.workspace.time_zone
        sheet = Sheet(file.bare, part, choices.zone or zone or usual, guesses)
        proposed = recipe or settled.complete(mapping.propose(sheet), choices)
        trial = outlook.samples(ws, connection, raw, proposed, now)
        becomes = outlook.becomes(connection, raw, sheet)
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
        questions=_once((*asking.questions(columns, sheet), *raw.questions, *trial.questions)),
        notes=(
            *asking.notes(columns, sheet, zone_given=zone is not None),
            *raw.notes,
            *trial.notes,
        ),
        recipes=tuple(fitting.fits(file, list(raw.columns))),
        recipe=proposed,
        samples=tuple(trial.events),
        outlook=trial.outlook,
        becomes=becomes,
        export_format=choices.format,
    )


def _once(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Return the questions with the first only of those that one answer settles."""
    first: dict[str, Question] = {}
    for one in questions:
        first.setdefault(one.key, one)
    return tuple(first.values())


def _part(file: File, seen: Sample, piece: Piece) -> Input:
    """Return how a mapping reads files like this one."""
    suffix = file.bare[file.bare.rfind(".") :] if "." in file.bare else ""
    return Input(
        name="rows",
        files=(f"*{suffix}",),
        format="whitespace" if seen.kind == "whitespace" else None,
        names=seen.names,
        skip=piece.titles or None,
        skip_below=piece.below or None,
    )
