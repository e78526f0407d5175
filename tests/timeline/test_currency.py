"""Which currency money is summed in, and what is said of it."""

from __future__ import annotations

from regulars.timeline.currency import choose, of_orders
from regulars.timeline.workspace import Workspace
from tests.understand.metrics.story import happened, tell

ORDER = "Order Completed"


def test_the_workspace_s_currency_counts_where_an_order_is_in_it() -> None:
    found = choose({"USD": 9, "EUR": 1}, "EUR")
    assert (found.code, found.n, found.left_out) == ("EUR", 1, {"USD": 9})
    assert found.note is not None and "9 in USD" in found.note.en and "USD 9 笔" in found.note.zh


def test_else_the_currency_of_most_orders_counts_and_is_told() -> None:
    found = choose({"JPY": 2, "USD": 1200, "": 3}, "EUR")
    assert (found.code, found.n, found.left_out) == ("USD", 1200, {"JPY": 2, "": 3})
    assert found.note is not None
    assert "Money is in USD (n 1,200 orders): no order is in EUR" in found.note.en
    assert "2 in JPY, 3 without a currency" in found.note.en


def test_where_nothing_surprises_nothing_is_said() -> None:
    assert choose({"EUR": 5}, "EUR").note is None
    assert choose({}, "EUR").note is None and choose({}, "EUR").code == "EUR"


def test_a_currency_is_in_use_where_an_order_names_it() -> None:
    assert choose({"USD": 2, "": 3}, "EUR").in_use == "USD"
    assert choose({"": 3}, "EUR").in_use is None and choose({}, "EUR").in_use is None


def test_orders_without_a_customer_count_for_revenue_and_not_for_sums_by_customer(
    ws: Workspace,
) -> None:
    """Ana's order is told twice; one has no amount; the till sells to nobody in yen."""
    told = {"order_id": "1", "amount": 20, "currency": "USD"}
    till = [happened(None, ORDER, amount=5, currency="JPY", source="till") for _ in range(3)]
    twice = [happened("ana", ORDER, **told), happened("ana", ORDER, **told)]
    tell(ws, [*till, *twice, happened("ben", ORDER)])
    assert (of_orders(ws).code, of_orders(ws).n, of_orders(ws).left_out) == ("USD", 1, {})
    every = of_orders(ws, only_known=False)
    assert (every.code, every.n, every.left_out) == ("JPY", 3, {"USD": 1})


def test_an_order_in_the_workspace_s_currency_changes_the_answer(ws: Workspace) -> None:
    tell(ws, [happened("ana", ORDER, amount=20, currency="USD")])
    assert of_orders(ws).code == "USD"
    tell(ws, [happened("ben", ORDER, amount=20)])
    assert (of_orders(ws).code, of_orders(ws).left_out) == ("CNY", {"USD": 1})


def test_only_the_orders_of_the_caller_s_places_count(ws: Workspace) -> None:
    tell(ws, [happened("ana", ORDER, amount=20, currency="USD", place="Boston"),
              happened("ben", ORDER, amount=20, place="Wuhan")])  # fmt: skip
    assert of_orders(ws).code == "CNY"
    assert of_orders(ws, frozenset({"Boston"})).code == "USD"
