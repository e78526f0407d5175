"""Changes told apart from chance: against an earlier period, and of a slice against the rest."""

from __future__ import annotations

import random

import pytest
from tests.understand.metrics.story import NOON, answered, by, days, happened, one, tell

from regulars.kit.errors import Invalid
from regulars.kit.period import Period, month
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service


def test_a_fall_since_last_month_is_told_apart_from_chance(ws: Workspace) -> None:
    """Delivery falls from 80 to 40 % satisfied; the till wavers by two answers."""
    rows = []
    for at, delivery, till in ((NOON - days(30), 80, 50), (NOON, 40, 52)):
        rows += [
            answered(f"d{i}", "csat", 5 if i < delivery else 1, at, touchpoint="delivery")
            for i in range(100)
        ]
        rows += [
            answered(f"t{i}", "csat", 5 if i < till else 1, at, touchpoint="till")
            for i in range(100)
        ]
    tell(ws, rows)
    october = month(2026, 10, ws.zone)
    asked = {"period": october, "compare": "previous"}
    found = by(ws, "csat_satisfied_share", "touchpoint", **asked)
    fall, waver = found["delivery"].change, found["till"].change
    assert fall is not None and waver is not None
    assert fall.change.difference == -40 and fall.verdict == "worse"
    assert fall.earlier is not None and fall.earlier.value == 80
    assert fall.start == month(2026, 9, ws.zone).start
    assert waver.change.difference == 2 and waver.verdict is None
    assert fall.change.p is not None and fall.q == pytest.approx(2 * fall.change.p)
    in_time = by(ws, "csat_satisfied_share", "touchpoint", "month", compare="previous")
    again = in_time["delivery", "2026-10-01"].change
    assert again is not None and again.change.difference == -40


def test_against_a_year_before_and_a_named_period(ws: Workspace) -> None:
    rows = [answered(f"p{i}", "csat", 1, NOON - days(365)) for i in range(40)]
    rows += [answered(f"p{i}", "csat", 5, NOON) for i in range(40)]
    tell(ws, rows)
    asked = Period(NOON - days(1), NOON + days(1))
    found = one(ws, "csat_satisfied_share", period=asked, compare="year")
    assert found.change is not None and found.change.verdict == "better"
    named = Period(NOON - days(366), NOON - days(364))
    same = one(ws, "csat_satisfied_share", period=asked, compare=named)
    assert same.change is not None and same.change.change == found.change.change
    with pytest.raises(Invalid, match="compare_open"):
        service.measure(ws, "csat_satisfied_share", compare="previous")


def test_one_bad_touchpoint_among_forty_is_found_and_few_others_are_accused(ws: Workspace) -> None:
    """Forty touchpoints share one rate; a 41st is far below. Seeds are fixed."""
    draw, rows = random.Random(7), []
    for point in range(40):
        rows += [
            answered(f"p{i}", "csat", 5 if draw.random() < 0.8 else 2, touchpoint=f"t{point}")
            for i in range(60)
        ]
    rows += [answered(f"p{i}", "csat", 2, touchpoint="late delivery") for i in range(60)]
    rows += [answered(f"p{i}", "csat", 2, touchpoint="rare") for i in range(10)]
    tell(ws, rows)
    found = by(ws, "csat_satisfied_share", "touchpoint")
    worst = found["late delivery"].rest
    assert worst is not None and worst.verdict == "worse"
    called = [point for point, row in found.items() if row.rest and row.rest.verdict]
    assert len(called) <= 3
    assert found["rare"].rest is None  # too few to be ranked
    assert found["rare"].value == 0


def test_orders_of_a_longer_month_are_no_rise(ws: Workspace) -> None:
    """Ten orders a day in February and in March."""
    first = month(2026, 2, ws.zone).start
    assert first is not None
    rows = [
        happened("p", "Order Completed", first + days(d + 0.5), order_id=f"{d}-{i}")
        for d in range(28 + 31)
        for i in range(10)
    ]
    tell(ws, rows)
    found = one(ws, "orders", period=month(2026, 3, ws.zone), compare="previous")
    assert found.value == 310 and found.change is not None
    assert found.change.change.difference == 0 and found.change.verdict is None
