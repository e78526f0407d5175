"""Rows are joined and grouped to orders, whatever tills and lines repeat."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.listen.imports.conftest import Shop
from tests.listen.imports.test_own_meaning import told


def money(shop: Shop) -> dict[int, tuple[Decimal | None, str | None]]:
    return {int(row["order_id"]): (row["amount"], row["currency"]) for row in told(shop)}


def test_two_tills_have_the_same_numbers(euro: Shop) -> None:
    outcome = euro.bring("two-tills/o.csv", "orders")
    rows = told(euro)
    assert (len(rows), sum(row["amount"] for row in rows)) == (12, Decimal(180))
    assert len({row["identity_id"] for row in rows}) == 12
    assert [note.rows for note in outcome.notes if note.code == "orders_apart"] == [12]
    again = euro.bring("two-tills/o.csv", "orders")
    assert (again.counts.accepted, again.counts.duplicates) == (0, 12)


@pytest.mark.parametrize(("name", "orders", "money"), [("o", 6, 330), ("b", 3, 115)])
def test_amounts_that_differ_are_of_lines(euro: Shop, name: str, orders: int, money: int) -> None:
    outcome = euro.bring(f"line-amounts/{name}.csv", "orders")
    rows = told(euro)
    assert (len(rows), sum(row["amount"] for row in rows)) == (orders, money)
    assert "line_amounts" in {note.code for note in outcome.notes}
