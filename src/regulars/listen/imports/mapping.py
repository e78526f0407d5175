"""From what columns are to a mapping: a recipe of one file that does what the columns say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from regulars.kit.headers import fold
from regulars.listen.imports import building, library, naming, scales, scaling
from regulars.listen.imports.expressions import quote
from regulars.listen.imports.fields import column_of_role
from regulars.listen.imports.guessing import SCORES, TIMES, Guess
from regulars.listen.imports.model import (
    Bilingual,
    Column,
    Event,
    Input,
    Recipe,
    Scalar,
    Table,
    Unpivot,
)
from regulars.listen.imports.reading.heading import candidates
from regulars.timeline import vocabulary

ROWS = "rows"
IDENTITIES = ("user", "openid", "email", "phone", "anonymous")
BESIDE_SCORES = ("order_id", "case_id", "session_id", "touchpoint", "channel", "place", "weight")
TAKEN = (*BESIDE_SCORES, "amount", "currency")
KEPT = {"property", "number", "moment", "clock", "product", "category", "quantity", "status"} | {
    *(role for role in TIMES if role != "occurred_at"),
    "refund",
}
"""Roles whose columns are kept as properties."""
SURVEY_KIND = {"nps": "relationship"}
GRID = 4
"""So many scores on one scale become one event of unpivoted rows, not an event each."""
DAY_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}( 00:00:00)?")
ISO_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The file that a mapping is for: its shown name, how it is read, its zone and columns."""

    name: str
    part: Input
    zone: str
    guesses: Sequence[Guess]

    def of(self, *roles: str) -> list[Guess]:
        """Return the columns of these roles, in the order of the file."""
        return [one for one in self.guesses if one.role in roles]

    def one(self, role: str) -> str | None:
        """Return the column of a role as an expression."""
        found = self.of(role)
        return quote(found[0].header) if found else None


def propose(sheet: Sheet) -> Recipe:
    """Return a mapping of the columns, ready to be edited."""
    slug = _slug(sheet.name)
    about = Bilingual(f"Proposed from {sheet.name}.", f"根据 {sheet.name} 生成的建议。")
    recipe = _orders(sheet) if _is_orders(sheet) else _rows(sheet)
    stem = sheet.name.rsplit(".", 1)[0]
    return msgspec.structs.replace(
        recipe, name=slug, source=slug, title=Bilingual(stem, stem), about=about, zone=sheet.zone
    )


def _slug(name: str) -> str:
    words = name.lower().rsplit(".", 1)[0]
    slug = "".join(letter if letter.isalnum() else "-" for letter in words).strip("-")
    return slug[:60] or "file"


def _is_orders(sheet: Sheet) -> bool:
    """Tell whether rows are orders, or lines of orders, with their money or what became of them."""
    told = sheet.of("amount", *(role for role in TIMES if role != "occurred_at"))
    told = told or (sheet.of("price") and sheet.of("quantity"))
    scored = sheet.of(*SCORES)
    return bool(sheet.of("order_id") and sheet.of("occurred_at") and told and not scored)


def _orders(sheet: Sheet) -> Recipe:
    """Return the recipe “orders” with this file's columns; the words of a row are a review."""
    template = library.shipped()["orders"]
    part = template.inputs[0]
    chosen = {column_of_role(one.role): one for one in sheet.guesses}
    used = {
        fold(one.header)
        for one in sheet.guesses
        if column_of_role(one.role) in part.columns or one.header not in part.columns
    }
    columns = {
        key: _renamed(column, chosen[key]) if key in chosen else _without(key, column, used)
        for key, column in part.declared.items()
    }
    part = msgspec.structs.replace(sheet.part, name=part.name, columns=columns)
    words = tuple(_words_of_orders(sheet, part.name))
    recipe = msgspec.structs.replace(template, inputs=(part,), events=(*template.events, *words))
    known = {one.header for key, one in chosen.items() if key in columns}
    return _with_properties(recipe, [name for name in _kept(sheet) if name not in known])


def _with_properties(recipe: Recipe, names: Sequence[str]) -> Recipe:
    """Keep the columns that the recipe does not know as properties of its first event."""
    first = recipe.events[0]
    tables = tuple(
        msgspec.structs.replace(
            table,
            columns={
                **{name: f"first({quote(name)})" for name in names if name not in table.columns},
                **table.columns,
            },
        )
        if table.name == first.from_ and table.group_by
        else table
        for table in recipe.tables
    )
    told = msgspec.structs.replace(first, properties=(*first.properties, *names))
    return msgspec.structs.replace(recipe, tables=tables, events=(told, *recipe.events[1:]))


def _renamed(column: Column, one: Guess) -> Column:
    """Return a column of the recipe as it stands in this file."""
    formats = one.formats if column.type == "moment" else ()
    mark = "," if one.decimal == "," and column.type in ("decimal", "number") else None
    return msgspec.structs.replace(column, from_=one.header, formats=formats, decimal=mark)


def _without(key: str, column: Column, used: set[str]) -> Column:
    """Keep a column of the recipe away from headers that are something else in this file."""
    left = tuple(name for name in candidates(key, column) if fold(name) not in used)
    return msgspec.structs.replace(column, from_=left or (f"no {key}",))


def _words_of_orders(sheet: Sheet, rows: str) -> Iterator[Event]:
    text = _text(sheet)
    if text:
        take = {"occurred_at": "ordered_at", "order_id": "order_id", "text": text}
        there = {one.role for one in sheet.guesses}
        yield Event(
            key="words",
            from_=rows,
            when=f"{text} is not null",
            set={"name": vocabulary.PRODUCT_REVIEWED, "touchpoint": "product_use"},
            take=take | {role: role for role in ("channel", "place") if role in there},
            identity={kind: kind for kind in IDENTITIES if kind in there and kind != "anonymous"},
        )


def _text(sheet: Sheet) -> str | None:
    """Return the expression of the customer's words: all text columns, joined."""
    found = [quote(one.header) for one in sheet.of("text")]
    return f"words({', '.join(found)})" if len(found) > 1 else next(iter(found), None)


def _rows(sheet: Sheet) -> Recipe:
    sheet, asked = _rival_answers(sheet)
    columns = {one.header: column for one in sheet.guesses if (column := column_of(sheet, one))}
    columns |= asked
    part = msgspec.structs.replace(sheet.part, name=ROWS, columns=columns)
    grids = dict(_grids(sheet))
    return Recipe(
        name="",
        title=Bilingual("", ""),
        about=Bilingual("", ""),
        inputs=(part,),
        tables=tuple(
            Table(
                name=key,
                from_=ROWS,
                unpivot=Unpivot(items={one.header: _metric(one) for one in grid}),
            )
            for key, grid in grids.items()
        ),
        events=tuple(_events(sheet, grids)),
    )


def column_of(sheet: Sheet, guess: Guess) -> Column | None:
    """Return how a column is read; None where its text stands as it is."""
    if guess.kind == "text" and not guess.recode:
        return None
    if guess.kind == "moment" and _clock(sheet) and guess.role == "occurred_at":
        return None  # its text is joined with the time of day
    low, high = guess.scale or (None, None)
    open_ = bool(guess.scales)
    return Column(
        type=guess.kind,  # type: ignore[arg-type]
        formats=guess.formats,
        blank=(*guess.blank, *guess.codes),
        values=dict(guess.recode),
        decimal="," if guess.decimal == "," else None,
        required=guess.role == "occurred_at",
        minimum=None if open_ else low,
        maximum=None if open_ else high,
        asks=asking_key(guess) if open_ else "",
        scales=tuple(map(scales.spelled, guess.scales)),
    )


def asking_key(one: Guess) -> str:
    """Return the key by which the scale of a column, or of its grid, is asked."""
    return scaling.KEY + (one.grid or one.header)


def _rival_answers(sheet: Sheet) -> tuple[Sheet, dict[str, Column]]:
    """Return the sheet with one column of NPS where several claim to be it, and how it is asked."""
    rivals = sheet.of("nps")
    if len(rivals) < 2:
        return sheet, {}
    names = tuple(one.header for one in rivals)
    one = replace(rivals[0], header="nps", scales=())
    column = Column(type="number", from_=names, minimum=0, maximum=10, asks="nps")
    left = [guess for guess in sheet.guesses if guess.role != "nps"]
    return replace(sheet, guesses=[*left, one]), {"nps": column}


def _metric(one: Guess) -> str:
    return one.role if one.role != "score" else naming.words(one.header)[:60] or "score"


def _grids(sheet: Sheet) -> Iterator[tuple[str, list[Guess]]]:
    """Yield the scores that share a scale, many enough to be unpivoted."""
    by_scale: dict[scales.Scale, list[Guess]] = {}
    for one in sheet.of("score"):
        by_scale.setdefault(one.scale or (0.0, 0.0), []).append(one)
    big = [grid for grid in by_scale.values() if len(grid) >= GRID]
    yield from ((f"grid_{index}", grid) for index, grid in enumerate(big, 1))


def _events(sheet: Sheet, grids: Mapping[str, list[Guess]]) -> Iterator[Event]:
    """Yield one event for each score, one for each grid of scores; without scores one a row."""
    scores = sheet.of(*SCORES)
    if not scores:
        yield _row(sheet)
        return
    gridded = {one.header for grid in grids.values() for one in grid}
    alone = [one for one in scores if one.header not in gridded]
    take = _taken(sheet, BESIDE_SCORES)
    properties = (*_kept(sheet), *(one.header for one in sheet.of("amount", "price")))
    said = _text(sheet)
    for index, score in enumerate(alone):
        yield Event(
            key=f"answer_{index + 1}",
            from_=ROWS,
            when=f"{quote(score.header)} is not null",
            id=_own_id(sheet),
            set=_scale_of(score) | {"metric": _metric(score)},
            take=take | _words_once(said, alone[:index]) | {"score": quote(score.header)},
            identity=_identity(sheet),
            properties=properties if index == 0 else (),
        )
    for key, grid in grids.items():
        itself = _own_id(sheet)
        yield Event(
            key=key,
            from_=key,
            id=f"{itself} || ' ' || item" if itself else None,
            set=_scale_of(grid[0]),
            take=take | {"metric": "item", "score": "value"},
            identity=_identity(sheet),
        )
    if said:
        yield from _only_words(sheet, take, said, scores)


def _words_once(said: str | None, before: Sequence[Guess]) -> dict[str, str]:
    """Return the words for the first score that a row has, so that none stands twice."""
    if not said:
        return {}
    if not before:
        return {"text": said}
    none = " and ".join(f"{quote(one.header)} is null" for one in before)
    return {"text": f"case when {none} then {said} end"}


def _only_words(
    sheet: Sheet, take: dict[str, str], said: str, scores: Sequence[Guess]
) -> Iterator[Event]:
    """Yield the event of a row that has words and no score of its own event."""
    gridded = {one.header for _key, grid in _grids(sheet) for one in grid}
    alone = [one for one in scores if one.header not in gridded]
    none = [f"{quote(one.header)} is null" for one in alone]
    yield Event(
        key="words",
        from_=ROWS,
        when=" and ".join([f"{said} is not null", *none]),
        id=_own_id(sheet),
        set={"name": vocabulary.SURVEY_ANSWERED, "survey_kind": "transactional"},
        take=take | {"text": said},
        identity=_identity(sheet),
    )


def _scale_of(guess: Guess) -> dict[str, Scalar]:
    low, high = guess.scale or (0.0, 0.0)
    return {
        "name": vocabulary.SURVEY_ANSWERED,
        "scale_min": low,
        "scale_max": high,
        "survey_kind": SURVEY_KIND.get(guess.role, "transactional"),
    }


def _row(sheet: Sheet) -> Event:
    take = _taken(sheet, TAKEN)
    price, quantity = sheet.one("price"), sheet.one("quantity")
    if price and "amount" not in take:
        take["amount"] = f"coalesce(decimal({quantity}), 1) * {price}" if quantity else price
    if text := _text(sheet):
        take["text"] = text
    settled: dict[str, Scalar] = {}
    if name := sheet.one("name"):
        take["name"] = name
    else:
        settled["name"] = _row_name(sheet)
    return Event(
        key="row",
        from_=ROWS,
        id=_own_id(sheet),
        set=settled,
        take=take,
        identity=_identity(sheet),
        properties=_kept(sheet),
    )


def _row_name(sheet: Sheet) -> str:
    if sheet.of("amount", "price"):
        return vocabulary.ORDER_COMPLETED
    if sheet.of("case_id"):
        return vocabulary.CASE_OPENED
    return vocabulary.PRODUCT_REVIEWED if sheet.of("text") else vocabulary.ROW_IMPORTED


def _kept(sheet: Sheet) -> tuple[str, ...]:
    return tuple(one.header for one in sheet.guesses if one.role in KEPT)


def _identity(sheet: Sheet) -> dict[str, str]:
    found = {kind: sheet.one(kind) for kind in IDENTITIES}
    return {kind: words for kind, words in found.items() if words}


def _own_id(sheet: Sheet) -> str | None:
    """Return the sender's id of the row, which makes its events."""
    return sheet.one("event_id")


def _taken(sheet: Sheet, roles: Sequence[str]) -> dict[str, str]:
    found = {role: sheet.one(role) for role in roles}
    at = {"occurred_at": _occurred_at(sheet)}
    return at | {role: words for role, words in found.items() if words}


def _occurred_at(sheet: Sheet) -> str:
    """Return when a row happened: its time, day and time of day, or year and month."""
    at, year, month = sheet.one("occurred_at"), sheet.one("year"), sheet.one("month")
    if at and (clock := _clock(sheet)):
        return f"moment(concat(left({at}, 10), ' ', {quote(clock)}))"
    if at is None and year and month:
        return f"date_of({year}, {month}, 1)"
    return at or building.TO_FILL_IN


def _clock(sheet: Sheet) -> str | None:
    """Return the column that holds the time of day of a day that stands without one."""
    days, clocks = sheet.of("occurred_at"), sheet.of("clock")
    if len(days) != 1 or len(clocks) != 1 or days[0].formats:
        return None
    plain = all(DAY_ONLY.fullmatch(value) for value in days[0].examples)
    told = all(ISO_CLOCK.fullmatch(value) for value in clocks[0].examples)
    return clocks[0].header if plain and told else None
