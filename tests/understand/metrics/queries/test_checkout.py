"""Checkouts left and steps taken."""

from __future__ import annotations

from datetime import timedelta

from tests.understand.metrics.story import NOON, days, happened, one, tell

from regulars.timeline.workspace import Workspace

MINUTE = timedelta(minutes=1)


def test_a_quarter_of_eighty_checkouts_is_left(ws: Workspace) -> None:
    rows = []
    for i in range(80):
        rows.append(happened(f"p{i}", "Checkout Started", NOON, session_id=f"s{i}"))
        if i >= 20:
            rows.append(
                happened(
                    f"p{i}", "Order Completed", NOON + MINUTE, session_id=f"s{i}", order_id=f"o{i}"
                )
            )
    rows.append(happened("later", "Page Viewed", NOON + days(3)))
    tell(ws, rows)
    found = one(ws, "order_abandonment_share")
    assert (found.n, found.value) == (80, 25.0)
    assert (round(found.low or 0, 1), round(found.high or 0, 1)) == (16.8, 35.5)


def test_an_order_from_the_server_without_session_completes_the_checkout(ws: Workspace) -> None:
    rows = []
    for i in range(5):
        rows.append(happened(f"p{i}", "Checkout Started", NOON, session_id=f"s{i}"))
        rows.append(happened(f"p{i}", "Order Completed", NOON + MINUTE, order_id=f"o{i}"))
    rows.append(happened("later", "Page Viewed", NOON + days(3)))
    tell(ws, rows)
    assert one(ws, "order_abandonment_share").value == 0.0


def test_without_sessions_starts_within_a_day_are_one_checkout(ws: Workspace) -> None:
    """Five start twice within an hour and order; one comes again after two days and leaves."""
    rows = []
    for i in range(5):
        rows.append(happened(f"p{i}", "Checkout Started", NOON))
        rows.append(happened(f"p{i}", "Checkout Started", NOON + 30 * MINUTE))
        rows.append(happened(f"p{i}", "Order Completed", NOON + 60 * MINUTE, order_id=f"o{i}"))
    rows.append(happened("p0", "Checkout Started", NOON + days(2)))
    rows.append(happened("later", "Page Viewed", NOON + days(9)))
    tell(ws, rows)
    found = one(ws, "order_abandonment_share")
    assert (found.n, round(found.value or 0, 2)) == (6, 16.67)


def test_a_checkout_of_an_hour_ago_is_not_judged_yet(ws: Workspace) -> None:
    rows = [happened(f"p{i}", "Checkout Started", NOON, session_id=f"s{i}") for i in range(5)]
    tell(ws, [*rows, happened("later", "Page Viewed", NOON + 60 * MINUTE)])
    assert one(ws, "order_abandonment_share").n == 0


def test_steps_are_distinct_and_begin_at_the_cart(ws: Workspace) -> None:
    """Cart, checkout, two checkout pages told apart by touchpoint, payment, order: six steps."""
    names = [
        ("Product Viewed", "product"),
        ("Product Added", "cart"),
        ("Product Added", "cart"),
        ("Checkout Started", "checkout"),
        ("Checkout Step Viewed", "address"),
        ("Checkout Step Viewed", "delivery choice"),
        ("Payment Info Entered", "payment"),
        ("Order Completed", "payment"),
    ]
    rows = []
    for i in range(7):
        rows += [
            happened(f"p{i}", name, NOON + step * MINUTE, touchpoint=at, session_id=f"s{i}")
            for step, (name, at) in enumerate(names)
        ]
        rows[-1]["order_id"] = f"o{i}"
    rows += [happened("q", "Order Completed", NOON, order_id="without a cart")]
    tell(ws, rows)
    found = one(ws, "order_steps_median")
    assert (found.n, found.value, found.low, found.high) == (7, 6, 6, 6)
