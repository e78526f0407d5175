"""An order told again is the order that is known."""

from __future__ import annotations

from tests.listen.imports.conftest import Shop
from tests.listen.imports.test_own_meaning import told


def test_an_order_told_again_is_replaced(euro: Shop) -> None:
    euro.bring("order-exported-again/a.csv", "orders")
    newer = euro.bring("order-exported-again/b.csv", "orders")
    assert (newer.counts.accepted, newer.counts.replaced) == (1, 1)
    assert sum(row["amount"] for row in told(euro)) == 68
    euro.bring("order-exported-again/a.csv", "orders")
    assert sum(row["amount"] for row in told(euro)) == 68
