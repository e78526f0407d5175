"""The language of recipes: what it says, and what it refuses."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.errors import Invalid
from regulars.listen.imports.expressions import compile_expression, literal, quote

COLUMNS = ("price", "Quantity", "Wide Name", "status", "case")


def answer(words: str, zone: str | None = None) -> object:
    """Return what the expression gives for price 2, Quantity 3, a wide name, status null."""
    sql = compile_expression(words, COLUMNS, zone=zone).sql
    row = duckdb.sql(
        f'SELECT CAST({sql} AS VARCHAR) FROM (SELECT 2 AS price, 3 AS "Quantity", '
        "'C17' AS \"Wide Name\", NULL::VARCHAR AS status, 'k' AS \"case\")"
    ).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("price * quantity", "6"),
        ("-price", "-2"),
        ("case", "k"),
        ("starts_with(\"Wide Name\", 'C')", "true"),
        ("case when status is null then 'none' else status end", "none"),
        ("case price when 2 then 'two' end", "two"),
        ("if(price > 1 and not quantity = 2, 'yes', 'no')", "yes"),
        ("price in (1, 2) or quantity between 5 and 6", "true"),
        ("status is not null", "false"),
        ("'it''s ' || price", "it's 2"),
        ("coalesce(status, text(price))", "2"),
        ("split_part(\"Wide Name\", '1', 1)", "C"),
        ("\"Wide Name\" like 'C%' and matches(\"Wide Name\", '^C[0-9]+$')", "true"),
    ],
)
def test_what_it_says(words: str, expected: str) -> None:
    assert answer(words) == expected


def test_days_are_days_of_the_zone() -> None:
    assert str(answer("date_of(2026, 3, 1)", "Asia/Shanghai")).startswith("2026-0")
    sql = compile_expression("plus_months(date_of(2026, 1, 31), 1)", (), zone="Asia/Shanghai").sql
    row = duckdb.sql(f"SELECT epoch({sql})").fetchone()
    # One month after 31 January is the 28 February of Shanghai: 27 February, 16:00 UTC.
    assert row == (1772208000.0,)


@pytest.mark.parametrize(
    "words",
    [
        "(select 1)",
        "read_csv('people.csv')",
        "price in (select 1)",
        "price; drop table people",
        "t.price",
        "*",
        "count(*)",
        "sum(price)",
        "price::int",
        "getenv('HOME')",
        "exists(select 1)",
        "[1, 2]",
        "{'a': 1}",
        "now()",
        "x -> x",
        "first(price) over ()",
        "missing",
        "left(price)",
        "price collate nocase",
        "current_setting('memory_limit')",
        "$1",
        "",
    ],
)
def test_what_it_refuses(words: str) -> None:
    with pytest.raises(Invalid, match=r"recipe\.expression"):
        compile_expression(words, COLUMNS)


def test_aggregates_only_where_rows_are_grouped() -> None:
    compiled = compile_expression("sum(price * quantity)", COLUMNS, aggregates=True)
    assert compiled.columns == {"price", "Quantity"}


@given(st.text(max_size=40))
def test_words_of_a_recipe_never_leave_their_literal(text: str) -> None:
    text = text.replace("\0", "")
    assert duckdb.sql(f"SELECT {literal(text)}").fetchone() == (text,)


@given(st.text(min_size=1, max_size=20))
def test_any_text_is_refused_or_reads_only_its_columns(words: str) -> None:
    try:
        compiled = compile_expression(words, COLUMNS)
    except Invalid:
        return
    assert compiled.columns <= set(COLUMNS)
    names = ", ".join(f"1 AS {quote(name)}" for name in COLUMNS)
    duckdb.sql(f"EXPLAIN SELECT {compiled.sql} FROM (SELECT {names})")
