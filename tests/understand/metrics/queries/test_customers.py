"""Shares of customers, with Ana, Bo and their neighbours."""

from __future__ import annotations

import pytest
from tests.understand.metrics.story import NOON, by, days, happened, one, tell

from regulars.kit.period import Period, month
from regulars.timeline import linking
from regulars.timeline.workspace import Workspace


def test_six_of_two_hundred_complained(ws: Workspace) -> None:
    rows = [happened(f"p{i}", "Page Viewed") for i in range(200)]
    rows += [happened(f"p{i}", "Complaint Made") for i in (0, 1, 2, 3, 4, 5, 0, 1)]
    tell(ws, rows)
    found = one(ws, "complaint_share")
    assert (found.n, found.value) == (200, 3.0)
    assert (round(found.low or 0, 1), round(found.high or 0, 1)) == (1.4, 6.4)


def test_one_customer_under_two_linked_identities_counts_once(ws: Workspace) -> None:

    tell(ws, [happened(f"p{i}", "Page Viewed") for i in range(10)])
    tell(ws, [happened("p0-mail", "Complaint Made")])
    assert one(ws, "complaint_share").n == 11
    with ws.database.transaction() as connection:
        linking.link(
            ws, connection, "p0", "p0-mail", link_id="l1", kind="alias", source="test", at=NOON
        )
    found = one(ws, "complaint_share")
    assert (found.n, found.value) == (10, 10.0)


def test_active_are_those_who_did_something_of_those_known(ws: Workspace) -> None:
    """Fifty known: thirty act in October, twenty were last seen in May."""
    rows = [happened(f"p{i}", "Signed In", NOON - days(150)) for i in range(50)]
    rows += [happened(f"p{i}", "Signed In") for i in range(30)]
    tell(ws, rows)
    october = month(2026, 10, ws.zone)
    found = one(ws, "active_share", period=october)
    assert (found.n, found.value) == (50, 60.0)
    assert (round(found.low or 0, 1), round(found.high or 0, 1)) == (46.2, 72.4)
    assert one(ws, "active_share").value == 60.0  # without a beginning: the last 90 days
    months = by(ws, "active_share", "month")
    assert (months["2026-05-01"].n, months["2026-05-01"].value) == (50, 100.0)
    assert (months["2026-07-01"].n, months["2026-07-01"].value) == (50, 0.0)
    assert (months["2026-10-01"].n, months["2026-10-01"].value) == (50, 60.0)


def test_repurchase_leaves_out_who_has_not_had_a_year(ws: Workspace) -> None:
    """A hundred bought first 400 days ago, 45 again after 100 days, 5 only after 380 days.

    Twenty bought first 60 days ago, ten of them again after 50 days: they count beside, by
    Kaplan-Meier, not in the share.
    """
    first, rows = NOON - days(400), []
    for i in range(100):
        rows.append(happened(f"p{i}", "Order Completed", first, order_id=f"a{i}", amount=10))
        if i < 45:
            rows.append(happened(f"p{i}", "Order Completed", first + days(100), order_id=f"b{i}"))
        elif i < 50:
            rows.append(happened(f"p{i}", "Order Completed", first + days(380), order_id=f"b{i}"))
    for i in range(20):
        rows.append(happened(f"q{i}", "Order Completed", NOON - days(60), order_id=f"c{i}"))
        if i < 10:
            rows.append(happened(f"q{i}", "Order Completed", NOON - days(10), order_id=f"d{i}"))
    rows.append(happened("q0", "Page Viewed", NOON))
    tell(ws, rows)
    found = one(ws, "repurchase_share")
    assert (found.n, found.value) == (100, 45.0)
    assert (round(found.low or 0, 1), round(found.high or 0, 1)) == (35.6, 54.8)
    curve = found.beside["kaplan_meier"]
    assert curve.n == 120
    assert curve.value == pytest.approx(100 * (1 - (110 / 120) * (55 / 100)), abs=0.01)
    over = first + days(365)
    cohort = one(ws, "repurchase_share", period=Period(over - days(1), over + days(1)))
    assert cohort.n == 100
    assert one(ws, "repurchase_share", period=Period(over - days(9), over - days(1))).n == 0


def test_one_order_told_twice_is_no_repurchase(ws: Workspace) -> None:
    first = NOON - days(400)
    rows = [happened(f"p{i}", "Order Completed", first, order_id=f"a{i}") for i in range(5)]
    rows += [
        happened(f"p{i}", "Order Completed", first + days(1), order_id=f"a{i}") for i in range(5)
    ]
    rows.append(happened("p0", "Page Viewed", NOON))
    tell(ws, rows)
    assert one(ws, "repurchase_share").value == 0.0
    assert one(ws, "orders").value == 5


def test_nobody_was_watched_after_the_last_event(ws: Workspace) -> None:
    """Data that end 100 days after the first orders say nothing about a year, whenever asked."""
    first = NOON - days(2000)
    rows = [happened(f"p{i}", "Order Completed", first, order_id=f"a{i}") for i in range(5)]
    rows.append(happened("p0", "Page Viewed", first + days(100)))
    tell(ws, rows)
    assert one(ws, "repurchase_share", period=Period(None, NOON)).n == 0
