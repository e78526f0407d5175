"""From text to values: the declared columns of an input, and the rows that do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports.expressions import literal, quote
from regulars.listen.imports.model import Column, Input
from regulars.listen.imports.reading.delimited import numbered
from regulars.listen.imports.reading.heading import candidates
from regulars.listen.imports.reading.tables import RawRows
from regulars.timeline.event import LINE

OFFSET = r"(Z|z|UTC|[+-]\d{2}(:?\d{2})?)$"
CHINESE_MOMENTS = (
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日 %H时%M分%S秒",
    "%Y年%m月%d日 %H时%M分",
    "%Y年%m月%d日",
    "%Y%m%d",
    "%Y%m%d%H%M%S",
    "%Y.%m.%d",
)
ISO = "iso"
"""The format of times that is understood when none is declared: ISO 8601 and what is near it."""
EPOCHS = {"epoch_s": 1.0, "epoch_ms": 1000.0}
BLANKS = " \t\r\n\u3000"
"""Signs that are taken off the ends of words; below "!" stand all of them but the last."""
TRUE = ("1", "true", "t", "yes", "y", "是", "有", "真")
FALSE = ("0", "false", "f", "no", "n", "否", "无", "假")
DUCK = {
    "text": "VARCHAR",
    "number": "DOUBLE",
    "decimal": "DECIMAL(18, 4)",
    "whole": "BIGINT",
    "moment": "TIMESTAMP WITH TIME ZONE",
    "flag": "BOOLEAN",
    "list": "STRUCT(line_id VARCHAR, product VARCHAR, category VARCHAR, quantity DOUBLE, "
    "amount DECIMAL(18, 4))[]",
}
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "U")


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an input: its name, the header it comes from (None: none), how it is read."""

    name: str
    header: str | None
    duck: str
    column: Column


@dataclass(frozen=True, slots=True)
class Check:
    """A row for which `bad` holds is refused for `reason`; `value` shows what was there."""

    field: str
    bad: str
    reason: str
    value: str


def fields(raw: RawRows) -> list[Field]:
    """Match declared columns with the file's headers; the rest are taken as they are.

    Raises Invalid when a column that is needed has no header, or one that is there twice.
    """
    declared = {key: _column(column) for key, column in raw.part.columns.items()}
    by_fold = {name.lower().strip(): name for name in reversed(raw.columns)}
    result: list[Field] = []
    used: set[str] = set()
    for key, column in declared.items():
        if "*" in key:
            continue
        names = candidates(key, column)
        header = _find(names, raw.columns, by_fold)
        for name in names if header is None else ():
            if numbered(name.lower().strip(), 1) in by_fold:
                raise _repeated(raw, name)
        if header is None and not column.optional:
            raise _missing(raw, key, column)
        result.append(Field(key, header, raw.columns.get(header or "", "VARCHAR"), column))
        used.add(header or "")
    named = {field.name.lower() for field in result}
    for header, duck in raw.columns.items():
        if header not in used and header.lower() not in named:
            result.append(Field(header, header, duck, _pattern(header, declared)))
    return result


def _column(column: str | Column) -> Column:
    return Column(type=column) if isinstance(column, str) else column  # type: ignore[arg-type]


def _find(
    names: tuple[str, ...], columns: Mapping[str, str], by_fold: Mapping[str, str]
) -> str | None:
    for name in names:
        if name in columns:
            return name
        if name.lower().strip() in by_fold:
            return by_fold[name.lower().strip()]
    return None


def _pattern(header: str, declared: Mapping[str, Column]) -> Column:
    for key, column in declared.items():
        if "*" in key and fnmatchcase(header.lower(), key.lower()):
            return column
    return Column()


def _missing(raw: RawRows, key: str, column: Column) -> Invalid:
    wanted = " / ".join(candidates(key, column))
    there = ", ".join(raw.columns)
    file = raw.pieces[0].file.name if raw.pieces else raw.part.name
    return Invalid(
        "import.column_missing",
        Text(
            f"{file} has no column “{wanted}”. It has: {there}.",
            f"{file} 没有列“{wanted}”。现有的列：{there}。",
        ),
        column=key,
    )


def _repeated(raw: RawRows, name: str) -> Invalid:
    file = raw.pieces[0].file.name if raw.pieces else raw.part.name
    first, second = numbered(name, 1), numbered(name, 2)
    return Invalid(
        "import.column_repeated",
        Text(
            f"{file} has several columns “{name}”: rename them, or say in the mapping which is "
            f'meant (from = "{first}" or "{second}").',
            f"{file} 有多个“{name}”列：请改名，或在映射中写明用哪一列"
            f'（from = "{first}" 或 "{second}"）。',
        ),
        column=name,
    )


def clean(field: Field, part: Input, *, typed: bool = False) -> str:
    """Return the SQL of the column's text without blanks, or of its own typed value.

    Words of a `typed` file (Parquet) came from a system, not from hands: only empty ones go.
    """
    column = field.column
    if field.header is None:
        return f"CAST(NULL AS {'VARCHAR' if column.type == 'text' else DUCK[column.type]})"
    name = quote(field.header)
    if not _is_text(field.duck) and not column.values and not column.blank:
        return name
    text = name if field.duck == "VARCHAR" else f"CAST({name} AS VARCHAR)"
    words = f"nullif({text if typed else _trimmed(text)}, '')"
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


def _is_text(duck: str) -> bool:
    return duck in ("VARCHAR", "JSON")


def converted(field: Field, part: Input, zone: str | None) -> str:
    """Return the SQL that turns the cleaned column (of the same name) into its kind."""
    kind, name = field.column.type, quote(field.name)
    text = _is_text(field.duck) or bool(field.column.values or field.column.blank)
    if field.header is None:
        return f"CAST(NULL AS {DUCK[kind]})"
    if kind == "text":
        return name if text or _keeps_type(field) else f"CAST({name} AS VARCHAR)"
    zone = field.column.zone or part.zone or zone
    if kind == "moment":
        formats = formats_of(field, part)
        return moment(name, formats, zone) if text else _typed_moment(name, field, formats, zone)
    if kind in ("number", "decimal", "whole"):
        return _number(name, DUCK[kind], field.column.decimal or part.decimal, text)
    if kind == "flag":
        return _flag(name) if text else f"TRY_CAST({name} AS BOOLEAN)"
    return _lines(name, text)


def _keeps_type(field: Field) -> bool:
    """Columns nobody declared keep a Parquet file's own type, for expressions to use."""
    return field.column == Column() and not _is_text(field.duck)


def _number(name: str, duck: str, mark: str, text: bool) -> str:
    if not text:
        finite = (
            f"CASE WHEN isfinite(TRY_CAST({name} AS DOUBLE)) THEN TRY_CAST({name} AS {duck}) END"
        )
        return f"TRY_CAST({name} AS {duck})" if duck != "DOUBLE" else finite
    bare = rf"regexp_replace({name}, '^([+-]?)[¥￥$€£]\s*', '\1')"
    if mark == ",":
        shape = r"'^[+-]?(\d+|\d{1,3}([. \x{00A0}]\d{3})+)(,\d+)?$'"
        plain = rf"replace(regexp_replace({bare}, '[. \x{{00A0}}]', '', 'g'), ',', '.')"
        return f"CASE WHEN regexp_matches({bare}, {shape}) THEN TRY_CAST({plain} AS {duck}) END"
    shape = r"'^[+-]?\d{1,3}([,，]\d{3})+(\.\d+)?$'"
    plain = rf"regexp_replace({bare}, '[,，]', '', 'g')"
    direct = f"TRY_CAST({name} AS {duck})"
    if duck == "DOUBLE":
        direct = f"CASE WHEN isfinite({direct}) THEN {direct} END"
    return (
        f"coalesce({direct}, TRY_CAST({bare} AS {duck}), "
        f"CASE WHEN regexp_matches({bare}, {shape}) THEN TRY_CAST({plain} AS {duck}) END)"
    )


def formats_of(field: Field, part: Input) -> tuple[str, ...]:
    """Return how the times of a column are written: as it says, as its input says, or ISO."""
    return field.column.formats or part.formats or (ISO,)


def is_naive(format_: str) -> bool:
    """Tell whether times of that format are sure to have no zone."""
    return "%z" not in format_ and format_ not in EPOCHS and format_ != ISO


def moment(name: str, formats: Sequence[str], zone: str | None) -> str:
    """Return the SQL of the text `name` as a moment: the first format that fits counts."""
    parts = [_as_written(name, one, zone) for one in formats]
    return f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]


def _as_written(name: str, format_: str, zone: str | None) -> str:
    if format_ == ISO:
        return _iso(name, zone)
    if format_ in EPOCHS:
        return _epoch(name, format_)
    parsed = f"try_strptime({name}, {literal(format_)})"
    return _at(parsed, zone) if is_naive(format_) else f"CAST({parsed} AS TIMESTAMPTZ)"


def _epoch(name: str, format_: str) -> str:
    return f"to_timestamp(TRY_CAST({name} AS DOUBLE) / {EPOCHS[format_]})"


def _typed_moment(name: str, field: Field, formats: Sequence[str], zone: str | None) -> str:
    if "TIME ZONE" in field.duck:
        return name
    epoch = next((one for one in formats if one in EPOCHS), None)
    if epoch is not None and field.duck.startswith(NUMBERS):
        return _epoch(name, epoch)
    return _at(f"TRY_CAST({name} AS TIMESTAMP)", zone)


def _iso(name: str, zone: str | None) -> str:
    chinese = ", ".join(literal(one) for one in CHINESE_MOMENTS)
    naive = f"coalesce(TRY_CAST({name} AS TIMESTAMP), try_strptime({name}, [{chinese}]))"
    # ISO 8601 lets seconds and the colon of an offset be left out; the engine wants them.
    seconds = rf"regexp_replace({name}, '^(.{{10}}[T ]\d{{2}}:\d{{2}})(Z|[+-])', '\1:00\2')"
    colon = rf"regexp_replace({seconds}, '([+-]\d{{2}})(\d{{2}})$', '\1:\2')"
    return (
        f"CASE WHEN length({name}) > 10 AND regexp_matches({name}, '{OFFSET}') "
        f"THEN coalesce(TRY_CAST({name} AS TIMESTAMPTZ), TRY_CAST({colon} AS TIMESTAMPTZ)) "
        f"ELSE {_at(naive, zone)} END"
    )


def _at(naive: str, zone: str | None) -> str:
    return "CAST(NULL AS TIMESTAMPTZ)" if zone is None else f"timezone({literal(zone)}, {naive})"


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


def checks(field: Field, part: Input, zone: str | None) -> Iterator[Check]:
    """Yield what must not be, in terms of `name` (the value) and `clean$name` (what was there)."""
    if field.header is None:
        return
    name, before = quote(field.name), quote(f"clean${field.name}")
    shown = f"CAST({before} AS VARCHAR)"
    column = field.column
    if column.required:
        yield Check(field.name, f"{before} IS NULL", "missing", shown)
    if column.type != "text" and not _same(field):
        unread = f"({name} IS NULL AND {before} IS NOT NULL)"
        zone = column.zone or part.zone or zone
        if column.type == "moment" and zone is None and ISO in formats_of(field, part):
            naive = f"TRY_CAST({shown} AS TIMESTAMP) IS NOT NULL"
            yield Check(field.name, f"{unread} AND {naive}", "no_zone", shown)
            unread = f"{unread} AND NOT {naive}"
        yield Check(field.name, unread, f"unreadable_{_word(column.type)}", shown)
    for edge, sign in ((column.minimum, "<"), (column.maximum, ">")):
        if edge is not None:
            yield Check(field.name, f"{name} {sign} {edge!r}", "out_of_range", shown)


def _same(field: Field) -> bool:
    """Tell whether the file's own type needs no reading."""
    if field.column.values or field.column.blank or _is_text(field.duck):
        return False
    kind = field.column.type
    if kind == "moment":
        return "TIME ZONE" in field.duck
    if kind == "number":
        return field.duck.startswith(NUMBERS) and field.duck not in ("FLOAT", "DOUBLE")
    return field.duck == DUCK[kind]


def _word(kind: str) -> str:
    return "number" if kind in ("number", "decimal", "whole") else kind
