"""Lists are searched, sorted and cut alike, whatever holds their rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from regulars.faces.columns import COUNT, Column
from regulars.faces.declared.cutting import every, page_of
from regulars.faces.declared.model import Asked, Listing
from regulars.faces.paging import decode
from regulars.kit import clock
from regulars.kit.errors import NotFound
from regulars.kit.ranked import ranked
from regulars.kit.text import Text
from tests.faces.declared.shop import Shop

NAME, STOCK = Text("Name", "名称"), Text("Stock", "库存")
COLUMNS = (Column(NAME, "name", key="name"), Column(STOCK, "stock", COUNT, key="stock"))
TEAS = [{"name": name, "stock": stock} for name, stock in
        (("Oolong", 7), ("green", 30), ("Pu'er", 12), ("black", 7))]  # fmt: skip


def listing(rows: Any, **more: Any) -> Listing:
    return Listing(name="teas", title=NAME, columns=COLUMNS, rows=lambda _asked: rows, key="name",
                   searched=("name",), **more)  # fmt: skip


def asked(store: Any = None, **values: str) -> Asked:
    return Asked(store, None, clock.now(), values)


def walked(of: Listing, wish: Asked, size: int) -> Iterator[str]:
    """Yield the names of all pages, one after the other."""
    after = None
    while True:
        page = page_of(of, wish, size=size, after=after)
        yield from (row["name"] for row in page.items)
        if page.next is None:
            return
        after = decode(page.next["after"])


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["black", "green", "Oolong", "Pu'er"]),
        ("-stock", ["green", "Pu'er", "Oolong", "black"]),
        ("no such column", ["Oolong", "green", "Pu'er", "black"]),
    ],
)
def test_a_sequence_is_sorted_as_a_reader_expects(sort: str, names: list[str]) -> None:
    assert list(walked(listing(TEAS), asked(sort=sort), 3)) == names


def test_every_word_must_stand_in_the_row_as_it_is_written() -> None:
    assert list(walked(listing(TEAS), asked(q="OO 7"), 10)) == ["Oolong"]
    assert list(walked(listing(TEAS), asked(q="7"), 10)) == ["Oolong", "black"]


def test_rows_without_a_value_come_last_either_way() -> None:
    rows = [{"name": "new", "stock": None}, *TEAS]
    for sort in ("stock", "-stock"):
        assert list(walked(listing(rows), asked(sort=sort), 2))[-1] == "new"


@given(
    stocks=st.lists(st.integers(0, 4), min_size=1, max_size=30),
    size=st.integers(1, 7),
    sort=st.sampled_from(["name", "-name", "stock", "-stock"]),
)
def test_pages_of_sql_hold_each_row_once_and_in_order(
    stocks: list[int], size: int, sort: str
) -> None:
    with Shop(stocks) as shop:
        found = list(walked(listing(shop.rows()), asked(shop, sort=sort), size))
        whole = [row["name"] for row in every(listing(shop.rows()), asked(shop, sort=sort))]
        falling = sort.startswith("-")
        rows = sorted(
            shop.teas, key=lambda row: (row[sort.strip("-")], row["name"]), reverse=falling
        )
        assert found == whole == [row["name"] for row in rows]


def test_words_are_looked_for_in_the_columns_of_sql_that_say_so() -> None:
    with Shop([1, 2, 3]) as shop:
        assert list(walked(listing(shop.rows()), asked(shop, q="tea 1"), 5)) == ["tea 001"]
        assert list(walked(listing(shop.rows()), asked(shop, q="%"), 5)) == []


def test_a_table_is_read_in_the_order_of_its_rank() -> None:
    table = ranked(pa.table({"person_id": list("abcd"), "spent": [1.0, 9.0, 9.0, 4.0]}), "spent")
    of = Listing(name="people", title=NAME, columns=(), rows=lambda _asked: table, rank="spent",
                 key="person_id")  # fmt: skip
    first = page_of(of, asked(), size=3, after=None)
    assert [row["person_id"] for row in first.items] == ["b", "c", "d"] and first.total == 4
    assert first.next is not None
    rest = page_of(of, asked(), size=3, after=decode(first.next["after"]))
    assert [row["person_id"] for row in rest.items] == ["a"] and rest.next is None
    assert len(list(every(of, asked()))) == 4


def test_a_cursor_of_another_list_is_refused() -> None:
    with Shop([1]) as shop, pytest.raises(NotFound, match="cursor"):
        page_of(listing(shop.rows()), asked(shop), size=2, after=("x", 3, "y"))
    with pytest.raises(NotFound, match="cursor"):
        page_of(listing(TEAS), asked(), size=2, after=("x",))


def test_sql_reads_no_more_than_a_page() -> None:
    with Shop([3] * 40) as shop:
        seen: list[str] = []
        sa.event.listen(shop.engine, "before_cursor_execute",
                        lambda *call: seen.append(str(call[2])))  # fmt: skip
        page_of(listing(shop.rows()), asked(shop), size=10, after=("tea 005",))
        assert len(seen) == 1 and "LIMIT" in seen[0] and "WHERE (teas.name) > (?)" in seen[0]
