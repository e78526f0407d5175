"""From text to values: how each declared column is read, and which rows do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from regulars.listen.imports import numbers, times
from regulars.listen.imports.currencies import YEN
from regulars.listen.imports.expressions import literal, quote
from regulars.listen.imports.fields import Field
from regulars.listen.imports.model import Column, Input
from regulars.listen.imports.questions import UNANSWERED
from regulars.timeline import scores
from regulars.timeline.event import LINE

ISO = "iso"
"""The format of times that is understood when none is declared: ISO 8601 and what people write."""
EPOCHS = {"epoch_s": 1.0, "epoch_ms": 1000.0}
BLANKS = " \t\r\n\u3000"
"""Signs that are taken off the ends of words; below "!" stand all of them but the last."""
TRUE = ("1", "true", "t", "yes", "y", "是", "有", "真")
FALSE = ("0", "false", "f", "no", "n", "否", "无", "假")
CUT = r"\d([.,]\d+)?[Ee]\+\d{1,2}"
"""What a spreadsheet makes of a long number: the rest of its digits is gone."""
CURRENCIES = "_currencies"
"""The currencies that the cells of a row name: one, if all is well."""
DUCK = {
    "text": "VARCHAR",
    "id": "VARCHAR",
    "currency": "VARCHAR",
    "number": "DOUBLE",
    "decimal": "DECIMAL(18, 4)",
    "whole": "BIGINT",
    "moment": "TIMESTAMP WITH TIME ZONE",
    "flag": "BOOLEAN",
    "list": "STRUCT(line_id VARCHAR, product VARCHAR, category VARCHAR, quantity DOUBLE, "
    "amount DECIMAL(18, 4))[]",
}
NUMERIC = ("number", "decimal", "whole")
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "U")


@dataclass(frozen=True, slots=True)
class Check:
    """A row for which `bad` holds is refused for `reason`; `value` shows what was there.

    With `cell` only the value is left out, and the row's others stay.
    """

    field: str
    bad: str
    reason: str
    value: str
    cell: bool = False


def clean(field: Field, part: Input, *, tidy: bool = False) -> str:
    """Return the SQL of the column's text without blanks, or of its own typed value.

    In a `tidy` file no cell begins or ends with a blank, or (Parquet) it came from a system, not
    from hands: only empty words go.
    """
    column = field.column
    if field.header is None:
        worded = column.type in ("text", "id", "currency")
        return f"CAST(NULL AS {'VARCHAR' if worded else DUCK[column.type]})"
    name = quote(field.header)
    if not is_text(field.duck) and not column.values and not column.blank:
        return name
    text = name if field.duck == "VARCHAR" else f"CAST({name} AS VARCHAR)"
    words = f"nullif({text if tidy else _trimmed(text)}, '')"
    if field.clock is not None:
        words = _with_clock(words, _trimmed(quote(field.clock)))
    if column.type == "id":
        words = unwrapped(words)
    blanks = [*part.blank, *column.blank]
    if blanks:
        listed = ", ".join(literal(code) for code in blanks)
        words = f"CASE WHEN {words} IN ({listed}) THEN NULL ELSE {words} END"
    if column.values:
        cases = " ".join(
            f"WHEN {literal(code)} THEN {literal(value)}" for code, value in column.values.items()
        )
        words = f"CASE {words} {cases} ELSE {words} END"
    return words


def _trimmed(text: str) -> str:
    """Return the SQL that takes blanks off both ends.

    The engine's `trim` walks every letter; words that begin and end with none are left as they are.
    """
    ends = " OR ".join(f"suffix({text}, {literal(blank)})" for blank in BLANKS)
    begins = f"{text} < '!' OR prefix({text}, {literal(BLANKS[-1])})"
    return f"CASE WHEN {begins} OR {ends} THEN trim({text}, {literal(BLANKS)}) ELSE {text} END"


def _with_clock(day: str, clock: str) -> str:
    """Return the SQL of a day and the time beside it as one text; without a day there is none."""
    bare = rf"regexp_replace({day}, '[T ]0?0:00(:00)?$', '')"
    return f"CASE WHEN {day} IS NOT NULL THEN concat_ws(' ', {bare}, nullif({clock}, '')) END"


def unwrapped(words: str) -> str:
    """Return the SQL of an id without what spreadsheets put around it: ="2031", '2031, 2031.0."""
    inner = rf"""regexp_replace({words}, '^(="|='')?''?(.*?)"?$', '\2')"""
    whole = rf"regexp_replace({inner}, '^(\d+)\.0+$', '\1')"
    wrapped = f"prefix({words}, '=') OR prefix({words}, '''') OR suffix({words}, '.0')"
    return f"CASE WHEN {wrapped} THEN nullif({whole}, '') ELSE {words} END"


def is_text(duck: str) -> bool:
    """Tell whether the engine's type is text that is still to be read."""
    return duck in ("VARCHAR", "JSON")


def as_it_was(field: Field) -> str:
    """Return the column that keeps what was there before it was converted."""
    return quote(field.name if _stays(field) else f"clean${field.name}")


def _stays(field: Field) -> bool:
    """Tell whether the value is what was there."""
    worded = is_text(field.duck) or bool(field.column.values or field.column.blank)
    return field.column.type in ("text", "id") and (worded or _keeps_type(field))


def converted(field: Field, part: Input, zone: str) -> str:
    """Return the SQL that turns the cleaned column (of the same name) into its kind."""
    kind, name = field.column.type, quote(field.name)
    text = is_text(field.duck) or bool(field.column.values or field.column.blank)
    if field.header is None or (kind in ("text", "id") and not _stays(field)):
        return f"CAST({'NULL' if field.header is None else name} AS {DUCK[kind]})"
    if kind == "currency":
        return f"{CURRENCIES}[1]"
    if kind in NUMERIC:
        return _number(field, name, text)
    if kind == "flag":
        return _flag(name) if text else f"TRY_CAST({name} AS BOOLEAN)"
    if kind == "moment":
        return _moment(field, part, zone, text)
    return _lines(name, text) if kind == "list" else name


def _moment(field: Field, part: Input, zone: str, text: bool) -> str:
    name, formats = quote(field.name), formats_of(field, part)
    zone = field.column.zone or part.zone or zone
    return moment(field, formats, zone) if text else _typed_moment(name, field, formats, zone)


def _number(field: Field, name: str, text: bool) -> str:
    kind = field.column.type
    if not text:
        return _typed_number(name, DUCK[kind])
    read = numbers.read_money if kind == "decimal" else numbers.read_number
    value = read(name, DUCK[kind], field.written)
    if field.scores is None:
        return value
    return f"coalesce({value}, CAST({scores.spelled_score_sql(name)} AS {DUCK[kind]}))"


def _keeps_type(field: Field) -> bool:
    """Columns nobody declared keep a Parquet file's own type, for expressions to use."""
    return field.column == Column() and not is_text(field.duck)


def _typed_number(name: str, duck: str) -> str:
    if duck != "DOUBLE":
        return f"TRY_CAST({name} AS {duck})"
    return f"CASE WHEN isfinite(TRY_CAST({name} AS DOUBLE)) THEN TRY_CAST({name} AS DOUBLE) END"


def formats_of(field: Field, part: Input) -> tuple[str, ...]:
    """Return how the times of a column are written: as it says, as its input says, or ISO."""
    return field.column.formats or part.formats or (ISO,)


def moment(field: Field, formats: Sequence[str], zone: str) -> str:
    """Return the SQL of a text column as a moment: the first format that fits counts."""
    parts = [_as_written(field, one, zone) for one in formats]
    return f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]


def _as_written(field: Field, format_: str, zone: str) -> str:
    name = quote(field.name)
    if format_ == ISO:
        return times.read_moment(name, zone, field.order, field.form)
    if format_ in EPOCHS:
        return _epoch(name, format_)
    parsed = f"try_strptime({name}, {literal(format_)})"
    return f"CAST({parsed} AS TIMESTAMPTZ)" if "%z" in format_ else times.at(parsed, zone)


def _epoch(name: str, format_: str) -> str:
    return f"to_timestamp(TRY_CAST({name} AS DOUBLE) / {EPOCHS[format_]})"


def _typed_moment(name: str, field: Field, formats: Sequence[str], zone: str) -> str:
    if "TIME ZONE" in field.duck:
        return name
    epoch = next((one for one in formats if one in EPOCHS), None)
    if epoch is not None and field.duck.startswith(NUMBERS):
        return _epoch(name, epoch)
    return times.at(f"TRY_CAST({name} AS TIMESTAMP)", zone)


def _flag(name: str) -> str:
    yes, no = (", ".join(literal(word) for word in words) for words in (TRUE, FALSE))
    return (
        f"CASE WHEN lower({name}) IN ({yes}) THEN TRUE WHEN lower({name}) IN ({no}) THEN FALSE END"
    )


def _lines(name: str, text: bool) -> str:
    if not text:
        return f"TRY_CAST({name} AS {DUCK['list']})"
    parts = {part.name: "VARCHAR" for part in LINE}
    shape = ", ".join(f'"{part}":"{duck}"' for part, duck in parts.items())
    listed = f"TRY(from_json({name}, '[{{{shape}}}]'))"
    return f"TRY_CAST({listed} AS {DUCK['list']})"


def checks(field: Field) -> Iterator[Check]:
    """Yield what must not be, in terms of the value and of what was there."""
    if field.header is None:
        return
    name, before = quote(field.name), as_it_was(field)
    shown = f"CAST({before} AS VARCHAR)"
    column = field.column
    if len(field.rivals) > 1:
        yield Check(field.name, "TRUE", UNANSWERED, shown)
    if column.asks and column.scales:
        yield Check(field.name, f"{before} IS NOT NULL", UNANSWERED, shown)
    if column.required:
        yield Check(field.name, f"{before} IS NULL", "missing", shown)
    if column.type == "id":
        # To look for a sign is cheaper than to match, and most ids end there; AND would do both.
        cut = f"CASE WHEN contains({shown}, '+') THEN regexp_full_match({shown}, '{CUT}') END"
        yield Check(field.name, cut, "cut_id", shown)
    elif column.type == "currency" and not field.written.plain:
        unknown = f"{before} IS NOT NULL AND currency_code(plain_signs({shown})) IS NULL"
        yield Check(field.name, unknown, "unreadable_currency", shown)
    elif column.type not in ("text", "currency") and not _same(field):
        yield from _unread(field, name, before, shown)
    outside = _outside(field, name)
    if outside:
        yield Check(field.name, outside, "out_of_range", shown, cell=not column.spoils_row)


def _outside(field: Field, name: str) -> str:
    """Return the SQL condition that a value lies out of its range, or is no possible score."""
    column, parts = field.column, []
    for edge, sign in ((column.minimum, "<"), (column.maximum, ">")):
        if edge is not None:
            parts.append(f"{name} {sign} {edge!r}")
    if field.scores is not None:
        metric, low, high = field.scores
        parts.append(scores.impossible_sql(literal(metric), name, repr(low), repr(high)))
    return " OR ".join(parts)


def _unread(field: Field, name: str, before: str, shown: str) -> Iterator[Check]:
    """Yield the checks of a value that cannot be read, or can be read in two ways."""
    unread = f"({name} IS NULL AND {before} IS NOT NULL)"
    if field.asked:
        module = times if field.column.type == "moment" else numbers
        either = f"coalesce({module.is_open(shown)}, FALSE)"
        yield Check(field.name, f"{unread} AND {either}", UNANSWERED, shown)
        unread = f"{unread} AND NOT {either}"
    whole = field.column.spoils_row
    if not whole and field.column.type in ("number", "whole"):
        words = ", ".join(literal(word) for word in sorted(scores.NO_ANSWER))
        # With AND, the words of every cell would be compared.
        unread = f"CASE WHEN {unread} THEN lower({shown}) NOT IN ({words}) END"
    kind = f"unreadable_{_word(field.column.type)}"
    yield Check(field.name, unread, kind, shown, cell=not whole)


def money_checks(told_of: str, declared: str | None) -> Iterator[Check]:
    """Yield what must not be of a row's currencies; `told_of` is the column they are told of."""
    shown = f"array_to_string({CURRENCIES}, ' ')"
    mixed = f"len({CURRENCIES}) > 1 OR list_contains({CURRENCIES}, '?')"
    yield Check(told_of, mixed, "currencies", shown)
    yield Check(told_of, f"{CURRENCIES}[1] = '{YEN}'", UNANSWERED, shown)
    if declared is not None:
        one = f"len({CURRENCIES}) = 1 AND {CURRENCIES}[1] NOT IN ({literal(declared)}, '{YEN}')"
        yield Check(told_of, one, "other_currency", shown)


def _same(field: Field) -> bool:
    """Tell whether the file's own type needs no reading."""
    if field.column.values or field.column.blank or is_text(field.duck):
        return False
    kind = field.column.type
    if kind == "moment":
        return "TIME ZONE" in field.duck
    if kind == "number":
        return field.duck.startswith(NUMBERS) and field.duck not in ("FLOAT", "DOUBLE")
    return field.duck == DUCK[kind]


def _word(kind: str) -> str:
    return "number" if kind in NUMERIC else kind
