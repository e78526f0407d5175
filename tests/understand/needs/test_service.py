"""Predicted needs in made shops whose truth is planted, and in a real one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.kit import clock
from regulars.listen.imports import service as imports
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings
from regulars.understand.needs import service
from regulars.understand.needs.model import Needs

NOW = datetime(2026, 10, 5, 4, tzinfo=UTC)
THINGS = ("bread", "milk", "tea", "rice", "soap", "wine", "fish", "salt", "oil", "eggs")
Choice = Callable[[int, int, np.random.Generator], str]


def habit(customer: int, _turn: int, random: np.random.Generator) -> str:
    """Three times of four the own thing, else any."""
    own = THINGS[customer % len(THINGS)]
    return own if random.random() < 0.75 else str(random.choice(THINGS))


def in_turn(customer: int, turn: int, random: np.random.Generator) -> str:
    """Through a list in order, never the same twice running."""
    return THINGS[(customer + turn) % len(THINGS)]


def shop(choice: Choice, n: int = 300, days: int = 420, gap: float = 35.0) -> list[dict[str, Any]]:
    random = np.random.default_rng(8)
    rows = []
    for number in range(n):
        at, turn = float(random.integers(days // 2, days)), 0
        while at > 0.5:
            thing = choice(number, turn, random)
            rows.append(order(f"c{number:03}", f"{number}-{turn}", at, thing))
            at, turn = at - random.exponential(gap) - 1, turn + 1
    return rows


def order(who: str, key: str, days_ago: float, *things: str, **more: Any) -> dict[str, Any]:
    at = NOW - timedelta(days=float(days_ago))
    lines = [
        {"line_id": str(number), "product": f"{thing}-1", "category": thing, "quantity": 1.0,
         "amount": Decimal("5.0000")}
        for number, thing in enumerate(things)
    ]  # fmt: skip
    return {"event_id": key, "identity_id": who, "actor": "customer", "occurred_at": at,
            "known_at": at, "name": "Order Completed", "order_id": key, "lines": lines,
            "amount": Decimal(5 * len(things)), "currency": "CNY", **more}  # fmt: skip


def bring(ws: Workspace, rows: list[dict[str, Any]]) -> None:
    inbox.accept(ws, inbox.make(rows, NOW))


def of(found: Needs, key: str) -> float:
    assert found.back_test is not None
    value = next(one.hits.value for one in found.back_test.candidates if one.key == key)
    assert value is not None
    return value


def test_a_planted_habit_is_found_and_told(ws: Workspace) -> None:
    bring(ws, shop(habit))
    found = service.compute(ws, None)
    assert found.used == "habit" and found.level == "category" and found.n == 300
    assert of(found, "habit") > 0.75 > of(found, "popular") + 0.2
    told = {one.person: one.wants[0] for one in found.customers}
    own = [person for person in told if told[person].item == THINGS[int(person[1:]) % len(THINGS)]]
    assert len(own) / len(told) > 0.9
    first = found.customers[0].wants[0]
    assert first.chance is not None and first.low is not None and first.high is not None
    assert first.low < 0.8 < first.high and first.n > 50


def test_what_follows_what_is_found(ws: Workspace) -> None:
    bring(ws, shop(in_turn, gap=60.0))
    found = service.compute(ws, None)
    assert found.used in {"together", "both"} and of(found, found.used) > of(found, "habit") + 0.1


def test_a_person_s_needs_are_the_ones_in_the_list(ws: Workspace) -> None:
    bring(ws, shop(habit))
    found = service.answered(ws, None, now=NOW).payload
    best = found.customers[0]
    assert service.of_person(ws, None, found, best.person) == best
    assert service.of_person(ws, None, found, "nobody") is None
    table = service.customers(ws, None, found)
    assert table.num_rows == found.n == len(set(table.column("person_id").to_pylist()))
    ranks = table.column("rank").to_pylist()
    assert ranks == sorted(ranks, reverse=True)
    assert sum(one.first for one in found.items) == found.n


def test_learnt_before_the_test_and_blind_to_what_became_known_later(ws: Workspace) -> None:
    rows = shop(habit)
    bring(ws, rows)
    honest = service.compute(ws, None).back_test
    assert honest is not None and (honest.cut - honest.learnt_from).days >= 91
    cut = datetime.combine(honest.cut, datetime.min.time(), UTC)
    late = NOW - timedelta(hours=1)
    # Everybody's next purchase, entered afterwards as if it had been there before the cut.
    planted = [
        {**row, "event_id": f"leak-{row['event_id']}", "order_id": f"leak-{row['event_id']}",
         "occurred_at": cut - timedelta(days=3), "known_at": late}
        for row in rows if row["occurred_at"] > cut
    ]  # fmt: skip
    bring(ws, planted)
    leaky = service.compute(ws, None).back_test
    assert leaky is not None and leaky.candidates == honest.candidates


def test_products_where_lines_name_no_category(ws: Workspace) -> None:
    rows = shop(habit)
    for row in rows:
        for line in row["lines"]:
            line["category"] = None
    bring(ws, rows)
    found = service.compute(ws, None)
    assert found.level == "product" and found.names[0].endswith("-1")


def test_too_little_gives_no_number_and_says_why(ws: Workspace) -> None:
    assert service.compute(ws, None).why_not is not None
    bring(ws, [order("ana", "o1", 300, "tea"), order("ana", "o2", 20, "tea")])
    found = service.compute(ws, None)
    assert found.why_not is not None and found.back_test is None
    assert service.customers(ws, None, found).num_rows == 0


def test_only_the_caller_s_places_count(ws: Workspace) -> None:
    rows = [row | {"place": "east" if number % 2 else "west"}
            for number, row in enumerate(shop(habit))]  # fmt: skip
    bring(ws, rows)
    everywhere, east = service.compute(ws, None), service.compute(ws, frozenset({"east"}))
    assert east.back_test is not None and everywhere.back_test is not None
    assert east.back_test.customers < everywhere.back_test.customers


def test_an_erased_customer_s_list_goes(ws: Workspace) -> None:
    bring(ws, shop(habit))
    best = service.answered(ws, None, now=NOW).payload.customers[0].person
    with ws.database.transaction() as connection:
        assert findings.forget(ws, connection, frozenset({best})) == 1
    assert service.stored(ws, None, now=NOW) is None


@pytest.mark.data
def test_online_retail_s_customers_have_habits(ws: Workspace, real_data: Path) -> None:
    imports.import_files(ws, [real_data / "online-retail"], "online-retail", now=clock.now())
    found = service.compute(ws, None)
    test = found.back_test
    assert test is not None and test.customers > 1_000
    best = next(one for one in test.candidates if one.key == found.used)
    popular = next(one for one in test.candidates if one.key == "popular")
    assert found.used != "popular" and best.hits.low is not None and popular.hits.high is not None
    assert best.hits.low > popular.hits.high
