"""Orders with their lines and money, negative where it goes back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.listen.intake.conftest import Reader


def test_an_order_with_its_lines(shop: Reader) -> None:
    properties = {
        "order_id": "A1",
        "total": 129.9,
        "currency": "usd",
        "store_id": "store-7",
        "products": [
            {"product_id": "shoe", "category": "shoes", "quantity": 2, "price": "49.95"},
            {"sku": "sock", "price": 30},
        ],
        "gift": True,
    }
    row = shop.row("Order Completed", properties, context={"sessionId": 17})
    assert (row.order_id, row.amount, row.currency) == ("A1", Decimal("129.9000"), "USD")
    assert (row.place, row.session_id, row.actor) == ("store-7", "17", "customer")
    assert row.lines == [
        ("1", "shoe", "shoes", 2.0, Decimal("99.9000")),
        ("2", "sock", None, 1.0, Decimal("30.0000")),
    ]
    assert json.loads(row.properties or "") == properties


@pytest.mark.parametrize("total", [50, -50, "50.00"])
@pytest.mark.parametrize("event", ["Order Refunded", "Order Cancelled"])
def test_money_that_goes_back_is_negative_whichever_sign_was_sent(
    shop: Reader, event: str, total: float | str
) -> None:
    products = [{"product_id": "shoe", "price": 50, "quantity": 1}]
    row = shop.row(event, {"total": total, "products": products})
    assert row.amount == Decimal(-50)
    assert row.lines == [("1", "shoe", None, -1.0, Decimal(-50))]
    assert row.currency == "CNY"


def test_value_is_money_only_with_a_currency(shop: Reader) -> None:
    assert shop.row("Lamp Dimmed", {"value": 40}).amount is None
    assert shop.row("Lamp Dimmed", {"value": "blue"}).amount is None
    assert shop.row("Cart Viewed", {"value": 40, "currency": "CNY"}).amount == Decimal(40)


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ({"total": "much"}, "properties.total"),
        ({"total": -1}, "properties.total"),
        ({"total": True}, "properties.total"),
        ({"total": 1e15}, "properties.total"),
        ({"total": "NaN"}, "properties.total"),
        ({"total": 5, "currency": "yuan"}, "properties.currency"),
        ({"products": [{"quantity": -1}]}, "properties.products[0].quantity"),
        ({"products": [{"price": 1}, {"price": "x"}]}, "properties.products[1].price"),
        ({"products": ["shoe"]}, "properties.products[0]"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_with_their_field(
    shop: Reader, properties: dict[str, Any], field: str
) -> None:
    assert shop.refused("Order Completed", properties) == field
