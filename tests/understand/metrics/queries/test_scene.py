"""Slices: places roll up, scopes hide, stages come from the catalog, changes are tested."""

from __future__ import annotations

import random

import pytest
from tests.understand.metrics.story import NOON, answered, by, days, happened, one, tell

from regulars.company.places import service as places
from regulars.company.places.model import Kind, Place
from regulars.company.rights.model import SHELL
from regulars.kit.errors import Invalid
from regulars.kit.period import Period, month
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service


def north_and_south(ws: Workspace) -> None:
    """The North has the stores Aspen and Birch, the South only Cedar."""
    rows = [
        Place("north", Text("North", "北区"), Kind.REGION),
        Place("south", Text("South", "南区"), Kind.REGION),
        Place("aspen", Text("Aspen", "白杨店"), Kind.STORE, "north"),
        Place("birch", Text("Birch", "白桦店"), Kind.STORE, "north"),
        Place("cedar", Text("Cedar", "雪松店"), Kind.STORE, "south"),
    ]
    places.replace_all(ws, SHELL, rows, now=NOON)
    stores = ["aspen"] * 10 + ["birch"] * 20 + ["cedar"] * 30
    tell(ws, [answered(f"p{i}", "nps", 9, place=store) for i, store in enumerate(stores)])
    tell(ws, [answered(f"q{i}", "nps", 0) for i in range(6)])


def test_an_answer_counts_for_its_store_and_for_the_region_above(ws: Workspace) -> None:
    north_and_south(ws)
    found = {place: row.n for place, row in by(ws, "nps", "place").items()}
    assert found == {"aspen": 10, "birch": 20, "cedar": 30, "north": 30, "south": 30, None: 6}
    assert one(ws, "nps", filters={"place": "north"}).n == 30
    assert one(ws, "nps", filters={"place": ["aspen", "south"]}).n == 40
    assert one(ws, "nps", filters={"place": "none"}).n == 6


def test_a_scope_hides_other_places_from_every_number(ws: Workspace) -> None:
    north_and_south(ws)
    scope = places.tree(ws).within(["aspen"])
    assert one(ws, "nps", scope=scope).n == 10
    assert set(by(ws, "nps", "place", scope=scope)) == {"aspen"}
    assert one(ws, "nps", scope=scope, filters={"place": "cedar"}).n == 0
    assert one(ws, "nps", scope=frozenset()).n == 0


def test_a_customer_who_shopped_in_two_stores_of_a_region_is_one_in_it(ws: Workspace) -> None:
    north_and_south(ws)
    tell(ws, [happened(f"p{i}", "Store Visited", place="birch") for i in range(10)])
    found = by(ws, "complaint_share", "place")
    assert (found["aspen"].n, found["birch"].n, found["north"].n) == (10, 30, 30)


def test_stage_and_touchpoint_come_from_the_catalog(ws: Workspace) -> None:
    tell(ws, [answered(f"p{i}", "csat", 5, touchpoint="delivery") for i in range(6)])
    assert by(ws, "csat_satisfied_share", "stage")["delivery"].n == 6
    assert one(ws, "csat_satisfied_share", filters={"stage": "delivery"}).n == 6
    tell(ws, [happened(f"p{i}", "Order Completed", order_id=f"o{i}", amount=5) for i in range(6)])
    assert None not in by(ws, "orders", "touchpoint")


def test_slices_and_grains_go_together(ws: Workspace) -> None:
    rows = [answered(f"p{i}", "nps", 10, channel="app") for i in range(5)]
    rows += [answered(f"p{i}", "nps", 0, NOON + days(30), channel="hotline") for i in range(5)]
    tell(ws, rows)
    found = by(ws, "nps", "channel", "month")
    assert {key: row.value for key, row in found.items()} == {
        ("app", "2026-10-01"): 100,
        ("hotline", "2026-11-01"): -100,
    }
    assert found["hotline", "2026-11-01"].start == month(2026, 11, ws.zone).start
    with pytest.raises(Invalid, match="grains"):
        service.measure(ws, "nps", by=["month", "year"])


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
