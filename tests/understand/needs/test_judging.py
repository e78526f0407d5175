"""Bins of a back-test hold every prediction once; where all are alike the simplest is used."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.understand.needs.test_service import THINGS, bring, shop

from regulars.timeline.workspace import Workspace
from regulars.understand.needs import judging, service
from regulars.understand.needs.model import CANDIDATES


def alike(_customer: int, _turn: int, random: np.random.Generator) -> str:
    """Everybody the same way: the first things more often."""
    return THINGS[min(int(random.geometric(0.35)) - 1, len(THINGS) - 1)]


def test_where_all_are_alike_the_simplest_is_used(ws: Workspace) -> None:
    bring(ws, shop(alike))
    found = service.compute(ws, None)
    assert found.used == "popular"
    assert [one.key for one in found.back_test.candidates] == list(CANDIDATES)  # type: ignore[union-attr]
    assert found.items[0].name == "bread" and found.items[0].first == found.n


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=100))
def test_bins_hold_every_prediction_once(pairs: list[tuple[float, bool]]) -> None:
    strength = np.array([[one] for one, _hit in pairs])
    found = judging.bins(strength, np.array([[hit] for _one, hit in pairs]))
    assert sum(one.hits.n for one in found) == len(pairs)
    assert (judging.places(found, strength) < len(found)).all()
    shares = [one.hits.value or 0.0 for one in found]
    assert shares == sorted(shares)
