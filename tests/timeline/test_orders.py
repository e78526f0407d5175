"""One order, however many events tell of it; and several orders of one number."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from regulars.kit.period import Period, parse_edge
from regulars.timeline.orders import AGAIN, NEEDED, orders, sales
from regulars.timeline.workspace import Workspace
from tests.understand.metrics.story import NOON, by, days, happened, one, tell

ORDER = "Order Completed"


def found(ws: Workspace) -> list[dict[str, Any]]:
    """All orders on the timeline, the earliest first."""
    table = ws.query(lambda view: orders(view.with_person().select(*NEEDED)))
    return sorted(table.to_pylist(), key=lambda row: (row["occurred_at"], row["source"] or ""))


def test_two_shops_number_their_orders_from_1000(ws: Workspace) -> None:
    """Twenty customers each, all orders 100: 40 orders and 4,000, by whatever they are sliced."""
    for shop in ("shopA", "shopB"):
        tell(ws, [happened(f"{shop} {n}", ORDER, order_id=str(1000 + n), amount=100, source=shop)
                  for n in range(20)])  # fmt: skip
    assert one(ws, "orders").value == 40
    assert {key: row.value for key, row in by(ws, "orders", "source").items()} == {
        "shopA": 20,
        "shopB": 20,
    }
    assert one(ws, "gross_revenue").value == 4000


def test_till_and_ledger_tell_of_one_order_of_ana(ws: Workspace) -> None:
    """The first telling dates the order and gives it its source, its money and currency."""
    later = NOON + timedelta(hours=3)
    tell(ws, [happened("ana", ORDER, later, order_id="1", amount=130, currency="USD",
                       source="ledger", channel="web"),
              happened("ana", ORDER, NOON, order_id="1", amount=90, source="till")])  # fmt: skip
    (order,) = found(ws)
    assert (order["source"], order["amount"], order["currency"]) == ("till", Decimal(90), "CNY")
    assert order["occurred_at"] == NOON


def test_the_first_telling_without_an_amount_leaves_the_money_to_the_next(ws: Workspace) -> None:
    tell(ws, [happened("ana", ORDER, NOON, order_id="1", source="site"),
              happened("ana", ORDER, NOON + days(1), order_id="1", amount=70, currency="EUR",
                       source="ledger")])  # fmt: skip
    (order,) = found(ws)
    assert (order["source"], order["amount"], order["currency"]) == ("site", Decimal(70), "EUR")


def test_of_one_moment_the_one_that_reached_us_first_counts(ws: Workspace) -> None:
    for amount in (80, 20):
        tell(ws, [happened("ana", ORDER, NOON, order_id="1", amount=amount)])
    assert [order["amount"] for order in found(ws)] == [Decimal(80)]


def test_a_telling_of_nobody_belongs_to_the_only_customer_with_that_number(ws: Workspace) -> None:
    tellings = (("ledger", None), ("site", "ana"), ("till", None))
    tell(ws, [happened(who, ORDER, NOON + days(day), order_id="1", amount=50, source=source)
              for day, (source, who) in enumerate(tellings)])  # fmt: skip
    (order,) = found(ws)
    assert (order["person_id"], order["source"]) == ("ana", "ledger")


def test_of_several_customers_the_one_of_its_own_source(ws: Workspace) -> None:
    tell(ws, [happened("ana", ORDER, NOON, order_id="1", source="shopA"),
              happened("bo", ORDER, NOON, order_id="1", source="shopB"),
              happened(None, ORDER, NOON + days(1), order_id="1", source="shopB"),
              happened(None, ORDER, NOON + days(2), order_id="1", source="ledger")])  # fmt: skip
    told = [(order["person_id"], order["source"]) for order in found(ws)]
    assert told == [("ana", "shopA"), ("bo", "shopB"), (None, "ledger")]


def test_without_any_customer_the_source_tells_orders_apart(ws: Workspace) -> None:
    tell(ws, [happened(None, ORDER, order_id="1", amount=5, source=source)
              for source in ("till 1", "till 2", "till 2", None, None)])  # fmt: skip
    assert [order["source"] for order in found(ws)] == [None, "till 1", "till 2"]


def test_events_without_number_are_orders_each(ws: Workspace) -> None:
    tell(ws, [happened("ana", ORDER, amount=5) for _ in range(3)])
    assert len(found(ws)) == 3


def test_a_number_used_again_next_year_is_another_order(ws: Workspace) -> None:
    """Told on days 0, 50 and 100 it is one order; on day 100 + 61 it is the next."""
    moments = [NOON, NOON + days(50), NOON + days(100), NOON + days(100) + AGAIN + days(1)]
    tell(ws, [happened("ana", ORDER, at, order_id="7", amount=n)
              for n, at in zip(count(1), moments, strict=False)])  # fmt: skip
    assert [(order["occurred_at"], order["amount"]) for order in found(ws)] == [
        (NOON, Decimal(1)),
        (moments[3], Decimal(4)),
    ]


def test_november_is_the_same_however_it_is_asked_for(ws: Workspace) -> None:
    """One order of October is told again in November; another begins in November."""
    tell(ws, [happened("ana", ORDER, NOON, order_id="1", amount=10),
              happened("ana", ORDER, NOON + days(30), order_id="1", amount=10),
              happened("ana", ORDER, NOON + days(35), order_id="2", amount=10)])  # fmt: skip
    edges = ("2026-10", "2026-11", "2026-12")
    october, november, december = (parse_edge(edge, ws.zone) for edge in edges)
    both = by(ws, "orders", "month", period=Period(october, december))
    assert [row.value for row in both.values()] == [1, 1]
    assert one(ws, "orders", period=Period(november, december)).value == 1
    assert one(ws, "orders", period=Period(october, november)).value == 1


def test_revenue_is_orders_less_refunds_whichever_sign_these_have(ws: Workspace) -> None:
    """Two orders of 90, each told twice; 30 given back as -30, 10 as +10; a page is no sale."""
    for who in ("ana", "bo"):
        tell(ws, [happened(who, ORDER, order_id="1", amount=90, source="till"),
                  happened(who, ORDER, order_id="1", amount=90, source="ledger"),
                  happened(who, "Order Refunded", order_id="1", amount=-30),
                  happened(who, "Order Cancelled", order_id="1", amount=10),
                  happened(who, "Page Viewed", order_id="1")])  # fmt: skip
    table = ws.query(lambda view: sales(view.with_person().select("name", *NEEDED)))
    assert sorted(table.column("amount").to_pylist()) == [-30, -30, -10, -10, 90, 90]
    assert one(ws, "revenue").value == 100
