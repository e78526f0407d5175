"""Orders and money."""

from __future__ import annotations

import pytest
from tests.understand.metrics.story import NOON, by, days, happened, one, tell

from regulars.kit.period import Period
from regulars.timeline.workspace import Workspace


def test_an_order_told_by_two_systems_counts_once(ws: Workspace) -> None:
    rows = [happened(f"p{i}", "Order Completed", order_id=f"a{i}", amount=100) for i in range(10)]
    rows += [
        happened("p0", "Order Completed", order_id="a0", amount=100, source="till") for _ in "12"
    ]
    tell(ws, rows)
    found = one(ws, "orders")
    assert found.value == 10
    assert (round(found.low or 0, 1), round(found.high or 0, 1)) == (4.8, 18.4)
    assert one(ws, "gross_revenue").value == 1000


def test_refunds_reduce_revenue_whichever_sign_they_carry(ws: Workspace) -> None:
    rows = [happened(f"p{i}", "Order Completed", order_id=f"a{i}", amount=100) for i in range(5)]
    rows.append(happened("p0", "Order Refunded", order_id="a0", amount=-30))
    rows.append(happened("p1", "Order Refunded", order_id="a1", amount=10))
    rows.append(happened("p2", "Order Cancelled", order_id="a2"))
    tell(ws, rows)
    found = one(ws, "revenue")
    assert (found.n, found.value, found.unit) == (7, 460, "CNY")
    assert one(ws, "gross_revenue").value == 500


def test_currencies_are_never_added(ws: Workspace) -> None:
    rows = [happened(f"p{i}", "Order Completed", order_id=f"a{i}", amount=100) for i in range(5)]
    rows += [
        happened(f"q{i}", "Order Completed", order_id=f"b{i}", amount=20.1234, currency="GBP")
        for i in range(5)
    ]
    tell(ws, rows)
    from regulars.understand.metrics import service

    found = service.measure(ws, "revenue")
    assert [(row.slice["currency"], row.value, row.unit) for row in found] == [
        ("CNY", 500, "CNY"),
        ("GBP", 100.617, "GBP"),
    ]
    assert one(ws, "revenue", filters={"currency": "GBP"}).value == 100.617


def test_average_order_value_leans_to_its_long_tail(ws: Workspace) -> None:
    amounts = [80, 100, 100, 110, 110]
    tell(
        ws,
        [
            happened(f"p{i}", "Order Completed", order_id=f"a{i}", amount=a)
            for i, a in enumerate(amounts)
        ],
    )
    found = one(ws, "average_order_value")
    assert (found.value, round(found.low or 0), round(found.high or 0)) == (100, 78, 111)


def test_a_quarter_of_the_orders_was_asked_about(ws: Workspace) -> None:
    rows = [happened(f"p{i}", "Order Completed", order_id=f"a{i}", amount=1) for i in range(60)]
    for i in range(15):
        rows.append(happened(f"p{i}", "Progress Asked", NOON + days(2), order_id=f"a{i}"))
        rows.append(happened(f"p{i}", "Progress Asked", NOON + days(3), order_id=f"a{i}"))
    rows.append(happened("p0", "Progress Asked", NOON, order_id="unknown"))
    tell(ws, rows)
    found = one(ws, "progress_query_share")
    assert (found.n, found.value) == (60, 25.0)
    assert (round(found.low or 0, 1), round(found.high or 0, 1)) == (15.8, 37.2)


def test_a_month_is_a_month_of_the_reporting_zone(ws: Workspace) -> None:
    """23:30 on 30 September in UTC is 1 October in Shanghai."""
    late = NOON.replace(month=9, day=30, hour=23, minute=30)
    rows = [happened(f"p{i}", "Order Completed", late, order_id=f"a{i}") for i in range(3)]
    rows += [happened("q", "Order Completed", late - days(1), order_id="b")]
    tell(ws, rows)
    months = by(ws, "orders", "month")
    assert {key: row.value for key, row in months.items()} == {"2026-09-01": 1, "2026-10-01": 3}
    assert months["2026-10-01"].start == late.replace(hour=16, minute=0)


def test_a_day_without_orders_is_zero_and_not_a_gap(ws: Workspace) -> None:
    tell(ws, [happened("p", "Order Completed", NOON + days(d), order_id=f"a{d}") for d in (0, 2)])
    found = by(ws, "orders", "day")
    assert [row.value for row in found.values()] == [1, 0, 1]
    values = by(ws, "average_order_value", "day")
    assert not values  # there was no amount at all, so there is no currency either


def test_periods_are_half_open(ws: Workspace) -> None:
    tell(ws, [happened("p", "Order Completed", NOON + days(d), order_id=f"a{d}") for d in (0, 1)])
    assert one(ws, "orders", period=Period(NOON, NOON + days(1))).value == 1
    assert one(ws, "orders", period=Period(NOON - days(1), NOON)).value == pytest.approx(0)


def test_as_of_shows_what_was_known_then(ws: Workspace) -> None:
    rows = [happened("p", "Order Completed", NOON + days(d), order_id=f"a{d}") for d in range(5)]
    rows[0]["known_at"] = NOON + days(30)  # it reached us a month late
    tell(ws, rows)
    assert one(ws, "orders").value == 5
    assert one(ws, "orders", as_of=NOON + days(2)).value == 2


def test_an_enquiry_is_about_the_asker_s_own_order_of_that_number(ws: Workspace) -> None:
    """Ten orders 0 to 4 of two shops. Ana asks for hers; a stranger for 1 and 9, of which only
    9 is told of by one shop alone."""
    rows = [
        happened(f"{shop} {i}", "Order Completed", order_id=str(i), amount=1, source=shop)
        for shop in ("ana's", "bo's")
        for i in range(5)
    ]
    rows.append(happened("cy", "Order Completed", order_id="9", amount=1))
    rows.append(happened("ana's 0", "Progress Asked", NOON + days(1), order_id="0"))
    rows.append(happened("stranger", "Progress Asked", NOON + days(1), order_id="1"))
    rows.append(happened("stranger", "Progress Asked", NOON + days(1), order_id="9"))
    tell(ws, rows)
    found = by(ws, "progress_query_share", "source")
    assert {key: (row.n, row.note is not None) for key, row in found.items()} == {
        "ana's": (5, False),
        "bo's": (5, False),
        None: (1, True),
    }
    assert (found["ana's"].value, found["bo's"].value) == (20.0, 0.0)
    assert one(ws, "progress_query_share").value == pytest.approx(100 * 2 / 11)
