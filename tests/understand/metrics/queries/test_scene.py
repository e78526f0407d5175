"""Slices: places roll up, scopes hide, stages come from the catalog, changes are tested."""

from __future__ import annotations

import pytest
from tests.understand.metrics.story import NOON, answered, by, days, happened, one, tell

from regulars.company.places import service as places
from regulars.company.places.model import Kind, Place
from regulars.company.rights.model import SHELL
from regulars.kit.errors import Invalid
from regulars.kit.period import month
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
    tell(ws, [happened("p0", "Complaint Made", place="birch")])
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
