"""Metrics of value groups, and numbers that other nouns have worked out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.understand.metrics.shop import bring, shown
from tests.understand.metrics.story import NOON, by, days, happened, one, tell

from regulars.kit.errors import Invalid
from regulars.kit.period import Period
from regulars.listen.profiles import service as profiles
from regulars.listen.profiles.model import Value
from regulars.timeline import linking
from regulars.timeline.workspace import Workspace
from regulars.understand.lifetime_value import service as lifetime_value
from regulars.understand.metrics import service
from regulars.understand.value_groups import service as value_groups

SPRING = NOON - days(200)


@pytest.fixture
def shop(ws: Workspace) -> Workspace:
    """A hundred customers, the 20 first of whom spend most; of these 15 come back, of all 35."""
    rows = []
    for number in range(100):
        who, spent = f"p{number:02}", 1_000 - number
        for visit in range(3):
            at = SPRING - days(60 + 20 * visit)
            order = {"order_id": f"{who}-{visit}", "amount": spent}
            rows.append(happened(who, "Order Completed", at, **order))
        if number < 15 or number >= 80:
            order = {"order_id": f"{who}-late", "amount": 10}
            rows.append(happened(who, "Order Completed", SPRING + days(10), **order))
    tell(ws, rows)
    value_groups.assign(ws, SPRING, now=NOON)
    return ws


AFTER = Period(SPRING, SPRING + days(30))


def test_orders_by_the_groups_at_the_beginning(shop: Workspace) -> None:
    found = by(shop, "orders", "value_group", period=AFTER)
    assert {group: row.value for group, row in found.items()} == {"core": 15, "base": 20}
    assert one(shop, "orders", period=AFTER, filters={"value_group": "core"}).value == 15
    core = one(shop, "retention_share", period=AFTER, filters={"value_group": "core"})
    assert core.n == 0  # nobody ordered in the 30 days before
    year = Period(SPRING - days(150), SPRING + days(30))
    core = one(shop, "active_share", period=year, filters={"value_group": "core"})
    assert (core.n, core.value) == (20, 100.0)


def test_before_the_first_assignment_the_first_one_counts(shop: Workspace) -> None:
    assert one(shop, "orders", filters={"value_group": "core"}).value == 75
    early = Period(SPRING - days(150), SPRING)
    assert one(shop, "orders", period=early, filters={"value_group": "base"}).value == 90


def test_later_groups_do_not_change_what_is_told_of_an_earlier_period(shop: Workspace) -> None:
    told = by(shop, "orders", "value_group", period=AFTER)
    rows = [happened("p99", "Order Completed", SPRING + days(20 + i), order_id=f"x{i}", amount=9e5)
            for i in range(5)]  # fmt: skip
    tell(shop, rows)
    value_groups.assign(shop, SPRING + days(30), now=NOON)
    again = by(shop, "orders", "value_group", period=AFTER)
    assert again["base"].value == (told["base"].value or 0) + 5
    later = Period(SPRING + days(31), SPRING + days(60))
    tell(shop, [happened("p99", "Order Completed", SPRING + days(40), order_id="y", amount=1)])
    assert by(shop, "orders", "value_group", period=later)["core"].value == 1


def test_linked_people_have_the_higher_group_once(shop: Workspace) -> None:
    with shop.database.transaction() as connection:
        linking.link(shop, connection, "p00", "p99", link_id="l", kind="identify", source="t",
                    at=NOON)  # fmt: skip
    found = by(shop, "orders", "value_group", period=AFTER)
    assert {group: row.value for group, row in found.items()} == {"core": 16, "base": 19}


def test_what_nobody_is_assigned_to_is_refused(ws: Workspace) -> None:
    tell(ws, [happened("p", "Order Completed", order_id="1", amount=1)])
    with pytest.raises(Invalid, match=r"value_groups\.none"):
        service.measure(ws, "orders", by=["value_group"])
    with pytest.raises(Invalid, match=r"metrics\.value_group"):
        service.measure(ws, "orders", filters={"value_group": "cor"})


def test_accuracy_is_the_assignment_s_own(shop: Workspace) -> None:
    found = one(shop, "value_group_accuracy_share")
    assert (found.n, found.value) == (100, 100.0) and (found.low or 0) > 95
    old = Period(SPRING - days(100), SPRING - days(90))
    assert one(shop, "value_group_accuracy_share", period=old).n == 0
    with pytest.raises(Invalid, match=r"metrics\.dimension"):
        service.measure(shop, "value_group_accuracy_share", by=["touchpoint"])


def test_who_was_placed_by_a_draw_is_told_beside_accuracy(ws: Workspace, tmp_path: Path) -> None:
    """Ten customers, two of them core, five potential: eight ordered once for 10, two twice.

    The two are core. The cut below potential falls among the eight: five of them are drawn into
    potential, three stay base. For eight of ten, 80 %, a draw decided.
    """
    rows = ["name,occurred_at,user_id,order_id,amount,currency"]
    for n in range(10):
        for turn in range(2 if n < 2 else 1):
            rows.append(f"Order Completed,2026-03-0{turn + 1} 09:00,p{n},{n}-{turn},10,CNY")
    bring(ws, tmp_path, "events.csv", "events", "\n".join(rows))
    found = shown(ws, "value-groups")
    assert (found["customers"], found["drawn"]) == (10, 8)
    assert (found["chance"]["n"], found["chance"]["value"]) == (10, 0.8)
    (told,) = shown(ws, "value_group_accuracy_share")
    assert (told["value"], told["beside"]["chance"]["value"]) == (100.0, 80.0)


def test_information_agrees_where_two_sources_say_the_same(ws: Workspace, tmp_path: Path) -> None:
    """Shop and hotline hold six phones, three of them alike, and one address, spelt differently.

    +86 138 0000 0001 and 13800000001 are one number, “1 Lake Road” and “1, Lake Road.” one
    address: 4 of 7, 57.1 %. A birthday that only the shop holds is nothing to compare.
    """
    bring(ws, tmp_path, "events.csv", "events",
          "name,occurred_at,user_id\nPage Viewed,2026-03-01 09:00,p1")  # fmt: skip
    at, held = NOON - days(300), []
    for n in range(1, 7):
        other = f"+86 138 0000 000{n}" if n <= 3 else f"1390000000{n}"
        held += [Value(f"{n:032x}", "phone", "shop", f"1380000000{n}", at)]
        held += [Value(f"{n:032x}", "phone", "hotline", other, at)]
    held += [Value(f"{1:032x}", "address", "shop", "1 Lake Road", at)]
    held += [Value(f"{1:032x}", "address", "hotline", "1, Lake Road.", at)]
    held += [Value(f"{1:032x}", "birthday", "shop", "1990-01-01", at)]
    with ws.database.transaction() as connection:
        profiles.keep(ws, connection, held)
    (found,) = shown(ws, "information_consistency_share")
    assert (found["n"], round(found["value"], 1)) == (7, 57.1)
    assert 20 < found["low"] < 57.1 < found["high"] < 90
    with ws.database.transaction() as connection:  # the hotline puts two right
        right = [Value(f"{n:032x}", "phone", "hotline", f"1380000000{n}", NOON) for n in (4, 5)]
        profiles.keep(ws, connection, right)
    assert round(one(ws, "information_consistency_share").value or 0, 1) == 85.7
    away = one(ws, "information_consistency_share", scope=frozenset({"away"}))
    assert (away.n, away.value) == (0, None)


def test_lifetime_value_is_the_page_s_own_and_told_by_group(ws: Workspace) -> None:
    with pytest.raises(Invalid, match="too_little"):
        service.measure(ws, "clv_amount_12m")
    rows = []
    for number in range(200):
        for visit in range(1 + number % 6):
            at = NOON - days(number % 90) - timedelta(days=(37 + number % 11) * visit)
            order = {"order_id": f"{number}-{visit}", "amount": 50 + number % 37 + visit}
            rows.append(happened(f"p{number}", "Order Completed", at, **order))
    tell(ws, rows)
    value_groups.assign(ws, NOON + days(1), now=NOON)
    page = next(a for a in lifetime_value.answered(ws, None, now=NOON).payload.ahead
                if a.days == 365)  # fmt: skip
    found = one(ws, "clv_amount_12m")
    assert (found.n, found.unit, found.slice) == (200, "CNY", {"currency": "CNY"})
    assert found.value == pytest.approx(page.mean.value) and found.low == pytest.approx(
        page.mean.low
    )
    groups = service.measure(ws, "clv_amount_12m", by=["value_group"])
    told = {row.slice["value_group"]: row for row in groups}
    assert {key: row.n for key, row in told.items()} == {"core": 40, "potential": 100, "base": 60}
    whole = sum((row.value or 0) * row.n for row in groups)
    assert whole == pytest.approx((found.value or 0) * 200)
    assert (told["core"].value or 0) > (told["base"].value or 0)
    core = one(ws, "clv_amount_12m", filters={"value_group": "core"})
    assert core.estimate == told["core"].estimate
    assert service.measure(ws, "clv_amount_12m", period=Period(None, NOON - days(9))) == []
