"""Refunds, visitors, staff and other money are told apart; an order told twice counts once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.understand.value_groups.test_service import OCTOBER, event, tell

from regulars.kit.period import Period
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service as metrics
from regulars.understand.value_groups import assigning
from regulars.understand.value_groups.model import Rules


def test_refunds_visitors_staff_and_other_money_are_told_apart(ws: Workspace) -> None:
    july = datetime(2026, 7, 10, tzinfo=UTC)
    tell(
        ws,
        [
            event(1, "Order Completed", july, 100.0),
            event(1, "Order Refunded", july + timedelta(days=2), -40.0),
            event(2, "Order Completed", july, 70.0, currency="USD"),
            event(3, "Page Viewed", july),
            event(4, "Signed Up", july),
            event(4, "Page Viewed", july + timedelta(hours=1)),
            event(4, "Message Sent", july + timedelta(days=3), actor="system"),
            event(5, "Order Completed", july - timedelta(days=900), 900.0),
        ],
    )
    people, _cuts = assigning.computed(ws, Rules(), OCTOBER, "CNY")
    rows = {row["person_id"]: row for row in people.to_pylist()}
    assert sorted(rows) == ["guest 001", "guest 002", "guest 004", "guest 005"]
    told = {who: (row["spend"], row["frequency"], row["depth"]) for who, row in rows.items()}
    assert told["guest 001"] == (60.0, 1.0, 1.0)
    assert told["guest 002"] == (0.0, 1.0, 0.0)
    assert told["guest 004"] == (0.0, 0.0, 1.0)
    assert told["guest 005"] == (0.0, 0.0, 0.0)


def test_an_order_told_twice_counts_once_and_spend_agrees_with_revenue(ws: Workspace) -> None:
    """Guest 1: till and, the day after, ledger tell of one order; the ledger knows nobody of 8.

    Guest 2 has guest 1's number at another shop. Some refunds are sent with a positive amount.
    """
    july = datetime(2026, 7, 10, tzinfo=UTC)
    later = july + timedelta(days=1)
    tell(
        ws,
        [
            event(1, "Order Completed", july, 100.0, order_id="7", source="till"),
            event(1, "Order Completed", later, 101.0, order_id="7", source="ledger"),
            event(1, "Order Completed", july, order_id="8", source="till"),
            event(9, "Order Completed", later, 20.0, order_id="8", source="ledger")
            | {"identity_id": None},
            event(1, "Order Refunded", later, 30.0, order_id="7"),
            event(2, "Order Completed", july, 40.0, order_id="7", source="shop"),
            event(2, "Order Refunded", later, -5.0, order_id="7"),
        ],
    )
    people, _cuts = assigning.computed(ws, Rules(), OCTOBER, "CNY")
    rows = {row["person_id"]: row for row in people.to_pylist()}
    told = {who: (row["spend"], row["frequency"], row["depth"]) for who, row in rows.items()}
    assert told == {"guest 001": (90.0, 2.0, 1.0), "guest 002": (35.0, 1.0, 1.0)}
    (revenue,) = metrics.measure(ws, "revenue", period=Period(july, OCTOBER))
    assert sum(row["spend"] for row in rows.values()) == revenue.value
