"""Ten customers a day pass the till and the parcel desk; some complain afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from regulars.kit.errors import Invalid
from regulars.kit.period import Period
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.complaints import comparing, service
from regulars.understand.complaints.comparing import Stratum
from regulars.understand.complaints.model import (
    Complaints,
    Place,
    Problem,
    ProblemParameters,
    per_thousand,
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


def test_a_step_that_always_comes_first_is_no_mark() -> None:
    """Whoever complains of a parcel has ordered; so has everybody who got one."""
    cases = {"parcel": Stratum(80, 80, {"order": 80, "detour": 40})}
    passages = {
        "parcel": Stratum(1000, 1000, {"order": 1000, "detour": 100}),
        "home": Stratum(9000, 9000, {"order": 900, "detour": 900}),
    }
    told = {one.touchpoint: one for one in comparing.before(cases, passages)}
    assert told["order"].ordinary.marked
    assert not told["order"].marked
    assert told["detour"].marked


@pytest.mark.parametrize(
    ("problems", "stands_out"),
    [(8, False), (15, False), (40, True)],
)
def test_a_place_stands_out_from_ten_more_in_a_thousand(problems: int, stands_out: bool) -> None:
    """All others have 2 problems in 1,000 passages."""

    def place(key: str, n: int, passages: int) -> Place:
        rate = per_thousand(n, n, passages)
        return Place(key, None, n, n, passages, rate, rate)

    places = [place("desk", problems, 1000), place("rest", 40, 20_000)]
    squares = {"desk": float(problems), "rest": 40.0}
    desk, rest = comparing.marked(places, squares)
    assert (desk.marked, rest.marked) == (stands_out, False)
    assert not comparing.marked(places, squares, reported=False)[0].marked


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
    assert (told.total, told.before) == (0, [])
    assert all(stage.rate.value is None for stage in told.stages)


def test_the_table_of_the_page_is_what_the_rate_gives() -> None:
    page = Path(__file__).parents[3] / "docs" / "algorithms" / "complaints.md"
    lines = [line.strip("| ").split(" | ") for line in page.read_text("utf-8").splitlines()
             if line.startswith("| ") and line[2].isdigit()]  # fmt: skip
    assert len(lines) == 4
    for problems, people, passages, *told in lines:
        n, size = int(problems), int(passages.replace(",", ""))
        squares = n * n / max(int(people), 1)
        rate = per_thousand(n, squares, size)
        assert [
            ("–" if x is None else f"{x:.1f}") for x in (rate.value, rate.low, rate.high)
        ] == told


@given(some.integers(0, 200), some.integers(200, 10_000))
def test_the_interval_holds_the_rate_and_widens_with_repeaters(n: int, passages: int) -> None:
    alone, again = per_thousand(n, n, passages), per_thousand(n, 2 * n, passages)
    assert alone.low <= alone.value <= alone.high  # type: ignore[operator]
    assert again.high - again.low >= alone.high - alone.low - 1e-9  # type: ignore[operator]


def test_complaints_by_chance_mark_few_steps() -> None:
    """Where complaints follow any passage alike, at most 5 % of companies show a mark."""
    rng = np.random.default_rng(3)
    shares = {f"step {j}": share for j, share in enumerate(rng.uniform(0.05, 0.6, 20))}

    def strata(n: int) -> dict[str, Stratum]:
        steps = {step: int(rng.binomial(n, share)) for step, share in shares.items()}
        return {"till": Stratum(n, n, steps)}

    alarms = 0
    for _company in range(300):
        told = comparing.before(strata(80), strata(4000))
        alarms += any(s.ordinary.marked or (s.same and s.same.marked) for s in told)
    assert alarms <= 0.05 * 300 + 3 * (0.05 * 0.95 * 300) ** 0.5


def test_places_alike_are_seldom_marked() -> None:
    rng = np.random.default_rng(4)
    alarms = 0
    for _company in range(200):
        places = []
        for j in range(12):
            size = int(rng.integers(200, 3000))
            n = int(rng.poisson(0.01 * size))
            rate = per_thousand(n, n, size)
            places.append(Place(str(j), None, n, n, size, rate, rate))
        alarms += any(
            place.marked
            for place in comparing.marked(
                places, {str(j): float(p.n) for j, p in enumerate(places)}
            )
        )
    assert alarms <= 0.05 * 200 + 3 * (0.05 * 0.95 * 200) ** 0.5


@pytest.mark.parametrize("days", [0, 91])
def test_days_beyond_reason_are_refused(days: int) -> None:
    with pytest.raises(Invalid):
        ProblemParameters(days=days)
