"""The builder: rows of field, operator and words, to a condition and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from regulars.faces.forms import read_number
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.understand.audiences.fields import FIELDS, NUMBERS, ConditionField, Sort
from regulars.understand.audiences.model import (
    OPERATORS,
    All,
    Between,
    Compare,
    Condition,
    Empty,
    Like,
    Not,
    OneOf,
    Some,
    Value,
)
from regulars.understand.audiences.reading import checked
from regulars.understand.audiences.writing import literal

MAX_ROWS = 20
CHOICES: tuple[tuple[str, Text], ...] = (
    ("=", Text("is", "等于")),
    ("<>", Text("is not", "不等于")),
    (">", Text("more than", "大于")),
    (">=", Text("at least", "不小于")),
    ("<", Text("less than", "小于")),
    ("<=", Text("at most", "不大于")),
    ("in", Text("is one of (a, b, c)", "属于（a, b, c）")),
    ("between", Text("between (a, b)", "介于（a, b）")),
    ("contains", Text("contains", "包含")),
    ("empty", Text("has no value", "没有值")),
    ("known", Text("has a value", "有值")),
)
BARE = frozenset({"empty", "known"})
YES = frozenset({"true", "yes", "1", "是"})
NO = frozenset({"false", "no", "0", "否"})


@dataclass(frozen=True, slots=True)
class TypedRule:
    """One row as typed; empty where nothing was chosen."""

    field: str = ""
    operator: str = "="
    words: str = ""


def build(lines: Sequence[TypedRule], *, every: bool) -> Condition:
    """Return the condition of the rows that name a field, all of them or at least one.

    Raises Invalid; the error's field is `value-N`, counted from 0.
    """
    parts = [_part(place, one) for place, one in enumerate(lines) if one.field]
    if not parts:
        raise Invalid(
            "audiences.rows",
            Text("Choose at least one field.", "请至少选择一个字段。"),
            field="field-0",
        )
    if len(parts) == 1:
        return parts[0]
    return All(tuple(parts)) if every else Some(tuple(parts))


def lines_of(condition: Condition) -> tuple[list[TypedRule], bool] | None:
    """Return the rows that say the condition and whether all must hold; None if no rows can."""
    every = not isinstance(condition, Some)
    parts = condition.parts if isinstance(condition, All | Some) else (condition,)
    lines = [_line(part) for part in parts]
    known = [line for line in lines if line is not None]
    if len(known) < len(lines) or not 0 < len(known) <= MAX_ROWS:
        return None
    return known, every


def _part(place: int, one: TypedRule) -> Condition:
    field = FIELDS.get(one.field)
    try:
        if field is None:
            raise _wrong("Choose a field from the list.", "请从列表中选择字段。")
        return _condition(field, one.operator, one.words.strip())
    except Invalid as error:
        raise Invalid(error.code, error.message, field=f"value-{place}") from error


def _condition(field: ConditionField, operator: str, words: str) -> Condition:
    if operator in BARE:
        return Empty(field.key) if operator == "empty" else Not(Empty(field.key))
    if not words:
        raise _wrong("Fill the value in.", "请填写值。")
    if operator == "contains":
        if "ILIKE" not in field.operators:
            raise _wrong("Only texts contain something.", "只有文字字段可用“包含”。")
        return Like(field.key, f"%{checked(replace(field, choices={}), words)}%", case=False)
    if operator == "in":
        return OneOf(field.key, tuple(_value(field, one) for one in _split(words)))
    if operator == "between" and "BETWEEN" in field.operators:
        ends = [_value(field, one) for one in _split(words)]
        if len(ends) != 2:
            raise _wrong("Write two values with a comma between.", "请写两个值，用逗号隔开。")
        return Between(field.key, ends[0], ends[1])
    if operator not in OPERATORS or operator not in field.operators:
        raise _wrong("This operator does not fit the field.", "该字段不支持此运算符。")
    return Compare(field.key, operator, _value(field, words))


def _value(field: ConditionField, words: str) -> Value:
    if field.kind in NUMBERS:
        number = read_number(words)
        if number is None or abs(number) > 1e15:
            raise _wrong("Write a number, for example 12.5.", "请填写数字，例如 12.5。")
        return number + 0.0
    if field.kind is Sort.YES:
        if words.casefold() not in YES | NO:
            raise _wrong("Write true or false.", "请填写 true 或 false。")
        return words.casefold() in YES
    for key, title in field.choices.items():
        if words.casefold() in (title.en.casefold(), title.zh):
            return key
    return checked(field, words)


def _split(words: str) -> list[str]:
    parts = words.replace("，", ",").replace("、", ",").split(",")
    return [part.strip() for part in parts if part.strip()]


def _line(part: Condition) -> TypedRule | None:
    line = None
    match part:
        case Compare(name, operator, value):
            line = TypedRule(name, operator, _words(value))
        case OneOf(name, values) if not any("," in _words(value) for value in values):
            line = TypedRule(name, "in", ", ".join(_words(value) for value in values))
        case Between(name, low, high):
            line = TypedRule(name, "between", f"{_words(low)}, {_words(high)}")
        case Like(name, pattern, False) if _is_contains(pattern):
            line = TypedRule(name, "contains", pattern[1:-1])
        case Empty(name):
            line = TypedRule(name, "empty", "")
        case Not(Empty(name)):
            line = TypedRule(name, "known", "")
    return line


def _is_contains(pattern: str) -> bool:
    return len(pattern) > 2 and pattern[0] == pattern[-1] == "%" and pattern[1:-1].strip() != ""


def _words(value: Value) -> str:
    if isinstance(value, str):
        return value
    return literal(value).strip("'").lower()


def _wrong(en: str, zh: str) -> Invalid:
    return Invalid("audiences.row", Text(en, zh))
