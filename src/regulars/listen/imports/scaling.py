"""Scores whose scale only the owner of a file knows: asked, and settled by the answer.

A mapping marks such columns (`asks`, `scales`); so is one declared as 0 to 10 in which people
answered from 1 to 10 and nobody 0, one of 1 to 5 in which many answered more, and one of words
such as “very satisfied”. Until `scale:HEADER=1-5` is answered no row that has a value there is
imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from regulars.kit.text import Text
from regulars.listen.imports import likely, naming, scales
from regulars.listen.imports.fields import Field
from regulars.listen.imports.looking import Facts
from regulars.listen.imports.model import Column, Event, Recipe
from regulars.listen.imports.questions import Choice, Question
from regulars.listen.imports.reading.tables import RawRows
from regulars.listen.imports.scales import Scale

if TYPE_CHECKING:
    import duckdb

KEY = "scale:"
RECOMMENDED = scales.WISHED["nps"]
ANOTHER = "recommendation"
"""What a recommendation on another scale than 0 to 10 is called: it gives no NPS."""
BEYOND = 0.2
"""So many of the answers beyond a scale's end are no slips: they are on another."""
NUMBERS = 0.6
"""So many of a column's values are numbers if these are its scores."""


def answered(recipe: Recipe) -> Recipe:
    """Return the recipe with the scales that its answers settle, in columns and events."""
    settled: dict[str, Scale] = {}
    inputs = []
    for part in recipe.inputs:
        columns = dict(part.columns)
        for name, own in part.declared.items():
            answer = recipe.answers.get(own.asks or KEY + name)
            if answer is None or (own.asks and not own.scales) or own.type != "number":
                continue
            low, high = settled[name] = scales.parse(answer)
            columns[name] = msgspec.structs.replace(
                own, minimum=low, maximum=high, asks="", scales=()
            )
        inputs.append(msgspec.structs.replace(part, columns=columns))
    return on_scales(msgspec.structs.replace(recipe, inputs=tuple(inputs)), settled)


def on_scales(recipe: Recipe, settled: Mapping[str, Scale]) -> Recipe:
    """Return the recipe with the events of these columns' scores on their scales."""
    if not settled:
        return recipe
    events = tuple(_on_scale(recipe, event, settled) for event in recipe.events)
    return msgspec.structs.replace(recipe, events=events)


def _on_scale(recipe: Recipe, event: Event, settled: Mapping[str, Scale]) -> Event:
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
    connection: duckdb.DuckDBPyConnection, raw: RawRows, declared: Sequence[Field], recipe: Recipe
) -> tuple[list[Field], list[Question], dict[str, Scale]]:
    """Return the fields with those marked whose scale is open, one question for each key.

    Also the scales that answers settle only now that the file is known, by column.
    """
    fields, settled = _looked_at(connection, raw, declared, recipe)
    open_: dict[str, list[Field]] = {}
    for one in fields:
        if one.header is not None and one.column.asks and one.column.scales:
            open_.setdefault(one.column.asks, []).append(one)
    rows = sum(piece.rows for piece in raw.pieces)
    return fields, [_question(key, some, rows) for key, some in open_.items()], settled


def _looked_at(
    connection: duckdb.DuckDBPyConnection, raw: RawRows, declared: Sequence[Field], recipe: Recipe
) -> tuple[list[Field], dict[str, Scale]]:
    """Mark the scores of a declared scale that the values leave open, or put them on the answer."""
    names = {name for event in recipe.events for name in _scored(recipe, event)}
    doubtful = {str(one.header) for one in declared if one.name in names and _declared(one)}
    facts = likely.look(connection, raw, doubtful)
    fields, settled = list(declared), dict[str, Scale]()
    for index, field in enumerate(declared):
        if field.header not in facts:
            continue
        column = _opened(field, facts[field.header])
        answer = recipe.answers.get(KEY + field.header) or recipe.answers.get(KEY + field.name)
        if column is None and answer is None:
            continue
        column = column or field.column
        if answer is not None:
            settled[field.name] = low, high = scales.parse(answer)
            column = msgspec.structs.replace(column, minimum=low, maximum=high, asks="", scales=())
            fields[index] = replace(field, column=column, scores=_anew(field, low, high))
            continue
        fields[index] = replace(field, column=column)
    return fields, settled


def _declared(one: Field) -> bool:
    """Tell whether a column is numbers on a scale that its recipe declares, and nothing more."""
    column = one.column
    more = column.asks or column.values or column.blank
    return (
        one.header is not None and column.type == "number" and one.scores is not None and not more
    )


def _opened(field: Field, facts: Facts) -> Column | None:
    """Return the column as it is asked; None where its values are plainly on the scale."""
    worded = scales.by_words(facts)
    if worded is not None:
        return msgspec.structs.replace(
            field.column,
            values=worded.recode,
            blank=worded.blank,
            asks=KEY + str(field.header),
            scales=tuple(map(scales.spelled, worded.asked)),
        )
    _metric, *declared = field.scores or ("", 0.0, 0.0)
    possible = _possible((declared[0], declared[1]), facts)
    if naming.stated_scale(str(field.header)) is not None or not possible:
        return None
    return msgspec.structs.replace(
        field.column, asks=KEY + str(field.header), scales=tuple(map(scales.spelled, possible))
    )


def _possible(declared: Scale, facts: Facts) -> tuple[Scale, ...]:
    """Return the scales that many answers may be on: ends nobody chose, many beyond the end."""
    least, most = facts.least, facts.most
    if facts.filled < scales.MANY or least is None or most is None or facts.numbers < NUMBERS:
        return ()
    if declared == RECOMMENDED:
        if least == 1 and most == RECOMMENDED[1]:
            return (RECOMMENDED, (1.0, 10.0))
        return ()
    if not declared[1] < most <= RECOMMENDED[1] or facts.distinct > RECOMMENDED[1] + 1:
        return ()
    numbers = [(_number(value), count) for value, count in facts.common]
    beyond = sum(count for value, count in numbers if value is not None and value > declared[1])
    longer = [one for one in scales.USUAL if one[1] == RECOMMENDED[1] and scales.within(facts, one)]
    return (declared, *longer) if beyond >= BEYOND * facts.filled else ()


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _anew(one: Field, low: float, high: float) -> tuple[str, float, float]:
    """Return the metric and the scale of a column whose scale was answered."""
    metric = one.scores[0] if one.scores else ""
    return (ANOTHER if metric == "nps" and (low, high) != RECOMMENDED else metric), low, high


def _question(key: str, fields: Sequence[Field], rows: int) -> Question:
    first = fields[0]
    names = str(first.header) if len(fields) == 1 else f"{first.header} … {fields[-1].header}"
    words = Text(f"{names}: on which scale are the scores?", f"{names}：评分的量表是多少？")
    if first.column.values:
        words = words_as_scores(names, first.column.values)
    field = first.header if len(fields) == 1 else None
    return Question(key, words, choices(first.column.scales), field, rows)


def words_as_scores(names: str, recode: Mapping[str, str]) -> Text:
    """Ask whether words stand for these numbers."""
    pairs = " · ".join(f"{word} = {number}" for word, number in recode.items())
    return Text(
        f"{names}: are these words scores ({pairs})?", f"{names}：这些文字是否为评分（{pairs}）？"
    )


def choices(spelled: Iterable[str]) -> tuple[Choice, ...]:
    """Return the scales to choose from."""
    return tuple(Choice(one, Text(f"scale {one}", f"量表 {one}")) for one in spelled)
