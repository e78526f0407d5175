"""Ten customers a day pass the till and the parcel desk; some complain afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.understand.metrics.shop import bring, shown

from regulars.kit.period import Period
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.complaints import service
from regulars.understand.complaints.model import (
    Complaints,
    Place,
    Problem,
    ProblemParameters,
)
from regulars.understand.scope.model import EventFilter, EventScope

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)
NOW = NOON + timedelta(days=60)
EXTENT = EventScope(Period(NOON - timedelta(days=1), NOW))
Row = dict[str, Any]


def met(who: int, touchpoint: str | None, name: str, hours: float, **more: Any) -> Row:
    """Something that happened with a guest, `hours` after noon."""
    at = NOON + timedelta(hours=hours)
    return {
        "event_id": f"{name}-{touchpoint}-{who}-{hours:.4f}",
        "identity_id": f"guest {who:04d}",
        "name": name,
        "touchpoint": touchpoint,
        "occurred_at": at,
        "known_at": at,
        **more,
    }


def guests(count: int = 100, lifts: int = 10) -> list[Row]:
    """All buy at the till; the first twenty complain about the till, having met the broken lift."""
    rows = []
    for who in range(count):
        rows += [met(who, "home", "Page Viewed", 1), met(who, "checkout", "Checkout Started", 2)]
        if who < 20:
            rows.append(met(who, "checkout", "Complaint Made", 5, text=f"slow till {who}"))
        if who < 20 or who >= count - lifts:
            rows.append(met(who, "lift", "Lift Taken", 1.5))
    return rows


def tell(ws: Workspace, rows: list[Row]) -> None:
    assert inbox.accept(ws, inbox.make(rows, NOON)).accepted == len(rows)


def found(ws: Workspace, problem: Problem = Problem.COMPLAINT, **more: Any) -> Complaints:
    return service.complaints(ws, ProblemParameters(problem=problem, **more), EXTENT, as_of=NOW)


def point(told: Complaints, key: str) -> Place:
    return next(place for place in told.touchpoints if place.key == key)


def test_complaints_are_counted_per_thousand_passages(ws: Workspace) -> None:
    tell(ws, guests())
    told = found(ws)
    till = point(told, "checkout")
    assert (told.total, told.people, told.named, told.unplaced) == (20, 20, 20, 0)
    assert (till.n, till.passages, till.stage, till.marked) == (20, 100, "purchase", True)
    assert till.rate.value == 200.0
    assert till.share.value == 1.0
    (purchase,) = (stage for stage in told.stages if stage.key == "purchase")
    assert purchase.rate == till.rate


def test_the_rate_is_the_registrys(ws: Workspace) -> None:
    tell(ws, guests())
    share = found(ws).share
    assert share is not None
    assert (share.n, share.value) == (100, 20.0)


def test_a_hundred_clicks_of_one_day_are_one_passage(ws: Workspace) -> None:
    tell(ws, guests() + [met(0, "checkout", "Checkout Started", 2 + n / 50) for n in range(1, 99)])
    assert point(found(ws), "checkout").passages == 100


def test_without_a_named_touchpoint_the_last_step_counts(ws: Workspace) -> None:
    tell(ws, [*guests(), met(50, None, "Complaint Made", 9), met(777, None, "Complaint Made", 9)])
    told = found(ws)
    assert (told.named, told.stepped, told.unplaced) == (20, 1, 1)
    assert point(told, "checkout").n == 21


def test_a_return_counts_to_the_last_step_of_its_order(ws: Workspace) -> None:
    rows = []
    for who in range(40):
        order = {"order_id": f"o{who}"}
        rows += [
            met(who, "order", "Order Completed", 1, **order),
            met(who, "delivery", "Order Delivered", 30, actor="partner", **order),
            met(who, "home", "Page Viewed", 60),
        ]
        rows += [met(who, "return", "Order Returned", 70, **order)] if who < 8 else []
    tell(ws, rows)
    told = found(ws, Problem.RETURN)
    assert [(place.key, place.n) for place in told.touchpoints if place.n] == [("delivery", 8)]
    assert point(told, "delivery").rate.value == 200.0
    assert told.share is None


def test_what_lay_before_complaints_more_often_than_usual_is_found(ws: Workspace) -> None:
    tell(ws, guests(count=200))
    lift = next(step for step in found(ws).before if step.touchpoint == "lift")
    assert (lift.n, lift.ordinary.seen, lift.ordinary.marked) == (20, 1.0, True)
    assert lift.same is not None
    assert lift.same.usual == pytest.approx(30 / 200)
    assert lift.same.marked


def test_problems_that_follow_no_passage_there_have_no_rate(ws: Workspace) -> None:
    """Ten complain of the lamp at home; forty others told a warranty desk that they use one."""
    rows = [met(who, "product_use", "Complaint Made", 5) for who in range(20, 30)]
    rows += [met(who, "product_use", "Product Registered", 5) for who in range(50, 90)]
    tell(ws, [*guests(), *rows])
    told = found(ws)
    lamp = point(told, "product_use")
    assert (lamp.n, lamp.recorded, lamp.rate.value, lamp.marked) == (10, False, None, False)
    assert point(told, "checkout").recorded


def test_words_lead_from_the_touchpoint_to_what_was_said(ws: Workspace) -> None:
    tell(ws, guests())
    said = service.words(ws, ProblemParameters(EventFilter("all")), "checkout", now=NOW)
    assert len(said) == 20
    assert said[0].text.startswith("slow till")
    assert service.words(ws, ProblemParameters(EventFilter("all")), "home", now=NOW) == []


def test_a_manager_sees_only_what_happened_at_home(ws: Workspace) -> None:
    away = [{**row, "event_id": f"a{row['event_id']}", "place": "away"} for row in guests()]
    tell(ws, [{**row, "place": "home"} for row in guests()] + away)
    extent = EventScope(EXTENT.period, scope=frozenset({"home"}))
    told = service.complaints(ws, ProblemParameters(), extent, as_of=NOW)
    assert (told.total, point(told, "checkout").passages) == (20, 100)
    other = ProblemParameters(EventFilter("all", scope=frozenset({"elsewhere"})))
    assert service.words(ws, other, "checkout", now=NOW) == []


def test_an_empty_workspace_says_so(ws: Workspace) -> None:
    told = found(ws)
    assert (told.total, told.before, told.missing) == (None, [], ["Complaint Made"])
    assert all(stage.rate.value is None for stage in told.stages)


def test_an_order_cancelled_and_paid_back_is_one_problem(ws: Workspace, tmp_path: Path) -> None:
    """Ten orders; six were cancelled and paid back a day later: six problems, not twelve."""
    rows = ["order_id,customer_id,ordered_at,amount,currency,cancelled_at,refunded_at,refund"]
    for n in range(10):
        back = "2026-03-02 09:00,2026-03-03 09:00,20" if n < 6 else ",,"
        rows.append(f"A{n},c{n},2026-03-01 09:00,20,CNY,{back}")
    bring(ws, tmp_path, "orders.csv", "orders", "\n".join(rows))
    told = shown(ws, "complaints", "--problem", "refund", "--period", "all")
    assert (told["total"], told["people"]) == (6, 6)
