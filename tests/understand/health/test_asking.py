"""Answers of one person are taken together, in a refresh too."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import sizes
from tests.understand.health.test_service import NOON, answers, shop, told

from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.health import service
from regulars.understand.health.model import bounded, standard_error
from regulars.understand.scope.model import EventScope

PEOPLE = st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=4), min_size=6, max_size=14)


@settings(deadline=None, max_examples=sizes.of(10, 25))
@given(PEOPLE)
def test_answers_of_one_person_are_taken_together(people: list[list[int]]) -> None:
    """The error is that of a ratio of means over people, worked out here directly."""
    points = [[25.0 * (score - 1) for score in own] for own in people]
    total = sum(len(own) for own in points)
    value = sum(map(sum, points)) / total
    moves = [sum(own) / total - value * len(own) / total for own in points]
    n = len(points)
    expected = math.sqrt(n / (n - 1) * sum(move * move for move in moves))
    error = standard_error(sum(move * move for move in moves), n)
    assert error == pytest.approx(expected)
    low, high = bounded(value, error, total, n)
    assert low is not None and high is not None and 0 <= low <= value + 1e-9
    assert value - 1e-9 <= high <= 100


def test_one_loud_person_widens_the_interval(ws: Workspace) -> None:
    """Wang answers 30 times: one person's voice, not thirty."""
    told(
        ws,
        shop(till=1, door=1),
        answers("till", [5, 3] * 15 + [1] * 30),
        answers("door", [5, 3] * 15),
        answers("door", [1] * 30, who="Wang"),
    )
    found = service.performance(ws, EventScope())
    till, door = found["till"], found["door"]
    assert (till.n, till.people, door.n, door.people) == (60, 60, 60, 31)
    assert till.value == door.value
    assert till.error is not None and door.error is not None
    assert door.error > 2 * till.error


@pytest.mark.parametrize("few", [0, 7])
def test_a_refresh_finds_the_same_from_the_answers_it_keeps(ws: Workspace, few: int) -> None:
    """Forty people answer two questions at the till and one at the door; `few` answer a third."""
    groups = [
        answers(point, [1 + (number * step) % 5], who=f"guest {number}", metric=metric)
        for number in range(40)
        for point, metric, step in (("till", "csat", 1), ("till", "ces", 2), ("door", "csat", 3))
    ]
    groups += [answers("till", [5], who=f"rare {number}", metric="rare") for number in range(few)]
    told(ws, shop(till=1, door=3), *groups)
    flush(ws)
    counted = service.health(ws, EventScope()), service.performance(ws, EventScope())
    ws.engine.pin(NOON + timedelta(days=1))
    try:
        kept = service.health(ws, EventScope()), service.performance(ws, EventScope())
    finally:
        ws.engine.unpin()
    assert counted[0].low is not None and kept[0].people == counted[0].people == 40
    for one, other in zip(kept, counted, strict=True):
        assert _rounded(one) == _rounded(other)


def _rounded(found: Any) -> Any:
    return json.loads(
        msgspec.json.encode(found), parse_float=lambda number: round(float(number), 9)
    )
