"""What a file settles of how it is written, and what only its owner can: asked once a column.

Looked at before rows are read: which mark is the decimal one, whether the day or the month comes
first, which currency ¥ is, which of two headers is meant, which column holds the time of a day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from regulars.kit.text import Text
from regulars.listen.imports import columns as reading
from regulars.listen.imports import currencies, likely, numbers, scaling, times
from regulars.listen.imports.expressions import quote
from regulars.listen.imports.fields import Field
from regulars.listen.imports.model import Note, Recipe
from regulars.listen.imports.questions import Choice, Question, answer_to
from regulars.listen.imports.reading.tables import RawRows
from regulars.listen.imports.scales import Scale
from regulars.listen.imports.signs import text
from regulars.listen.statuses.model import Words, shipped

if TYPE_CHECKING:
    import duckdb

EXPORTED = ("excel", "jsonl")
"""Formats whose numbers programs write, always with a point."""
IDS = ("order_id", "case_id", "event_id")
YENS = {
    "CNY": Text("Chinese yuan", "人民币"),
    "JPY": Text("Japanese yen", "日元"),
}
"""The currencies that ¥ may be."""
DECIMAL, DAY_MONTH, CURRENCY = "decimal", "day_month", "currency"
"""The keys by which questions are answered; `day_month:HEADER` is asked of each column."""


@dataclass(slots=True)
class Settled:
    """The fields as they are to be read, what is asked and told, the SQL of a row's currencies."""

    fields: list[Field]
    questions: list[Question] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    scales: dict[str, Scale] = field(default_factory=dict)
    """Column → the scale that an answer puts its scores on."""
    currencies: str = "CAST([] AS VARCHAR[])"
    money: str = ""
    """The column of which wrong currencies are told; "": no cell names one."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What holds for the whole run: where times and money are from unless a file says so."""

    zone: str = "UTC"
    currency: str = ""
    salt: str = ""
    known: Callable[[duckdb.DuckDBPyConnection], str] | None = None
    """Gives the relation of the source's events that the timeline has; None: nothing is known."""
    people: Callable[[duckdb.DuckDBPyConnection], str | None] | None = None
    """Gives the relation of who is who on the timeline; None where nobody has two ids."""
    statuses: Words = field(default_factory=shipped)
    """What the words of orders' statuses mean."""


def settle(
    connection: duckdb.DuckDBPyConnection,
    raw: RawRows,
    fields: Sequence[Field],
    recipe: Recipe,
    ground: Ground,
) -> Settled:
    """Look at the columns of an input and settle what can be."""
    scales = _scales(recipe)
    fields = likely.claimed(connection, raw, fields)
    result = Settled([replace(_meant(one, recipe), scores=scales.get(one.name)) for one in fields])
    _rivals(raw, result, recipe)
    result.fields, asked, result.scales = scaling.ask(connection, raw, result.fields, recipe)
    result.questions += asked
    if not raw.typed:
        _clocks(connection, raw, result)
        _days(connection, raw, result, recipe)
        _numbers(connection, raw, result, recipe)
        _zone(connection, raw, result, recipe, ground)
    _currencies(connection, raw, result, recipe, ground)
    return result


def _meant(field_: Field, recipe: Recipe) -> Field:
    """Let a column be an id or a currency where the recipe takes it as one."""
    taken = {word: event.take.get(word) for event in recipe.events for word in event.take}
    own = {part.id for part in recipe.inputs}
    kind = None
    if field_.name in own or field_.name in {taken.get(word) for word in IDS}:
        kind = "id"
    if field_.name == taken.get("currency"):
        kind = "currency"
    if kind is None or field_.column.type != "text" or field_.duck != "VARCHAR":
        return field_
    return replace(field_, column=msgspec.structs.replace(field_.column, type=kind))


def _scales(recipe: Recipe) -> dict[str, tuple[str, float, float]]:
    """Return the metric and the scale of columns that an event takes its score from as it is."""
    scales = {}
    for event in recipe.events:
        settled = {**recipe.set, **event.set}
        words = event.take.get("score", "").strip('"')
        metric, low, high = (settled.get(name) for name in ("metric", "scale_min", "scale_max"))
        if words and isinstance(low, int | float) and isinstance(high, int | float):
            scales[words] = (str(metric or ""), float(low), float(high))
    return scales


def _rivals(raw: RawRows, result: Settled, recipe: Recipe) -> None:
    """Ask which of several headers is meant."""
    for index, field_ in enumerate(result.fields):
        if len(field_.rivals) < 2:
            continue
        answer = recipe.answers.get(field_.name)
        if answer in field_.rivals:
            result.fields[index] = replace(field_, header=answer, rivals=(answer,))
            continue
        listed = ", ".join(field_.rivals)
        words = Text(
            f"Several columns could be {field_.name}: {listed}. Which is meant?",
            f"有多列都可能是 {field_.name}：{listed}。应使用哪一列？",
        )
        choices = tuple(Choice(name, Text(name, name)) for name in field_.rivals)
        rows = sum(piece.rows for piece in raw.pieces)
        result.questions.append(Question(field_.name, words, choices, field_.name, rows))


def _texts(result: Settled, kinds: Sequence[str]) -> dict[str, tuple[int, Field]]:
    """Return the columns of those kinds that are text still to be read, by name."""
    return {
        one.name: (index, one)
        for index, one in enumerate(result.fields)
        if one.column.type in kinds
        and one.header is not None
        and (reading.is_text(one.duck) or one.column.values or one.column.blank)
    }


def _clocks(connection: duckdb.DuckDBPyConnection, raw: RawRows, result: Settled) -> None:
    """Put a column of days and the column of times beside it together."""
    for index, field_ in _texts(result, ("moment",)).values():
        if not field_.others:
            continue
        names = [field_.header or "", *field_.others]
        counts = ", ".join(
            f"coalesce(bool_and(regexp_matches(plain_signs({quote(name)}), "
            f"{text(times.CLOCK_ONLY)})) FILTER (trim({quote(name)}) <> ''), FALSE)"
            for name in names
            if reading.is_text(raw.columns[name])
        )
        row = connection.execute(f"SELECT {counts} FROM {raw.table}").fetchone() or ()
        only_clock = dict(zip(names, row, strict=False))
        days = [name for name in names if not only_clock.get(name, False)]
        clocks = [name for name in names if only_clock.get(name, False)]
        if clocks and days and _has_no_clock(connection, raw, days[0]):
            duck = raw.columns[days[0]]
            result.fields[index] = replace(field_, header=days[0], duck=duck, clock=clocks[0])


def _has_no_clock(connection: duckdb.DuckDBPyConnection, raw: RawRows, name: str) -> bool:
    clock = r":\d{2}"
    row = connection.execute(
        f"SELECT count(*) FROM {raw.table} WHERE regexp_matches({quote(name)}, '{clock}') "
        rf"AND NOT regexp_matches({quote(name)}, '[T ]0?0:00(:00)?$')"
    ).fetchone()
    return row is not None and row[0] == 0


def _days(
    connection: duckdb.DuckDBPyConnection, raw: RawRows, result: Settled, recipe: Recipe
) -> None:
    """Settle whether the day or the month stands first."""
    for index, field_ in _texts(result, ("moment",)).values():
        if reading.ISO not in reading.formats_of(field_, raw.part):
            continue
        cells = reading.clean(field_, raw.part, tidy=raw.tidy)
        dates = times.looked_at(connection, raw.table, cells)
        key = f"{DAY_MONTH}:{field_.header}"
        orders = (times.DAY_FIRST, times.MONTH_FIRST)
        answer = answer_to(recipe.answers, key, orders)
        answer = answer or answer_to(recipe.answers, DAY_MONTH, orders)
        order = dates.order or answer or ""
        open_ = bool(dates.open and not order)
        result.fields[index] = replace(field_, order=order, form=dates.form, asked=open_)
        if open_:
            result.questions.append(_day_question(key, field_, dates))


def _day_question(key: str, field_: Field, dates: times.Dates) -> Question:
    example = dates.example
    words = Text(
        f"{field_.header}: does the day or the month come first in {example}?",
        f"{field_.header}：{example} 中是日在前还是月在前？",
    )
    first, second = times.figures(example)
    choices = (
        Choice(times.DAY_FIRST, Text("The day.", "日在前。"), _day_given(example, first, second)),
        Choice(
            times.MONTH_FIRST, Text("The month.", "月在前。"), _day_given(example, second, first)
        ),
    )
    return Question(key, words, choices, field_.name, dates.open)


def _day_given(example: str, day: str, month: str) -> Text:
    return Text(f"{example} is day {day} of month {month}", f"{example} 为 {month} 月 {day} 日")


def _numbers(
    connection: duckdb.DuckDBPyConnection, raw: RawRows, result: Settled, recipe: Recipe
) -> None:
    """Settle which mark is the decimal one."""
    columns = _texts(result, reading.NUMERIC)
    sqls = {
        name: reading.clean(one, raw.part, tidy=raw.tidy) for name, (_index, one) in columns.items()
    }
    money = {name for name, (_index, one) in columns.items() if one.column.type == "decimal"}
    exported = raw.part.format in EXPORTED
    found = numbers.looked_at(connection, raw.table, sqls, money=money, exported=exported)
    open_fields: list[tuple[Field, numbers.Written]] = []
    for name, (index, field_) in columns.items():
        written = found[name]
        declared = field_.column.decimal or raw.part.decimal
        if declared is not None:
            plain = written.plain and declared == "."
            written = replace(written, mark=declared, plain=plain, strict=True)
        elif not written.mark:
            written = replace(written, mark=answer_to(recipe.answers, DECIMAL, (".", ",")) or "")
        open_ = not written.mark
        result.fields[index] = replace(field_, written=written, asked=open_)
        if open_:
            open_fields.append((field_, written))
    if open_fields:
        result.questions.append(_mark_question(open_fields))


def _mark_question(asked: Sequence[tuple[Field, numbers.Written]]) -> Question:
    field_, written = asked[0]
    rows = max(written.open for _one, written in asked)
    example = written.example
    words = Text(
        f"{field_.header}: is the mark in {example} the decimal mark? "
        "The column does not settle it.",
        f"{field_.header}：{example} 中的符号是小数点吗？该列无法确定。",
    )
    choices = tuple(
        Choice(mark, name, Text(f"{example} is {value}", f"{example} 为 {value}"))
        for mark, name, value in (
            (".", Text("The point is the decimal mark.", "点为小数点。"), _as(example, ".")),
            (",", Text("The comma is the decimal mark.", "逗号为小数点。"), _as(example, ",")),
        )
    )
    return Question(DECIMAL, words, choices, field_.name, rows)


def _as(example: str, mark: str) -> str:
    """Return an example's number as it is with that decimal mark."""
    other = "," if mark == "." else "."
    digits = "".join(sign for sign in example if sign.isdigit() or sign in ".,")
    return digits.replace(other, "").replace(mark, ".")


def _zone(
    connection: duckdb.DuckDBPyConnection,
    raw: RawRows,
    result: Settled,
    recipe: Recipe,
    ground: Ground,
) -> None:
    """Tell that times without a zone were taken as the workspace's."""
    if recipe.zone is not None or raw.part.zone is not None:
        return
    naive = [
        times.is_naive(reading.clean(one, raw.part, tidy=raw.tidy), one.form)
        for _index, one in _texts(result, ("moment",)).values()
        if one.form != times.ZONED
        and one.column.zone is None
        and "%z" not in "".join(one.column.formats)
    ]
    if not naive:
        return
    either = " OR ".join(naive)
    row = connection.execute(f"SELECT count(*) FROM {raw.table} WHERE {either}").fetchone()
    if row is not None and row[0]:
        result.notes.append(zone_note(int(row[0]), ground.zone))


def zone_note(rows: int, zone: str) -> Note:
    """Return what is told of times that have no zone of their own."""
    words = Text(
        f"Times of {rows:,} rows have no zone and were taken as {zone}, the workspace's zone. "
        "If they were written elsewhere, import with --zone.",
        f"{rows:,} 行的时间没有时区，已按工作区时区 {zone} 处理。若并非如此，请用 --zone 指明。",
    )
    return Note("zone", rows, words)


def _currencies(
    connection: duckdb.DuckDBPyConnection,
    raw: RawRows,
    result: Settled,
    recipe: Recipe,
    ground: Ground,
) -> None:
    """Say how the currencies of a row are found; ask which one ¥ is."""
    named = [one for one in result.fields if one.column.type == "currency" and one.header]
    signed = [one for one in result.fields if one.column.type == "decimal" and one.written.signs]
    if not named and not signed:
        return
    if len(named) == 1 and not signed and _all_codes(connection, raw, named[0]):
        field_ = named[0]
        index = result.fields.index(field_)
        result.fields[index] = replace(field_, written=numbers.Written(plain=True))
        result.money = field_.name
        result.currencies = (
            f"CASE WHEN {quote(field_.name)} IS NULL THEN CAST([] AS VARCHAR[]) "
            f"ELSE [{quote(field_.name)}] END"
        )
        return
    codes = [_fast_code(quote(one.name)) for one in named]
    codes += [f"named_currency({quote(one.name)})" for one in signed]
    declared = recipe.currency or recipe.set.get("currency")
    given = text(str(declared or ground.currency)) if declared or ground.currency else "NULL"
    context = f"coalesce(list_filter(signs_, lambda sign_: length(sign_) = 3)[1], {given})"
    yen = answer_to(recipe.answers, CURRENCY, YENS)
    meant = currencies.resolved("sign_", context, yen)
    result.currencies = (
        f"list_transform([list_filter([{', '.join(codes)}], lambda sign_: sign_ IS NOT NULL)], "
        f"lambda signs_: list_distinct(list_transform(signs_, "
        f"lambda sign_: coalesce({meant}, sign_))))[1]"
    )
    result.money = (signed or named)[0].name
    if yen is None:
        _ask_of_yen(connection, raw, result, [*named, *signed])


def _all_codes(connection: duckdb.DuckDBPyConnection, raw: RawRows, one: Field) -> bool:
    """Tell whether every cell of a currency column is a code as it should be."""
    cells = reading.clean(one, raw.part, tidy=raw.tidy)
    few = len(currencies.CODES) + 2
    rows = connection.execute(f"SELECT DISTINCT {cells} FROM {raw.table} LIMIT {few}").fetchall()
    return {row[0] for row in rows} <= currencies.CODES | {None}


def _fast_code(name: str) -> str:
    """Return the SQL of a currency column's code; codes as they should be cost one look."""
    listed = ", ".join(text(code) for code in sorted(currencies.CODES))
    return f"CASE WHEN {name} IN ({listed}) THEN {name} ELSE currency_code(plain_signs({name})) END"


def _ask_of_yen(
    connection: duckdb.DuckDBPyConnection, raw: RawRows, result: Settled, fields: list[Field]
) -> None:
    """Ask which currency ¥ is in the rows where nothing else says it."""
    cells = {one.name: reading.clean(one, raw.part, tidy=raw.tidy) for one in fields}
    shown = ", ".join(f"{sql} AS {quote(name)}" for name, sql in cells.items())
    row = connection.execute(
        f"WITH kinds AS MATERIALIZED "
        f"(SELECT {shown}, count(*) AS rows_ FROM {raw.table} GROUP BY ALL) "
        f"SELECT sum(rows_) FROM kinds WHERE ({result.currencies})[1] = '{currencies.YEN}'"
    ).fetchone()
    if row is None or not row[0]:
        return
    rows = int(row[0])
    words = Text(
        f"{rows:,} rows have amounts with ¥. Which currency is it?",
        f"{rows:,} 行的金额带有 ¥ 符号，是哪种货币？",
    )
    choices = tuple(Choice(code, name) for code, name in YENS.items())
    result.questions.append(Question(CURRENCY, words, choices, result.money, rows))
