"""From a condition to canonical SQL that reads back the same, and to an Ibis expression."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import ibis

from regulars.kit import sql
from regulars.understand.audiences.model import (
    All,
    Between,
    Compare,
    Condition,
    Empty,
    Leaf,
    Like,
    Not,
    OneOf,
    Some,
    Value,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir


def write(condition: Condition) -> str:
    """Return the condition as SQL; `reading.read` gives an equal one back."""
    match condition:
        case All(parts):
            return " AND ".join(_inside(part) for part in parts) or "TRUE"
        case Some(parts):
            return " OR ".join(_inside(part) for part in parts) or "FALSE"
        case Not(Empty(name)):
            return f"{name} IS NOT NULL"
        case Not(part):
            return f"NOT {_inside(part)}"
        case _:
            return f"{condition.field} {_asked(condition)}"


def _asked(leaf: Leaf) -> str:
    """Return what is asked of the field."""
    match leaf:
        case Empty():
            return "IS NULL"
        case Compare(_, operator, value):
            return f"{operator} {literal(value)}"
        case OneOf(_, values):
            return f"IN ({', '.join(literal(value) for value in values)})"
        case Between(_, low, high):
            return f"BETWEEN {literal(low)} AND {literal(high)}"
        case Like(_, pattern, case):
            return f"{'LIKE' if case else 'ILIKE'} {literal(pattern)}"


def _inside(part: Condition) -> str:
    words = write(part)
    joined = isinstance(part, All | Some) and bool(part.parts)
    turned = isinstance(part, Not) and not isinstance(part.part, Empty)
    return f"({words})" if joined or turned else words


def literal(value: Value) -> str:
    """Return a value as a literal of SQL."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date):
        return f"'{value.isoformat()}'"
    if isinstance(value, str):
        return sql.literal(value)
    words = format(Decimal(repr(float(value))), "f")
    return words.removesuffix(".0")


def holds(condition: Condition, table: ir.Table) -> ir.BooleanValue:
    """Return whether the condition holds for each row; null where it cannot be told."""
    match condition:
        case All(parts):
            return reduce(and_, (holds(part, table) for part in parts), ibis.literal(True))
        case Some(parts):
            return reduce(or_, (holds(part, table) for part in parts), ibis.literal(False))
        case Not(part):
            return ~holds(part, table)
        case _:
            return _fits(condition, table[condition.field])


def _fits(leaf: Leaf, column: Any) -> ir.BooleanValue:
    if column.type().is_array():
        return _fits_one(leaf, column)
    match leaf:
        case Empty():
            return column.isnull()
        case Compare(_, operator, value):
            return _compared(column, operator, value)
        case OneOf(_, values):
            return column.isin([ibis.literal(value) for value in values])
        case Between(_, low, high):
            return column.between(ibis.literal(low), ibis.literal(high))
        case Like(_, pattern, case):
            return column.like(pattern) if case else column.ilike(pattern)


def _fits_one(leaf: Leaf, column: Any) -> ir.BooleanValue:
    """Return what is asked of a column of several texts: whether one of them fits."""
    match leaf:
        case Compare(_, "=", value):
            return column.contains(value)
        case Compare(_, "<>", value):
            return ~column.contains(value)
        case OneOf(_, values):
            return reduce(or_, (column.contains(value) for value in values))
        case Empty():
            return column.isnull()
    raise AssertionError(leaf)


def _compared(column: Any, operator: str, value: Value) -> ir.BooleanValue:
    other = ibis.literal(value)
    found = {
        "=": column == other,
        "<>": column != other,
        "<": column < other,
        "<=": column <= other,
        ">": column > other,
        ">=": column >= other,
    }
    return found[operator]


def fields_of(condition: Condition) -> frozenset[str]:
    """Return the fields that a condition names."""
    match condition:
        case All(parts) | Some(parts):
            return frozenset().union(*(fields_of(part) for part in parts))
        case Not(part):
            return fields_of(part)
        case _:
            return frozenset({condition.field})
