"""From SQL `WHERE` to a condition: parsed by sqlglot, checked node by node, never run as given.

Only what is named here is understood: fields of the white list compared with literals, IN,
BETWEEN, LIKE, ILIKE, IS NULL, AND, OR, NOT and parentheses. Everything else is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import sqlglot
from sqlglot import TokenType, exp
from sqlglot.errors import SqlglotError

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.understand.audiences.fields import FIELDS, NUMBERS, ConditionField, Sort
from regulars.understand.audiences.model import (
    EVERYBODY,
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

MAX_SIGNS = 4_000
MAX_TOKENS = 500
DEEPEST = 20
LONGEST_TEXT = 200
LARGEST = 1e15
COMPARISONS: dict[type[exp.Expression], tuple[str, str]] = {
    exp.EQ: ("=", "="),
    exp.NEQ: ("<>", "<>"),
    exp.LT: ("<", ">"),
    exp.LTE: ("<=", ">="),
    exp.GT: (">", "<"),
    exp.GTE: (">=", "<="),
}
"""Node → operator, and the operator when the literal stands on the left."""


def read(where: str) -> Condition:
    """Return the condition that the text says. Raises Invalid, naming what is not allowed."""
    if not where.strip():
        raise refused("Write a condition, such as spend > 1000.", "请写出条件，例如 spend > 1000。")
    if len(where) > MAX_SIGNS:
        raise refused(
            f"A condition has at most {MAX_SIGNS:,} characters.",
            f"条件最多 {MAX_SIGNS:,} 个字符。",
        )
    try:
        _check_tokens(where)
        parsed = sqlglot.parse(where, read="duckdb")
        if len(parsed) != 1 or parsed[0] is None:
            raise refused("Write one condition.", "请只写一个条件。")
        return _condition(parsed[0])
    except SqlglotError as error:
        raise refused("This is no condition of SQL.", "这不是有效的 SQL 条件。") from error
    except RecursionError as error:
        raise refused("This is nested too deeply.", "嵌套过深。") from error


def _check_tokens(where: str) -> None:
    """Refuse comments, several statements, and what is too long or too deep to be parsed."""
    tokens = sqlglot.tokenize(where, read="duckdb")
    depth = deepest = row = 0
    for token in tokens:
        if token.comments:
            raise refused("Comments are not allowed.", "不允许注释。")
        if token.token_type == TokenType.SEMICOLON:
            raise refused("Write one condition.", "请只写一个条件。")
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        row = row + 1 if token.token_type in (TokenType.NOT, TokenType.DASH) else 0
        deepest = max(deepest, depth, row)
    if "--" in _without_texts(where) or "/*" in _without_texts(where):
        raise refused("Comments are not allowed.", "不允许注释。")
    if len(tokens) > MAX_TOKENS or deepest > DEEPEST:
        raise refused("This is too long or nested too deeply.", "条件过长或嵌套过深。")


def _without_texts(where: str) -> str:
    """Return the words outside single quotes."""
    return " ".join(where.split("'")[::2])


def _condition(node: exp.Expression) -> Condition:
    """Return the condition of one node; the kinds of nodes listed here are all there are."""
    if type(node) is exp.Paren:
        return _condition(_only(node, "this").this)
    if type(node) in (exp.And, exp.Or):
        kind = type(node)
        parts = tuple(_condition(part) for part in _flat(node, kind))
        return All(parts) if kind is exp.And else Some(parts)
    if type(node) is exp.Not:
        return Not(_condition(_only(node, "this").this))
    if type(node) in COMPARISONS:
        return _compared(_only(node, "this", "expression"))
    found = READERS.get(type(node))
    if found is None:
        raise _unknown(node)
    return found(node)


def _flat(node: exp.Expression, kind: type[exp.Expression]) -> list[exp.Expression]:
    """Return the parts of a chain of ANDs or ORs without walking down call by call."""
    parts: list[exp.Expression] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if type(one) is kind:
            _only(one, "this", "expression")
            waiting += [one.expression, one.this]
        else:
            parts.append(one)
    return parts


def _compared(node: exp.Expression) -> Condition:
    straight, turned = COMPARISONS[type(node)]
    left, right = node.this, node.expression
    operator = straight
    if type(left) is not exp.Column:
        left, right, operator = right, left, turned
    if type(left) is not exp.Column:
        raise _unknown(right if type(left) is exp.Literal else left)
    field = _field(left)
    if operator not in field.operators:
        raise refused(
            f"{field.key} can be equal to a value or not, no more.",
            f"{field.key} 只能判断相等或不等。",
        )
    return Compare(field.key, operator, _value(right, field))


def _one_of(node: exp.Expression) -> Condition:
    field = _field(_only(node, "this", "expressions").this)
    values = tuple(_value(one, field) for one in node.expressions)
    if not values:
        raise refused("IN needs at least one value.", "IN 至少需要一个值。")
    return OneOf(field.key, values)


def _between(node: exp.Expression) -> Condition:
    field = _field(_only(node, "this", "low", "high").this)
    if "BETWEEN" not in field.operators:
        raise refused(
            f"{field.key} has no order: use = or IN.", f"{field.key} 没有大小之分：请用 = 或 IN。"
        )
    return Between(field.key, _value(node.args["low"], field), _value(node.args["high"], field))


def _like(node: exp.Expression) -> Condition:
    field = _field(_only(node, "this", "expression").this)
    if "LIKE" not in field.operators or type(node.expression) is not exp.Literal:
        raise refused("LIKE compares a text with a pattern.", "LIKE 用于文字与模式的比较。")
    return Like(field.key, _text(node.expression), case=type(node) is exp.Like)


def _is(node: exp.Expression) -> Condition:
    field = _field(_only(node, "this", "expression").this)
    if type(node.expression) is exp.Null:
        return Empty(field.key)
    if field.kind is Sort.YES and type(node.expression) is exp.Boolean:
        return Compare(field.key, "=", bool(node.expression.this))
    raise refused("IS is followed by NULL or NOT NULL.", "IS 之后只能是 NULL 或 NOT NULL。")


def _alone(node: exp.Expression) -> Condition:
    field = _field(node)
    if field.kind is not Sort.YES:
        raise refused(f"Compare {field.key} with a value.", f"请将 {field.key} 与某个值比较。")
    return Compare(field.key, "=", True)


def _whole(node: exp.Expression) -> Condition:
    return EVERYBODY if node.this is True else Some(())


READERS: dict[type[exp.Expression], Callable[[exp.Expression], Condition]] = {
    exp.In: _one_of,
    exp.Between: _between,
    exp.Like: _like,
    exp.ILike: _like,
    exp.Is: _is,
    exp.Column: _alone,
    exp.Boolean: _whole,
}


def _only(node: exp.Expression, *names: str) -> exp.Expression:
    """Return the node if it holds nothing but these arguments."""
    more = [name for name, value in node.args.items() if value and name not in names]
    if more:
        raise _unknown(node)
    return node


def _field(node: exp.Expression) -> ConditionField:
    if type(node) is not exp.Column:
        raise _unknown(node)
    name = _only(node, "this").this
    if type(name) is not exp.Identifier:
        raise _unknown(node)
    field = FIELDS.get(str(name.this).lower())
    if field is None:
        raise refused(
            f"There is no field {str(name.this)[:40]!r}; see the list of fields.",
            f"没有字段 {str(name.this)[:40]!r}；请查看字段列表。",
        )
    return field


def _value(node: exp.Expression, field: ConditionField) -> Value:
    if field.kind in NUMBERS:
        return _number(node, field)
    if field.kind is Sort.YES:
        if type(node) is not exp.Boolean:
            raise refused(f"{field.key} is true or false.", f"{field.key} 为 true 或 false。")
        return bool(node.this)
    words = _text(node)
    return checked(field, words)


def checked(field: ConditionField, words: str) -> Value:
    """Return the words as a value of a text or date field. Raises Invalid."""
    if field.kind is Sort.DATE:
        try:
            return date.fromisoformat(words)
        except ValueError as error:
            raise refused(
                f"Write {field.key} as '2026-01-31'.", f"{field.key} 请写成 '2026-01-31'。"
            ) from error
    if field.choices and words not in field.choices:
        known = ", ".join(field.choices)
        raise refused(f"{field.key} is one of {known}.", f"{field.key} 的取值：{known}。")
    return _short(words)


def _number(node: exp.Expression, field: ConditionField) -> float:
    sign = 1.0
    if type(node) is exp.Neg:
        sign, node = -1.0, _only(node, "this").this
    if type(node) is not exp.Literal or node.args.get("is_string"):
        raise refused(f"Compare {field.key} with a number.", f"请将 {field.key} 与数字比较。")
    try:
        value = float(str(node.this))
    except ValueError as error:
        raise refused(
            f"Compare {field.key} with a number.", f"请将 {field.key} 与数字比较。"
        ) from error
    if not math.isfinite(value) or value > LARGEST:
        raise refused("This number is too large.", "数字过大。")
    return sign * value + 0.0


def _text(node: exp.Expression) -> str:
    if type(node) is not exp.Literal or not node.args.get("is_string"):
        raise refused("Write the value in single quotes.", "请用单引号写出该值。")
    return _short(str(node.this))


def _short(words: str) -> str:
    if len(words) > LONGEST_TEXT or "\0" in words:
        raise refused(
            f"A value has at most {LONGEST_TEXT} characters.", f"值最多 {LONGEST_TEXT} 个字符。"
        )
    return words


def _unknown(node: exp.Expression) -> Invalid:
    name = type(node).__name__
    return refused(
        f"{name} is not allowed here: compare fields with values, join with AND, OR, NOT.",
        f"此处不允许 {name}：只能将字段与值比较，并用 AND、OR、NOT 连接。",
    )


def refused(en: str, zh: str) -> Invalid:
    """Return the error for a condition that is not taken."""
    return Invalid("audiences.condition", Text(en, zh), field="where")
