"""Files as people have them: what their money, times, headers and numbers mean."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from regulars.listen.imports.model import Habits, ImportOutcome
from tests.listen.imports.conftest import Shop


def told(shop: Shop) -> list[dict[str, Any]]:
    return shop.ws.query(lambda view: view.events.order_by("received_at")).to_pylist()


def asked(outcome: ImportOutcome) -> list[tuple[str, int]]:
    return [(one.key, one.rows) for one in outcome.questions]


def test_shops_export_times_with_their_offset(euro: Shop) -> None:
    outcome = euro.bring("shopify/offset.csv", "orders", Habits())
    assert outcome.notes == ()
    assert [row["occurred_at"].isoformat() for row in told(euro)] == [
        "2024-03-05T15:00:00+00:00",
        "2024-11-03T05:30:00+00:00",
        "2024-11-03T06:30:00+00:00",
    ]
    assert {row["currency"] for row in told(euro)} == {"USD"}


@pytest.mark.parametrize(
    ("name", "recipe", "events"),
    [
        ("a.csv", "survey", ["Survey Answered"]),
        ("b.csv", "survey", ["Survey Answered"]),
        ("c.csv", "orders", ["Order Completed", "Order Delivered", "Order Refunded"]),
    ],
)
def test_headers_fold(euro: Shop, name: str, recipe: str, events: list[str]) -> None:
    outcome = euro.bring(f"header-spelling/{name}", recipe)
    assert outcome.counts.rejected == 0
    assert sorted(row["name"] for row in told(euro)) == events


@pytest.mark.parametrize(("name", "read", "open_"), [("a.csv", 3, 12), ("b.csv", 5, 12)])
def test_day_or_month_is_asked(euro: Shop, name: str, read: int, open_: int) -> None:
    outcome = euro.bring(f"day-month/{name}", "survey")
    assert asked(outcome) == [("day_month:answered_at", open_)]
    assert (outcome.counts.events, outcome.reasons) == (read, {"unanswered": open_})
    euro.bring(f"day-month/{name}", "survey", Habits("UTC", answers={"day_month": "month"}))
    days = sorted(row["occurred_at"].strftime("%m-%d") for row in told(euro))
    assert days[:3] == ["01-01", "01-02", "01-03"]
    assert len(days) == read + open_


def test_days_with_months_by_name(euro: Shop) -> None:
    outcome = euro.bring("day-month/c.csv", "survey")
    assert [row["occurred_at"].date().isoformat() for row in told(euro)] == ["2024-03-05"] * 4
    assert asked(outcome) == [("day_month:answered_at", 1)]


@pytest.mark.parametrize(
    ("name", "moments"),
    [
        ("serial.xlsx", ["2024-03-05 00:00", "2024-03-05 10:30", "2024-03-05 00:00"]),
        ("timeonly.xlsx", ["2024-03-05 14:30"]),
    ],
)
def test_days_of_workbooks(euro: Shop, name: str, moments: list[str]) -> None:
    euro.bring(f"excel/{name}", "survey")
    assert [row["occurred_at"].strftime("%Y-%m-%d %H:%M") for row in told(euro)] == moments


def test_ids_cut_by_a_spreadsheet_are_refused(euro: Shop) -> None:
    outcome = euro.bring("cut-order-numbers/o.csv", "orders")
    assert outcome.reasons == {"cut_id": 3}
    assert [(row["order_id"], row["amount"]) for row in told(euro)] == [("2031", Decimal(3))]
    assert {"line_amounts", "days_differ"} <= {note.code for note in outcome.notes}
