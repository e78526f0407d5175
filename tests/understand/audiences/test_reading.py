"""A condition is read, never run: what is not on the white list is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import sizes

from regulars.kit.errors import Invalid
from regulars.understand.audiences.fields import FIELDS, Sort
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
)
from regulars.understand.audiences.reading import MAX_SIGNS, read
from regulars.understand.audiences.writing import fields_of, write

REFUSED = [
    "",
    "   ",
    "spend",
    "1 = 1",
    "spend = orders",
    "spend + 1 > 2",
    "spend / 0 = 1",
    "spend % 2 = 0",
    "spend || 'x' = 'y'",
    "-spend > 1",
    "lower(channel) = 'app'",
    "length(channel) > 1",
    "read_csv('/etc/passwd') = 'x'",
    "getenv('HOME') = 'x'",
    "sleep(10) = 1",
    "spend > (SELECT 1)",
    "spend IN (SELECT spend FROM customers)",
    "EXISTS (SELECT 1)",
    "spend = ANY(ARRAY[1])",
    "spend > 1 UNION SELECT 1",
    "SELECT 1",
    "spend > 1; DROP TABLE customers",
    "DROP TABLE customers",
    "spend > 1 -- and more",
    "spend > 1 /* hidden */",
    "/* hidden */ spend > 1",
    "spend::int = 1",
    "CAST(spend AS int) = 1",
    "TRY_CAST(spend AS int) = 1",
    "DATE '2026-01-01' < last_seen",
    "customers.spend > 1",
    'main.customers."spend" > 1',
    "password = 'x'",
    "person_id = 'x'",
    "spend > ?",
    "spend > $1",
    "spend > :x",
    "spend > 1e400",
    "spend > - -1",
    "spend > 'many'",
    "channel = 1",
    "channel > 'a'",
    "pain_point > 'a'",
    "pain_point LIKE 'a%'",
    "problem_type = 'hunger'",
    "channel = E'x'",
    "channel = 'a' 'b'",
    "channel LIKE 'a' ESCAPE '!'",
    "channel LIKE lower('A')",
    "channel SIMILAR TO 'a'",
    "channel GLOB 'a*'",
    "channel COLLATE NOCASE = 'a'",
    "channel IN ()",
    "signed_up = 1",
    "signed_up > false",
    "last_seen > 'yesterday'",
    "last_seen > '2026-02-30'",
    "value_group = 'best'",
    "spend IS DISTINCT FROM 1",
    "spend BETWEEN 1 AND orders",
    "CASE WHEN signed_up THEN 1 END = 1",
    "spend[1] = 1",
    "x -> 1",
    "spend = 1 = 1",
    "spend > 1 AND",
    "spend > 1)",
    "(spend > 1",
    "channel = 'open",
    f"channel = '{'x' * 201}'",
    "(" * 21 + "spend > 1" + ")" * 21,
    "(" * 1900 + "spend > 1" + ")" * 1900,
    "NOT " * 900 + "spend > 1",
    "spend > " + "- " * 1900 + "1",
    " OR ".join(["spend > 1"] * 200),
    "spend > 1 OR " * (MAX_SIGNS // 10),
]


@pytest.mark.parametrize("where", REFUSED, ids=lambda words: words[:40])
def test_everything_else_is_refused(where: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(where)
    assert caught.value.code == "audiences.condition"


@pytest.mark.parametrize(
    ("where", "canonical"),
    [
        ("SPEND>1000", "spend > 1000"),
        ("100 < spend", "spend > 100"),
        ("((spend >= 1.50))", "spend >= 1.5"),
        ("spend != -5", "spend <> -5"),
        ("signed_up", "signed_up = TRUE"),
        ("signed_up IS FALSE", "signed_up = FALSE"),
        ("not nps is null", "nps IS NOT NULL"),
        ("channel ilike '%it''s%'", "channel ILIKE '%it''s%'"),
        ("value_group not in ('core')", "NOT value_group IN ('core')"),
        ("orders between 1 and 2 or spend = 1e3", "orders BETWEEN 1 AND 2 OR spend = 1000"),
        ("channel = '-- no comment; /* neither */'", "channel = '-- no comment; /* neither */'"),
        ("last_seen >= '2026-01-31' and (orders = 1 or orders = 2)",
         "last_seen >= '2026-01-31' AND (orders = 1 OR orders = 2)"),
        ("true", "TRUE"),
    ],
)  # fmt: skip
def test_what_is_read_is_written_in_one_way(where: str, canonical: str) -> None:
    assert write(read(where)) == canonical
    assert write(read(canonical)) == canonical


texts = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=30)
numbers = st.floats(-1e15, 1e15, allow_nan=False) | st.integers(-1000, 1000).map(float)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))


def values(key: str) -> st.SearchStrategy[object]:
    field = FIELDS[key]
    if field.choices:
        return st.sampled_from(sorted(field.choices))
    by_kind = {
        Sort.TEXT: texts,
        Sort.DATE: days,
        Sort.YES: st.booleans(),
        Sort.MANY: texts,
    }
    return by_kind.get(field.kind, numbers)


@st.composite
def leaves(draw: st.DrawFn) -> Condition:
    key = draw(st.sampled_from(sorted(FIELDS)))
    asked, value = FIELDS[key].operators, values(key)
    made = [
        st.just(Empty(key)),
        st.builds(Compare, st.just(key), st.sampled_from([o for o in OPERATORS if o in asked]),
                  value),
        st.builds(OneOf, st.just(key), st.lists(value, min_size=1, max_size=3).map(tuple)),
    ]  # fmt: skip
    if "BETWEEN" in asked:
        made.append(st.builds(Between, st.just(key), value, value))
    if "LIKE" in asked:
        made.append(st.builds(Like, st.just(key), texts, st.booleans()))
    return draw(st.one_of(made))


def joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Return ANDs, ORs and NOTs; an AND inside an AND is one AND, as reading makes it."""
    some = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        st.builds(Not, parts),
        some.map(lambda found: All(tuple(p for p in found if not isinstance(p, All)) or EVEN)),
        some.map(lambda found: Some(tuple(p for p in found if not isinstance(p, Some)) or EVEN)),
    ).map(single)


EVEN = (Compare("orders", "=", 2.0), Compare("spend", ">", 0.0))


def single(found: Condition) -> Condition:
    one = isinstance(found, All | Some) and len(found.parts) == 1
    return found.parts[0] if one else found  # type: ignore[union-attr]


conditions = st.recursive(leaves(), joined, max_leaves=8)


@settings(max_examples=sizes.of(60, 300), deadline=None)
@given(conditions)
def test_every_condition_reads_back_as_it_was(condition: Condition) -> None:
    assert read(write(condition)) == condition


PIECES = [
    "spend", "channel", "orders", "(", ")", "AND", "OR", "NOT", "IN", "LIKE", "=", ">", "<", ",",
    "'", "''", "1", "-5", "'x'", "NULL", "IS", "SELECT", "--", "/*", "*/", ";", "lower(", "::",
    "BETWEEN",
]  # fmt: skip


@settings(max_examples=sizes.of(60, 300), deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join))
def test_whatever_is_typed_is_read_or_refused(where: str) -> None:
    try:
        condition = read(where)
    except Invalid:
        return
    assert fields_of(condition) <= set(FIELDS)
    assert read(write(condition)) == condition
