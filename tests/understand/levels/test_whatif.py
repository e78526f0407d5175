"""The what-if begins at what is, lets no repetition rise above what holds it, and has intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.understand.levels.made import DAY, JULY, answer, tell

from regulars.kit.period import Period
from regulars.kit.stats.proportion import wilson
from regulars.timeline.workspace import Workspace
from regulars.understand.levels import service
from regulars.understand.levels.model import Case, Cell, LevelRules, Levels, feel
from regulars.understand.levels.whatif import Wish, what_if
from regulars.understand.scope.model import EventScope


def disappointed(ws: Workspace) -> Levels:
    """40 guests give 5 of 5 four times, ten of them then twice 1 of 5, ten days apart.

    The first 1 is far below what they expected. At the second they expected less, but it is the
    same 1 at the same touchpoint: it is no better than the first.
    """
    rows = []
    for n in range(40):
        who = f"guest {n:02d}"
        rows += [answer(who, JULY + 10 * k * DAY, 5.0) for k in range(4)]
        if n < 10:
            rows += [answer(who, JULY + 10 * k * DAY, 1.0) for k in (4, 5)]
    tell(ws, rows)
    return service.levels(ws, EventScope(Period(JULY, JULY + 90 * DAY)))


def test_nothing_jumps_at_zero_and_shares_have_intervals(ws: Workspace) -> None:
    """20 of 180 experiences are negative, two each of ten guests: 11.1 %."""
    found = disappointed(ws)
    for impact in (0.0, 0.01, 1.0):
        eased, _renewed = what_if(found, Wish(impact=impact, share=0.0))
        assert eased.levels == [20, 0, 0, 0, 0]
        assert eased.share_after.value == pytest.approx(20 / 180)
    assert found.whole is not None
    assert found.whole.size < 180  # ten people said all that is negative
    low, high = wilson(20 / 180 * found.whole.size, found.whole.size)
    assert (eased.share_after.low, eased.share_after.high) == pytest.approx((low, high))
    assert eased.share_lifted.value == 0 and eased.share_lifted.high is not None
    best, _renewed = what_if(found, Wish(impact=100.0))
    assert best.share_after.value == 0 and best.share_lifted.value == pytest.approx(20 / 180)


def test_a_repetition_is_lifted_with_what_holds_it(ws: Workspace) -> None:
    """Both of a guest's 1s cease to be negative at the same impact: that which the first needs."""
    found = disappointed(ws)
    first = max(found.negative, key=lambda cell: cell.expectation)
    # Negative is a gap g with g × (0.5 + participation) ≥ 25; so many points lift it.
    need = first.expectation - 25.0 / (0.5 + first.participation) - first.points
    assert need > 5
    less, _made = what_if(found, Wish(impact=need - 0.01))
    more, _made = what_if(found, Wish(impact=need + 0.01))
    assert (less.levels[0], more.levels[0]) == (20, 0)


points = st.floats(0, 100)
shares = st.floats(0, 1)


@given(
    st.lists(st.tuples(points, points, shares, points, shares), min_size=1, max_size=8),
    points,
    points,
)
def test_more_impact_never_leaves_more_negative(
    felt: list[tuple[float, float, float, float, float]], one: float, other: float
) -> None:
    rules = LevelRules()
    cells = []
    for said, expectation, participation, held, deeper in felt:
        bad = feel(*(np.array([v]) for v in (said, held, deeper)), np.zeros(1, np.int64), rules)
        if bad.case[0] == Case.NEGATIVE:
            cells.append(Cell("a", 1, said, expectation, participation, 0, held, deeper, 0))
    found = Levels(None, None, None, rules, None, negative=cells)
    less, more = sorted((one, other))
    left = [what_if(found, Wish(impact=impact))[0].levels for impact in (0.0, less, more)]
    assert left[0][0] == len(cells)
    assert left[0][0] >= left[1][0] >= left[2][0]
