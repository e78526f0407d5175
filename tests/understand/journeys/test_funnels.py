"""A funnel finds every attempt that somebody reading event by event finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import sizes
from tests.understand.journeys import brute
from tests.understand.journeys.brute import Happened
from tests.understand.journeys.test_queries import EVENTS, STEPS, listed, rows

from regulars.understand.journeys import funnels
from regulars.understand.journeys.model import ORDERS, Order


@pytest.mark.parametrize("order", ORDERS)
@settings(deadline=None, max_examples=sizes.of(15, 60))
@given(events=EVENTS, window=st.integers(1, 8))
def test_a_funnel_finds_every_attempt(events: list[Happened], window: int, order: Order) -> None:
    steps = STEPS[:3]
    coded = rows(events, steps)
    reached = funnels.attempts(coded, 3, window * 60, order)
    if order == "any_order":
        found = listed(funnels.highest(reached, None))
        counts = [sum(row["n"] for row in found if row["level"] >= j) for j in range(3)]  # type: ignore[operator,misc]
    else:
        found = listed(funnels.conversions(reached, None))
        counts = [sum(row["n"] for row in found if row["level"] == j) for j in range(3)]  # type: ignore[misc]
    assert counts == brute.funnel(events, steps, window, order)
