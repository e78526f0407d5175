"""The health index, worked out by hand with round numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scipy import stats

from regulars.company.rights.model import SHELL
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.listen.catalog.model import Area, Catalog, Phase, Stage, Touchpoint
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.health import service
from regulars.understand.scope.model import EventFilter, EventScope

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)


def shop(**weights: float) -> Catalog:
    """A catalog of one stage whose touchpoints have these weights; `late` is part of `door`."""
    points = [
        Touchpoint(
            key,
            Text(key, key),
            "all",
            Area.SERVICE,
            weight=weight,
            part_of="door" if key == "late" else None,
        )
        for key, weight in weights.items()
    ]
    return Catalog(Text("t", "t"), (Stage("all", Text("a", "a"), Phase.PURCHASE),), tuple(points))


def answers(
    touchpoint: str, scores: Iterable[float], *, who: str = "", **more: Any
) -> list[dict[str, Any]]:
    """Answers on 1 to 5, each by another person unless `who` is given."""
    values = {"scale_min": 1.0, "scale_max": 5.0, "metric": "csat", "occurred_at": NOON, **more}
    return [
        {
            "event_id": f"{touchpoint}-{values['metric']}-{values['occurred_at']}-{who}-{number}",
            "identity_id": who or f"{touchpoint} guest {number}",
            "name": "Survey Answered",
            "touchpoint": touchpoint,
            "score": score,
            **values,
        }
        for number, score in enumerate(scores)
    ]


def told(ws: Workspace, kept: Catalog, *groups: list[dict[str, Any]]) -> None:
    catalog.save_catalog(ws, kept, SHELL, reason="a test", now=NOON)
    inbox.accept(ws, inbox.make([row for group in groups for row in group], NOON))


def test_the_index_is_the_weighted_mean_of_touchpoints(ws: Workspace) -> None:
    """Till 75 with weight 1, door 50 with weight 3, so 56.25."""
    told(ws, shop(till=1, door=3), answers("till", [4] * 40), answers("door", [3] * 30))
    found = service.health(ws, EventScope())
    assert (found.value, found.n, found.people) == (56.25, 70, 70)
    assert (found.coverage, found.counted, found.touchpoints) == (1.0, 2, 2)


def test_the_interval_is_that_of_a_mean(ws: Workspace) -> None:
    """50 answers of 1 and 50 of 5: mean 50, standard deviation 50.25, t interval."""
    told(ws, shop(till=1), answers("till", [1, 5] * 50))
    found = service.health(ws, EventScope())
    error = math.sqrt(100 * 50**2 / 99) / math.sqrt(100)
    reach = stats.t.ppf(0.975, 99) * error
    assert found.low is not None and found.high is not None
    assert (found.low, found.high) == pytest.approx((50 - reach, 50 + reach))


def test_few_answers_take_no_part(ws: Workspace) -> None:
    told(ws, shop(till=1, door=1), answers("till", [5] * 30), answers("door", [1] * 29))
    found = service.health(ws, EventScope())
    assert (found.value, found.coverage, found.counted) == (100.0, 0.5, 1)
    door = found.parts[1]
    assert (door.n, door.value, door.counted) == (29, 0.0, False)


def test_what_fewer_than_five_people_said_is_not_told(ws: Workspace) -> None:
    told(ws, shop(till=1), answers("till", [1] * 4), answers("till", [5] * 40, who="Wang"))
    assert service.performance(ws, EventScope())["till"].people == 5
    told(ws, shop(till=2), answers("door", [1] * 4))
    assert "door" not in service.performance(ws, EventScope())


def test_without_answers_there_is_no_index(ws: Workspace) -> None:
    found = service.health(ws, EventScope())
    assert (found.value, found.low, found.high, found.n) == (None, None, None, 0)


def test_an_outcome_counts_to_its_touchpoint(ws: Workspace) -> None:
    """60 on time at 100 and 20 late at 0: the door as one is at 75; the late ones alone at 0."""
    told(ws, shop(door=1, late=9), answers("door", [5] * 60), answers("late", [1] * 20))
    assert service.health(ws, EventScope()).value == 75.0
    assert service.performance(ws, EventScope())["late"].value == 0.0


def test_each_question_counts_the_same(ws: Workspace) -> None:
    """90 answers of 100 to one question and 30 of 0 to the other: 50, not 75."""
    ease = {"metric": "ces", "scale_min": 1.0, "scale_max": 7.0}
    told(ws, shop(till=1), answers("till", [5] * 90), answers("till", [1] * 30, **ease))
    assert service.performance(ws, EventScope())["till"].value == 50.0


def test_the_course_has_a_month_a_month(ws: Workspace) -> None:
    """September at 50, October at 100; the month is Shanghai's, not UTC's."""
    before = datetime(2026, 9, 15, tzinfo=UTC)
    edge = datetime(2026, 9, 30, 17, tzinfo=UTC)  # 1 October, 01:00 in Shanghai
    told(
        ws,
        shop(till=1),
        answers("till", [3] * 40, occurred_at=before),
        answers("till", [5] * 20, occurred_at=edge),
        answers("till", [5] * 20),
    )
    months = service.health(ws, EventScope()).trend
    assert [(m.month, m.value, m.n) for m in months] == [
        ("2026-09", 50.0, 40),
        ("2026-10", 100, 40),
    ]


def test_places_outside_the_scope_do_not_count(ws: Workspace) -> None:
    told(
        ws,
        shop(till=1),
        answers("till", [5] * 30, place="east"),
        answers("till", [1] * 30, place="west", metric="csat2"),
    )
    assert service.performance(ws, EventScope(scope=frozenset({"east"})))["till"].value == 100.0
    assert service.performance(ws, EventScope(scope=frozenset())) == {}


def test_stored_indices_follow_the_catalog(ws: Workspace) -> None:
    told(ws, shop(till=1, door=1), answers("till", [5] * 30), answers("door", [1] * 30))
    now = NOON + timedelta(hours=1)
    assert service.stored(ws, EventFilter(), now=now) is None
    assert service.answered(ws, EventFilter(), now=now).payload.value == 50.0
    kept = service.stored(ws, EventFilter(), now=now)
    assert kept is not None and kept.payload.value == 50.0
    catalog.save_catalog(ws, shop(till=3, door=1), SHELL, reason="tills matter", now=now)
    assert service.stored(ws, EventFilter(), now=now) is None
    assert service.answered(ws, EventFilter(), now=now).payload.value == 75.0
