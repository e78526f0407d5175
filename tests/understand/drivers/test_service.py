"""Drivers from the timeline: who takes part, which outcome, what it costs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.company.rights.model import SHELL
from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.kit.period import Period, days
from regulars.listen.imports import service as imports
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.drivers import service
from regulars.understand.drivers.model import DriverParameters, Drivers, RaisingCost, gains
from regulars.understand.scope.model import EventFilter, EventScope

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)
NOW = NOON + timedelta(days=1)
Row = dict[str, Any]


def said(who: int, touchpoint: str, score: float, metric: str = "csat", **more: Any) -> Row:
    """One answer on the metric's usual scale."""
    low, high = (0, 10) if metric == "nps" else (1, 5)
    return {
        "event_id": f"{touchpoint}-{metric}-{who}",
        "identity_id": f"guest {who:04d}",
        "name": "Survey Answered",
        "touchpoint": touchpoint,
        "metric": metric,
        "score": float(score),
        "scale_min": low,
        "scale_max": high,
        "survey_kind": "relationship" if metric == "nps" else "transactional",
        "occurred_at": NOON,
        "known_at": NOON,
        **more,
    }


def guests(count: int = 300) -> list[Row]:
    """Guests whose recommendation follows the till, hardly the door; a third skip the door."""
    rng = np.random.default_rng(5)
    till, door = rng.integers(1, 6, (2, count))
    nps = np.clip(np.round(1.6 * till + 0.2 * door + rng.normal(0, 1, count)), 0, 10)
    rows = []
    for who in range(count):
        rows += [said(who, "till", till[who]), said(who, "relation", nps[who], "nps")]
        rows += [said(who, "door", door[who])] if who % 3 else []
    return rows


def tell(ws: Workspace, rows: list[Row]) -> None:
    assert inbox.accept(ws, inbox.make(rows, NOON)).accepted == len(rows)


def asked(ws: Workspace, outcome: str = "nps", **more: Any) -> Drivers:
    return service.drivers(ws, DriverParameters(outcome, **more), EventScope(), as_of=NOW)


def test_what_recommendation_follows_is_ranked_first(ws: Workspace) -> None:
    tell(ws, guests())
    found = asked(ws)
    first = found.drivers[0]
    assert (first.touchpoint, first.n, first.sign) == ("till", 300, "+")
    assert {one.touchpoint for one in found.drivers} == {"till", "door"}
    assert found.drivers[1].n == 200
    assert found.drivers[0].importance.low > 0.8


def test_too_few_people_give_no_ranking(ws: Workspace) -> None:
    tell(ws, guests(99))
    found = asked(ws)
    assert (found.drivers, found.r_squared, found.left.with_outcome) == ([], None, 99)


def test_an_outcome_about_a_touchpoint_is_no_attribute_of_itself(ws: Workspace) -> None:
    tell(ws, guests())
    assert {one.touchpoint for one in asked(ws, "csat@till").drivers} == {"door"}


def test_questions_about_one_touchpoint_stand_apart(ws: Workspace) -> None:
    """At the till friendliness carries the recommendation, and the speed does not."""
    rng = np.random.default_rng(7)
    rows = []
    for who in range(300):
        kind, quick, door = rng.integers(1, 6, 3)
        nps = np.clip(np.round(1.8 * kind + rng.normal(0, 1)), 0, 10)
        rows += [said(who, "till", kind, "friendliness"), said(who, "till", quick, "speed")]
        rows += [said(who, "door", door), said(who, "relation", nps, "nps")]
    tell(ws, rows)
    found = asked(ws)
    first = found.drivers[0]
    assert (first.key, first.touchpoint, first.question) == (
        "till: friendliness", "till", "friendliness",
    )  # fmt: skip
    assert {one.key for one in found.drivers} == {"till: friendliness", "till: speed", "door"}
    till = found.by_touchpoint()["till"]
    assert till.value + found.by_touchpoint()["door"].value == pytest.approx(1.0)


def test_satisfaction_with_a_touchpoint_is_explained_by_its_questions(ws: Workspace) -> None:
    """CSAT of the till follows how friendly it was; over all touchpoints it is asked about, too."""
    rng = np.random.default_rng(8)
    rows = []
    for who in range(300):
        kind, door = rng.integers(1, 6, 2)
        csat = np.clip(np.round(kind + rng.normal(0, 0.7)), 1, 5)
        rows += [said(who, "till", csat), said(who, "till", kind, "friendliness")]
        rows += [said(who, "door", door), said(who, "relation", 5 + who % 5, "nps")]
    tell(ws, rows)
    assert {"csat", "csat@till", "csat@door"} <= set(
        service.offered(ws, EventFilter("all"), now=NOW)
    )
    found = asked(ws, "csat@till")
    assert [one.touchpoint for one in found.drivers] == ["till", "door"]
    whole = asked(ws, "csat")
    assert [one.touchpoint for one in whole.drivers] == ["till"]
    assert whole.why_not == service.ALONE


def test_what_may_be_chance_is_not_ranked(ws: Workspace) -> None:
    """Guests who answer by throwing dice: R² is there, but no shares and no ranks."""
    rng = np.random.default_rng(9)
    rows = [row for row in guests() if row["metric"] != "nps"]
    rows += [said(who, "relation", rng.integers(0, 11), "nps") for who in range(300)]
    tell(ws, rows)
    found = asked(ws)
    assert found.why_not == service.CHANCE
    assert (found.ranked, found.by_touchpoint(), found.steadiness) == ([], {}, None)
    assert all((one.importance, one.rank) == (None, None) for one in found.drivers)
    assert found.r_squared is not None
    assert found.r_squared.low == 0
    assert gains(found, [RaisingCost("till", 1000, 10, "CNY")]) == []


def test_staying_is_explained_by_what_was_said_before(ws: Workspace) -> None:
    """Guests act again within the last 91 days if the till was good; the answers lie before."""
    rows = guests()
    back = {row["identity_id"] for row in rows if row["touchpoint"] == "till" and row["score"] > 3}
    later = NOON + timedelta(days=100)
    rows += [
        {"event_id": f"back {who}", "identity_id": who, "name": "Page Viewed", "occurred_at": later}
        for who in sorted(back)
    ]
    tell(ws, rows)
    period = Period(NOON - timedelta(days=1), later + timedelta(days=1))
    found = service.drivers(
        ws, DriverParameters("retention"), EventScope(period), as_of=later + timedelta(days=2)
    )
    assert found.left.with_outcome == 300
    assert found.drivers[0].touchpoint == "till"
    assert found.left.outcome_all == pytest.approx(100 * len(back) / 300)


def test_staying_needs_a_period_longer_than_the_follow_up(ws: Workspace) -> None:
    tell(ws, guests(5))
    with pytest.raises(Invalid) as wrong:
        asked(ws, "retention")
    assert wrong.value.code == "drivers.period"


def test_a_manager_sees_only_what_happened_at_home(ws: Workspace) -> None:
    home = [{**row, "place": "home"} for row in guests(150)]
    away = [
        {**row, "event_id": f"a{row['event_id']}", "identity_id": f"a{row['identity_id']}"}
        for row in guests(200)
    ]
    tell(ws, home + away)
    found = service.drivers(
        ws, DriverParameters("nps"), EventScope(scope=frozenset({"home"})), as_of=NOW
    )
    assert found.left.with_outcome == 150


def test_costs_are_kept_changed_and_taken_away(ws: Workspace) -> None:
    service.set_cost(ws, "till", 500, 10, by=SHELL, now=NOW)
    service.set_cost(ws, "till", 800, 5, by=SHELL, now=NOW)
    assert service.costs(ws) == [RaisingCost("till", 800, 5, "CNY")]
    service.set_cost(ws, "till", None, 0, by=SHELL, now=NOW)
    assert service.costs(ws) == []
    with pytest.raises(Invalid):
        service.set_cost(ws, "till", -1, 10, by=SHELL, now=NOW)


def test_the_stored_answer_is_the_computed_one(ws: Workspace) -> None:
    tell(ws, guests())
    question = DriverParameters("nps", EventFilter("all"))
    assert service.stored(ws, question, now=NOW) is None
    made = service.answered(ws, question, now=NOW).payload
    kept = service.stored(ws, question, now=NOW)
    assert kept is not None
    assert kept.payload == made
    assert [year.year for year in made.years] == [2026]


def test_the_airports_passengers_rank_alike_over_the_years(ws: Workspace, real_data: Path) -> None:
    """sfo-survey 2014-2017, the same fourteen items, outcome Q7ALL: food stays near the top."""
    imports.import_files(ws, [real_data / "sfo-survey"], "sfo-survey", now=clock.now())
    question = DriverParameters("csat@airport")
    extent = EventScope(days(date(2017, 1, 1), date(2018, 1, 1), ws.zone))
    found = service.drivers(ws, question, extent, as_of=clock.now(), years=True)
    assert (found.left.with_outcome, found.left.complete) == (2688, 494)
    assert len(found.drivers) == 14
    assert found.drivers[0].touchpoint == "food"
    assert found.drivers[0].rank_high <= 6
    assert found.drivers[-1].touchpoint == "wifi"
    assert sum(one.explains.value for one in found.drivers) == pytest.approx(
        found.r_squared.value if found.r_squared else 0
    )
    assert found.r_squared is not None
    assert 0.5 < found.r_squared.low < found.r_squared.high < 0.7
    assert [year.year for year in found.years][-4:] == [2014, 2015, 2016, 2017]
    assert found.steadiness is not None
    assert found.steadiness > 0.5
    assert all("food" in sorted(y.importance, key=lambda k: -y.importance[k])[:4]
               for y in found.years[-4:])  # fmt: skip
