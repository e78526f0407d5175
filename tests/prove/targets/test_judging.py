"""A promise is judged by its interval, on the due day, beside its guardrails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.prove.targets.test_service import DOWN, UP, complaints, judged, target, twenty_answers
from tests.understand.metrics.story import NOON, answered, days, happened, tell

from regulars.kit.stats.estimate import Estimate
from regulars.prove.targets.model import (
    Baseline,
    TargetKind,
    gap_of,
    verdict_of,
    window,
)
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics.model import Direction, Verdict
from regulars.understand.value_groups import service as value_groups


def test_rule_two_nps_above_60_is_undetermined(ws: Workspace) -> None:
    tell(ws, twenty_answers())
    found = judged(ws, target("nps", 60))
    assert found.verdict is Verdict.UNDETERMINED
    assert found.gap == pytest.approx(0.0)
    assert judged(ws, target("nps", 20)).verdict is Verdict.MET
    missed = judged(ws, target("nps", 85))
    assert (missed.verdict, missed.gap) == (Verdict.NOT_MET, 25)


def test_after_the_due_day_later_events_change_nothing(ws: Workspace) -> None:
    tell(ws, twenty_answers())
    tell(ws, [answered(f"late{i}", "nps", 0, NOON + days(10)) for i in range(50)])
    due = NOON.date()
    found = judged(ws, target("nps", 20, due=due), now=NOON + days(20))
    assert (found.verdict, found.over) == (Verdict.MET, True)
    assert found.measured is not None and found.measured.n == 20


def test_a_guardrail_that_got_worse_is_flagged(ws: Workspace) -> None:
    """Satisfaction is fine, but complaints went from 5 to 60 of 200 customers."""
    tell(ws, complaints(5, NOON - days(100)))
    tell(ws, complaints(60, NOON))
    tell(ws, [answered(f"p{i}", "csat", 5) for i in range(150)])
    rails = ("complaint_share", "response_rate", "clv_amount_12m")
    found = judged(ws, target("csat_satisfied_share", 85, guardrails=rails))
    assert found.verdict is Verdict.MET
    worse = {rail.metric: rail.worse for rail in found.guardrails}
    assert worse == {"complaint_share": True, "response_rate": False, "clv_amount_12m": False}
    assert found.guardrails[2].note is not None


def test_a_promise_about_core_customers_is_judged_on_them(ws: Workspace) -> None:
    """Of 100 customers the 20 best all come back; of the others nobody does."""
    first = NOON - days(60)
    rows = [happened(f"p{i:02}", "Order Completed", first, order_id=f"a{i}", amount=1000 - i)
            for i in range(100)]  # fmt: skip
    rows += [happened(f"p{i:02}", "Page Viewed", NOON - days(5)) for i in range(20)]
    tell(ws, rows)
    start = window(target("active_share", 75, window_days=30), NOON.date(), ws.zone).start
    assert start is not None
    value_groups.assign(ws, start, now=NOON)
    core = judged(ws, target("active_share", 75, window_days=30, audience="core"))
    assert core.measured is not None and (core.measured.n, core.measured.value) == (20, 100.0)
    assert core.verdict is Verdict.MET
    base = judged(ws, target("active_share", 75, window_days=30, audience="base"))
    assert base.measured is not None and (base.measured.n, base.measured.value) == (30, 0.0)
    assert base.verdict is Verdict.NOT_MET


numbers = st.floats(-1000, 1000)


@given(numbers, st.floats(0.01, 100), numbers, st.sampled_from([UP, DOWN]))
def test_a_target_and_its_opposite_are_never_both_met(
    low: float, width: float, goal: float, direction: Direction
) -> None:
    found = Estimate(50, low + width / 2, low, low + width)
    verdict = verdict_of(target("nps", goal, direction=direction), found)
    other = DOWN if direction is UP else UP
    opposite = verdict_of(target("nps", goal, direction=other), found)
    if verdict is Verdict.MET:
        assert opposite in (Verdict.NOT_MET, Verdict.UNDETERMINED)
    if low < goal < low + width:
        assert verdict is opposite is Verdict.UNDETERMINED


@given(st.floats(1, 100), st.floats(-99, 200), st.floats(0, 200))
def test_the_gap_is_zero_at_the_goal(base: float, percent: float, value: float) -> None:
    baseline = Baseline(base, None, None, 100, None, None, NOON, "test")
    direction = UP if percent > 0 else DOWN
    made = target("nps", percent, kind=TargetKind.RELATIVE, direction=direction, baseline=baseline)
    goal = base * (1 + percent / 100)
    gap = gap_of(made, Estimate(9, value, None, None))
    assert gap == pytest.approx(goal - value if direction is UP else value - goal)
    assert gap_of(made, Estimate(9, goal, None, None)) == pytest.approx(0, abs=1e-9)
