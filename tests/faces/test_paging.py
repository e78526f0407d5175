"""Cursors lead through a list once, whatever arrives meanwhile."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from regulars.faces.keyset import beyond
from regulars.faces.paging import Page, cut, decode, encode, numbered
from regulars.kit import cursors
from regulars.kit.errors import NotFound

KEPT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
"""What a database can keep, and a key therefore hold."""
PARTS = st.one_of(
    KEPT, st.integers(-(2**53), 2**53), st.none(), st.datetimes(timezones=st.just(UTC))
)


@given(st.lists(PARTS, max_size=4))
def test_a_cursor_reads_back_as_the_key_it_was(key: list[Any]) -> None:
    assert decode(encode(tuple(key))) == tuple(key)


@pytest.mark.parametrize("cursor", ["?", "bm90anNvbg", "eyJhIjoxfQ", "MQ", encode(("a\0b",))])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(NotFound, match=r"paging\.cursor"):
        decode(cursor)


@pytest.mark.parametrize(
    "written",
    [
        '[{"t":"2026-01-01"}]',
        '[{"t":3}]',
        "[NaN]",
        "[true]",
        "[[1]]",
        f"[{2**64}]",
        '["\\u0000"]',
        '["\\ud83d"]',
        "[" * 20_000,
    ],
)
def test_a_cursor_that_no_list_wrote_is_refused(written: str) -> None:
    with pytest.raises(NotFound, match=r"paging\.cursor"):
        decode(base64.urlsafe_b64encode(written.encode()).decode().rstrip("="))


def test_walking_by_cursor_shows_each_row_once() -> None:
    engine = sa.create_engine("sqlite://")
    orders = sa.table("orders", sa.column("day", sa.Integer), sa.column("id", sa.String))
    columns = (orders.c.day, orders.c.id)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (day INTEGER, id TEXT)")
        for day, name in [(1, "a"), (1, "b"), (2, "a"), (2, "c"), (3, "a")]:
            connection.execute(sa.insert(orders).values(day=day, id=name))
        seen: list[tuple[int, str]] = []
        after: tuple[Any, ...] | None = None
        while True:
            query = sa.select(*columns).where(beyond(columns, after)).order_by(*columns).limit(3)
            page = cut([tuple(row) for row in connection.execute(query)], 2, lambda row: row, after)
            seen += page.items
            if page.next is None:
                break
            connection.execute(sa.insert(orders).values(day=1, id=f"late {len(seen)}"))
            after = decode(page.next["after"])
    assert [row for row in seen if "late" not in row[1]] == [
        (1, "a"), (1, "b"), (2, "a"), (2, "c"), (3, "a"),
    ]  # fmt: skip
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("key", [(), ("a",), (datetime(2026, 1, 1, tzinfo=UTC),), (1, 2)])
def test_a_key_of_another_list_is_refused(key: tuple[Any, ...]) -> None:
    with pytest.raises(NotFound, match=r"paging\.cursor"):
        beyond([sa.column("day", sa.Integer)], key)


@pytest.mark.parametrize("key", [(-1,), ("a",), (1, 2), (10**12,)])
def test_rows_passed_are_a_number_of_rows(key: tuple[Any, ...]) -> None:
    assert [cursors.offset(None), cursors.offset((20,))] == [0, 20]
    with pytest.raises(NotFound, match=r"paging\.cursor"):
        cursors.offset(key)


def test_numbered_pages_know_their_neighbours() -> None:
    first: Page[int] = numbered([1, 2, 3], 1, 2, total=5)
    assert (list(first.items), first.previous, first.next, first.first) == (
        [1, 2],
        None,
        {"page": 2},
        1,
    )
    second = numbered([3, 4, 5], 2, 2, total=5)
    assert (second.previous, second.next, second.first) == ({"page": None}, {"page": 3}, 3)
    last = numbered([5], 3, 2, total=5)
    assert (last.previous, last.next) == ({"page": 2}, None)
