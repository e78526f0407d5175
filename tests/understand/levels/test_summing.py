"""Shares of levels add up; periods are compared, moves counted, wear marked."""

from __future__ import annotations

import numpy as np
import pytest
from tests.understand.levels.made import DAY, JULY, NOW, answer, guests, tell, visit
from tests.understand.levels.test_service import FIRST

from regulars.kit.period import Period
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.levels import service
from regulars.understand.levels.model import Case
from regulars.understand.scope.model import EventScope

SECOND = Period(JULY + 60 * DAY, JULY + 130 * DAY)


def test_shares_add_up_and_have_intervals(ws: Workspace) -> None:
    tell(ws, guests())
    found = service.levels(ws, EventScope(FIRST))
    assert found.whole is not None
    assert (found.whole.n, found.whole.people) == (100, 100)
    assert sum(one.value or 0 for one in found.whole.shares) == pytest.approx(1)
    negative = found.whole.shares[0]
    assert negative.value == pytest.approx(0.2)
    assert negative.low == pytest.approx(0.133, abs=0.001)
    assert negative.high == pytest.approx(0.289, abs=0.001)
    assert found.whole.cases[Case.NEGATIVE] == 20


def test_periods_are_compared_and_moves_counted(ws: Workspace) -> None:
    tell(ws, guests())
    found = service.levels(ws, EventScope(SECOND))
    assert found.whole is not None
    assert found.moves is not None
    assert (found.moves.people, found.moves.fell, found.moves.rose) == (100, 0, 20)
    assert found.moves.p is not None
    assert found.moves.p < 0.001
    assert found.whole.change.difference == pytest.approx(-0.2)
    (point,) = found.points
    assert point.better
    assert not point.worse


def wearing(ws: Workspace, slope: float, seed: int) -> None:
    """200 guests get a gift each month for ten months; `slope` points less each time."""
    rng, rows = np.random.default_rng(seed), []
    for n in range(200):
        start = JULY + float(rng.uniform(-400, -200)) * DAY
        for k in range(10):
            at = start + 30 * k * DAY
            rows.append(visit(f"guest {n}", at, "gift"))
            if rng.random() < 0.3:
                score = np.clip(round(4.2 + slope * min(k, 5) / 25 + rng.normal(0, 0.7)), 1, 5)
                rows.append(answer(f"guest {n}", at + DAY, float(score), "gift"))
    assert inbox.accept(ws, inbox.make(rows, NOW)).accepted == len(rows)


def test_a_touchpoint_that_wears_off_is_marked(ws: Workspace) -> None:
    wearing(ws, -6.0, seed=3)
    (point,) = service.levels(ws, EventScope()).points
    assert point.fading is not None
    assert point.fading.mark
    assert point.fading.slope == pytest.approx(-6, abs=1)  # scores are rounded and cut


def test_no_wear_no_mark(ws: Workspace) -> None:
    wearing(ws, 0.0, seed=4)
    (point,) = service.levels(ws, EventScope()).points
    assert point.fading is not None
    assert not point.fading.mark
    assert point.fading.low < 0 < point.fading.high
