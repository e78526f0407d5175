"""Scores whose scale only the owner of a file knows: asked, and settled by the answer.

A mapping marks such columns (`asks`, `scales`); a column declared as 0 to 10 in which people
answered from 1 to 10 and nobody 0 is one too. Until `scale:NAME=1-5` is answered no row that has
a value there is imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports import columns as reading
from regulars.listen.imports import naming
from regulars.listen.imports.fields import Field
from regulars.listen.imports.model import Column, Event, Recipe
from regulars.listen.imports.questions import Choice, Question
from regulars.listen.imports.reading.tables import RawRows

if TYPE_CHECKING:
    import duckdb

KEY = "scale:"
RECOMMENDED = (0.0, 10.0)
ANOTHER = "recommendation"
"""What a recommendation on another scale than 0 to 10 is called: it gives no NPS."""
MANY = 20
"""From so many answers on, an end of the scale that nobody chose tells something."""


def written(scale: tuple[float, float]) -> str:
    """Return a scale as an answer writes it: 1-5."""
    return f"{scale[0]:g}-{scale[1]:g}"


def parsed(words: str) -> tuple[float, float]:
    """Return the ends of a scale; raises Invalid unless they are written as 1-5."""
    low, mark, high = words.partition("-")
    if not (mark and low.strip().isdigit() and high.strip().isdigit()):
        raise Invalid(
            "import.scale",
            Text(
                f"“{words}” is no scale: write its ends as 1-5.",
                f"“{words}”不是量表：请写出两端，如 1-5。",
            ),
            field="answer",
        )
    return float(low), float(high)


def answered(recipe: Recipe) -> Recipe:
    """Return the recipe with the scales that its answers settle, in columns and events."""
    settled: dict[str, tuple[float, float]] = {}
    inputs = []
    for part in recipe.inputs:
        columns = dict(part.columns)
        for name, column in part.columns.items():
            own = column if isinstance(column, Column) else Column(type=column)
            answer = recipe.answers.get(own.asks or KEY + name)
            if answer is None or (own.asks and not own.scales) or own.type != "number":
                continue
            low, high = settled[name] = parsed(answer)
            columns[name] = msgspec.structs.replace(
                own, minimum=low, maximum=high, asks="", scales=()
            )
        inputs.append(msgspec.structs.replace(part, columns=columns))
    if not settled:
        return recipe
    events = tuple(_on_scale(recipe, event, settled) for event in recipe.events)
    return msgspec.structs.replace(recipe, inputs=tuple(inputs), events=events)


def _on_scale(recipe: Recipe, event: Event, settled: dict[str, tuple[float, float]]) -> Event:
    """Return an event on the scale of the column that it takes its score from."""
    scale = next((settled[name] for name in _scored(recipe, event) if name in settled), None)
    if scale is None:
        return event
    said = {**event.set, "scale_min": scale[0], "scale_max": scale[1]}
    if said.get("metric") == "nps" and scale != RECOMMENDED:
        said["metric"] = ANOTHER
    return msgspec.structs.replace(event, set=said)


def _scored(recipe: Recipe, event: Event) -> Iterator[str]:
    """Yield the columns that an event's score comes from."""
    words = event.take.get("score", "")
    yield words
    if words.startswith('"') and words.endswith('"'):
        yield words[1:-1].replace('""', '"')
    for table in recipe.tables:
        if table.name == event.from_ and table.unpivot and words == table.unpivot.value:
            yield from table.unpivot.items


def ask(
    connection: duckdb.DuckDBPyConnection, raw: RawRows, found: Sequence[Field], recipe: Recipe
) -> tuple[list[Field], list[Question]]:
    """Return the fields with those marked whose scale is open, and one question for each key."""
    fields = _looked_at(connection, raw, found, recipe)
    open_: dict[str, list[Field]] = {}
    for one in fields:
        if one.header is not None and one.column.asks and one.column.scales:
            open_.setdefault(one.column.asks, []).append(one)
    rows = sum(piece.rows for piece in raw.pieces)
    return fields, [_question(key, some, rows) for key, some in open_.items()]


def _looked_at(
    connection: duckdb.DuckDBPyConnection, raw: RawRows, found: Sequence[Field], recipe: Recipe
) -> list[Field]:
    """Mark columns of 0 to 10 in which many answered from 1 to 10 and nobody 0."""
    scores = {name for event in recipe.events for name in _scored(recipe, event)}
    doubtful = {
        index: f"TRY_CAST({reading.clean(one, raw.part, typed=raw.typed)} AS DOUBLE)"
        for index, one in enumerate(found)
        if one.name in scores
        and one.header is not None
        and (one.column.minimum, one.column.maximum) == RECOMMENDED
        and not one.column.asks
        and KEY + one.name not in recipe.answers
        and naming.stated_scale(one.header) is None
    }
    fields = list(found)
    if not doubtful:
        return fields
    shown = ", ".join(f"count({sql}), min({sql}), max({sql})" for sql in doubtful.values())
    row = connection.execute(f"SELECT {shown} FROM {raw.table}").fetchone() or ()
    for place, index in enumerate(doubtful):
        count, least, most = row[3 * place : 3 * place + 3]
        if count >= MANY and least == 1 and most == RECOMMENDED[1]:
            one = found[index]
            column = msgspec.structs.replace(
                one.column, asks=KEY + one.name, scales=("0-10", "1-10")
            )
            fields[index] = replace(one, column=column)
    return fields


def _question(key: str, fields: Sequence[Field], rows: int) -> Question:
    first = fields[0]
    names = str(first.header) if len(fields) == 1 else f"{first.header} … {fields[-1].header}"
    words = Text(f"{names}: on which scale are the scores?", f"{names}：评分的量表是多少？")
    if first.column.values:
        pairs = " · ".join(f"{word} = {number}" for word, number in first.column.values.items())
        words = Text(
            f"{names}: are these words scores ({pairs})?",
            f"{names}：这些文字是否为评分（{pairs}）？",
        )
    choices = tuple(Choice(one, Text(f"scale {one}", f"量表 {one}")) for one in first.column.scales)
    return Question(key, words, choices, first.header if len(fields) == 1 else None, rows)
