"""Rows as typed are conditions: what they fit, what is wrong in them, and what has no rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from tests import sizes
from tests.understand.audiences.test_reading import conditions

from regulars.kit.errors import Invalid
from regulars.understand.audiences import building
from regulars.understand.audiences.building import TypedRule as Rule
from regulars.understand.audiences.fields import FIELDS, Sort
from regulars.understand.audiences.model import (
    All,
    Between,
    Compare,
    Condition,
    Empty,
    Like,
    Not,
    OneOf,
    Some,
)
from regulars.understand.audiences.reading import read
from regulars.understand.audiences.writing import holds, write

ARROW = {
    Sort.TEXT: pa.string(), Sort.DATE: pa.date32(), Sort.YES: pa.bool_(),
    Sort.MANY: pa.list_(pa.string()),
}  # fmt: skip

ROWS: list[dict[str, Any]] = [
    {},
    {"spend": 100.0, "orders": 1.0, "channel": "app", "signed_up": True, "nps": 9.0,
     "last_seen": date(2026, 5, 4), "value_group": "core", "segment": "at_risk",
     "problem_type": ["wait", "process"], "pain_point": ["app"]},
    {"spend": 0.0, "orders": 0.0, "channel": "App store", "signed_up": False, "nps": 3.0,
     "last_seen": date(2025, 1, 1), "value_group": "base", "language": "zh",
     "problem_type": ["other"]},
    {"spend": -20.5, "orders": 2.0, "channel": "it's", "first_seen": date(2000, 2, 29)},
]  # fmt: skip


def rows() -> pa.Table:
    return pa.table(
        {
            key: pa.array([row.get(key) for row in ROWS], ARROW.get(field.kind, pa.float64()))
            for key, field in FIELDS.items()
        }
    )


def expected(condition: Condition, row: Mapping[str, Any]) -> bool | None:
    """Return what SQL means by the condition, worked out by hand; None is unknown."""
    match condition:
        case All(parts):
            found = [expected(part, row) for part in parts]
            return False if False in found else None if None in found else True
        case Some(parts):
            found = [expected(part, row) for part in parts]
            return True if True in found else None if None in found else False
        case Not(part):
            inner = expected(part, row)
            return None if inner is None else not inner
        case Empty(name):
            return row.get(name) is None
        case _:
            value = row.get(condition.field)
            return None if value is None else leaf(condition, value)


def leaf(condition: Condition, value: Any) -> bool:
    if isinstance(value, list):
        turned = isinstance(condition, Compare) and condition.operator == "<>"
        same = replace(condition, operator="=") if turned else condition
        return any(leaf(same, one) for one in value) is not turned
    match condition:
        case Compare(_, operator, other):
            return bool(
                {"=": value == other, "<>": value != other}[operator]
                if operator in ("=", "<>")
                else {"<": value < other, "<=": value <= other, ">": value > other,
                      ">=": value >= other}[operator]
            )  # fmt: skip
        case OneOf(_, values):
            return value in values
        case Between(_, low, high):
            return bool(low <= value <= high)
        case Like(_, pattern, case):
            words = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in pattern)
            flags = re.DOTALL if case else re.DOTALL | re.IGNORECASE
            return re.fullmatch(words, value, flags) is not None
    raise AssertionError(condition)


CONNECTION = ibis.duckdb.connect()

TABLE = CONNECTION.create_table("customers", rows())


@settings(max_examples=sizes.of(40, 200), deadline=None)
@given(conditions)
def test_the_rows_chosen_are_those_that_fit(condition: Condition) -> None:
    shown = TABLE.select(fits=holds(condition, TABLE)).to_pyarrow().column("fits").to_pylist()
    assert shown == [expected(condition, row) for row in ROWS]


def test_who_has_no_value_fits_neither_way() -> None:
    for where in ("nps >= 5", "NOT nps >= 5"):
        condition = read(where)
        assert expected(condition, {}) is None
    assert expected(read("nps IS NULL"), {}) is True


@pytest.mark.parametrize(
    ("lines", "every", "where"),
    [
        ([Rule("spend", ">=", "1,000")], True, "spend >= 1000"),
        ([Rule("value_group", "=", "核心客户")], True, "value_group = 'core'"),
        ([Rule("channel", "in", "app、web，store")], True, "channel IN ('app', 'web', 'store')"),
        ([Rule("orders", "between", "1, 3"), Rule("nps", "known", "")], True,
         "orders BETWEEN 1 AND 3 AND nps IS NOT NULL"),
        ([Rule("signed_up", "=", "yes"), Rule(), Rule("place", "empty")], False,
         "signed_up = TRUE OR place IS NULL"),
        ([Rule("channel", "contains", "pp")], True, "channel ILIKE '%pp%'"),
        ([Rule("last_seen", "<", "2026-01-31")], True, "last_seen < '2026-01-31'"),
        ([Rule("problem_type", "=", "Long wait"), Rule("pain_point", "in", "lift, till")], True,
         "problem_type = 'wait' AND pain_point IN ('lift', 'till')"),
    ],
)  # fmt: skip
def test_rows_say_the_same_as_sql(lines: list[Rule], every: bool, where: str) -> None:
    condition = building.build(lines, every=every)
    assert write(condition) == where
    back = building.lines_of(condition)
    assert back is not None
    assert building.build(back[0], every=back[1]) == condition


@pytest.mark.parametrize(
    "line",
    [
        Rule("spend", "=", "many"), Rule("spend", "contains", "1"), Rule("channel", ">", "a"),
        Rule("orders", "between", "1"), Rule("last_seen", "=", "soon"), Rule("signed_up", "=", "x"),
        Rule("spend", "=", ""), Rule("secret", "=", "x"), Rule("value_group", "=", "best"),
        Rule("pain_point", "contains", "x"), Rule("problem_type", "=", "hunger"),
        Rule("channel", "; DROP", "x"), Rule("channel", "contains", "x" * 201),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named(line: Rule) -> None:
    with pytest.raises(Invalid) as caught:
        building.build([Rule("spend", ">", "1"), line], every=True)
    assert caught.value.details["field"] == "value-1"


def test_a_richer_condition_has_no_rows() -> None:
    assert building.lines_of(read("spend > 1 AND (orders = 1 OR orders = 2)")) is None
    assert building.lines_of(read("NOT spend > 1")) is None
