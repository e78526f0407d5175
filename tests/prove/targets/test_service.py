"""Promises and what the data say about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.understand.metrics.story import NOON, answered, days, happened, tell

from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import SHELL
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.period import days as period_of
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.prove.targets import presets, service
from regulars.prove.targets.model import (
    Baseline,
    Target,
    TargetKind,
    check,
    gap_of,
    verdict_of,
    window,
)
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics.model import Direction, Verdict
from regulars.understand.value_groups import service as value_groups

UP, DOWN = Direction.UP, Direction.DOWN


def target(metric: str, value: float, **more: object) -> Target:
    given: dict[str, object] = {"kind": TargetKind.ABSOLUTE, "direction": UP, **more}
    return Target(id="", metric=metric, title=Text("T", "目标"), value=value, **given)  # type: ignore[arg-type]


def judged(ws: Workspace, made: Target, now: datetime = NOON):
    return service.judged_one(ws, service.add(ws, SHELL, made, now=NOON).id, now=now)


def twenty_answers() -> list[dict[str, object]]:
    return [answered(f"p{i}", "nps", s) for i, s in enumerate([10] * 14 + [8] * 4 + [3] * 2)]


def test_rule_two_nps_above_60_is_undetermined(ws: Workspace) -> None:
    tell(ws, twenty_answers())
    found = judged(ws, target("nps", 60))
    assert found.verdict is Verdict.UNDETERMINED
    assert found.gap == pytest.approx(0.0)
    assert judged(ws, target("nps", 20)).verdict is Verdict.MET
    missed = judged(ws, target("nps", 85))
    assert (missed.verdict, missed.gap) == (Verdict.NOT_MET, 25)


def complaints(count: int, at: datetime) -> list[dict[str, object]]:
    rows = [happened(f"p{i}", "Page Viewed", at) for i in range(200)]
    return rows + [happened(f"p{i}", "Complaint Made", at) for i in range(count)]


def test_a_relative_target_waits_for_its_frozen_baseline(ws: Workspace) -> None:
    """Forty of 200 complained in spring; four do now. Forty per cent less than 20 % is 12 %."""
    spring = NOON - days(150)
    tell(ws, complaints(40, spring))
    tell(ws, complaints(4, NOON))
    made = service.add(
        ws,
        SHELL,
        target("complaint_share", -40, kind=TargetKind.RELATIVE, direction=DOWN),
        now=NOON,
    )
    before = service.judged_one(ws, made.id, now=NOON)
    assert before.verdict is Verdict.UNDETERMINED and before.goal is None
    assert before.note is not None and "baseline" in before.note.en
    first = spring.astimezone(ws.zone).date()
    past = period_of(
        date.fromordinal(first.toordinal() - 89), first.replace(day=first.day + 1), ws.zone
    )
    frozen = service.freeze_baseline(ws, SHELL, made.id, now=NOON, period=past)
    assert frozen.baseline is not None
    assert (frozen.baseline.value, frozen.baseline.n, frozen.baseline.frozen_at) == (
        20.0,
        200,
        NOON,
    )
    found = service.judged_one(ws, made.id, now=NOON)
    assert (found.verdict, found.goal) == (Verdict.MET, pytest.approx(12.0))
    assert found.gap == pytest.approx(2.0 - 12.0)


def test_a_baseline_stays_frozen_and_older_ones_stay_in_the_books(ws: Workspace) -> None:
    tell(ws, complaints(40, NOON))
    made = service.add(
        ws,
        SHELL,
        target("complaint_share", -40, kind=TargetKind.RELATIVE, direction=DOWN),
        now=NOON,
    )
    service.freeze_baseline(ws, SHELL, made.id, now=NOON)
    tell(ws, complaints(100, NOON))
    assert service.get(ws, made.id).baseline.value == 20.0  # type: ignore[union-attr]
    service.freeze_baseline(ws, SHELL, made.id, now=NOON + days(1))
    assert service.get(ws, made.id).baseline.value == 50.0  # type: ignore[union-attr]
    assert [one.value for one in service.baselines(ws, made.id)] == [20.0, 50.0]
    with pytest.raises(Conflict, match="frozen"):
        service.change(ws, SHELL, replace(service.get(ws, made.id), window_days=30), now=NOON)


def test_a_baseline_of_another_length_or_of_nothing_is_refused(ws: Workspace) -> None:
    made = service.add(
        ws,
        SHELL,
        target("complaint_share", -40, kind=TargetKind.RELATIVE, direction=DOWN),
        now=NOON,
    )
    with pytest.raises(Invalid, match="no_baseline"):
        service.freeze_baseline(ws, SHELL, made.id, now=NOON)
    short = period_of(date(2026, 9, 1), date(2026, 9, 30), ws.zone)
    with pytest.raises(Invalid, match="length"):
        service.freeze_baseline(ws, SHELL, made.id, now=NOON, period=short)


def test_after_the_due_day_later_events_change_nothing(ws: Workspace) -> None:
    tell(ws, twenty_answers())
    tell(ws, [answered(f"late{i}", "nps", 0, NOON + days(10)) for i in range(50)])
    due = NOON.date()
    found = judged(ws, target("nps", 20, due=due), now=NOON + days(20))
    assert (found.verdict, found.over) == (Verdict.MET, True)
    assert found.measured is not None and found.measured.n == 20


def test_a_sample_size_is_counted(ws: Workspace) -> None:
    tell(ws, twenty_answers())
    short = judged(ws, target("nps", 1000, kind=TargetKind.SAMPLE))
    assert (short.verdict, short.gap) == (Verdict.NOT_MET, 980)
    assert judged(ws, target("nps", 20, kind=TargetKind.SAMPLE)).verdict is Verdict.MET


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


def test_the_programme_on_three_horizons(ws: Workspace) -> None:
    start = date(2026, 1, 1)
    made = service.add_plan(ws, SHELL, "programme", start=start, now=NOON)
    assert {one.due for one in made} == {date(2028, 1, 1), date(2030, 1, 1), date(2032, 1, 1)}
    assert not service.add_plan(ws, SHELL, "programme", start=start, now=NOON)
    verdicts = {one.target.preset: one.verdict for one in service.judged(ws, now=NOON)}
    assert verdicts["experience_consistency"] is Verdict.NO_METRIC_YET
    assert verdicts["member_activity"] is Verdict.NO_METRIC_YET  # there are no memberships yet
    notes = {one.target.preset: one.note for one in service.judged(ws, now=NOON)}
    for waiting, why in (("lifetime_value", "50 customers"), ("core_repurchase", "no data")):
        assert verdicts[waiting] is Verdict.UNDETERMINED
        assert why in (notes[waiting] or Text("", "")).en
    assert verdicts["nps"] is Verdict.UNDETERMINED
    with pytest.raises(NotFound):
        service.add_plan(ws, SHELL, "five-year", start=start, now=NOON)


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


def test_every_headline_of_the_programme_is_in_the_plan_with_guardrails() -> None:
    plan = presets.plans()["programme"]
    values = {one.metric: one.value for one in plan if one.kind is not TargetKind.SAMPLE}
    assert values == {
        "csat_satisfied_share": 85,
        "repurchase_share": 65,
        "complaint_share": -40,
        "nps": 60,
        "active_share": 50,
        "clv_amount_12m": 35,
        "experience_consistency_share": 95,
        "retention_share": 85,
        "referral_share": 30,
    }
    assert all(one.guardrails for one in plan)
    assert all(check(one) for targets in presets.plans().values() for one in targets)


def test_mixed_surveys_leave_a_target_undetermined_with_the_reason(ws: Workspace) -> None:
    tell(ws, twenty_answers())
    tell(ws, [answered(f"q{i}", "nps", 9, survey_kind="relationship") for i in range(5)])
    found = judged(ws, target("nps", 60))
    assert found.verdict is Verdict.UNDETERMINED
    assert found.note is not None and "relationship" in found.note.en
    narrowed = judged(ws, target("nps", 60, filters={"survey_kind": ("relationship",)}))
    assert narrowed.measured is not None and narrowed.measured.n == 5


def test_changes_are_audited_and_retired_targets_leave(ws: Workspace) -> None:
    made = service.add(ws, SHELL, target("nps", 60), now=NOON)
    service.change(ws, SHELL, replace(made, value=65), now=NOON)
    service.retire(ws, SHELL, made.id, now=NOON)
    assert service.every(ws) == []
    with pytest.raises(NotFound):
        service.get(ws, made.id)
    actions = [entry.action for entry in audit.find(ws, Search())]
    assert {"targets.added", "targets.changed", "targets.retired"} <= set(actions)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"metric": " "}, "metric"),
        ({"window_days": 0}, "window_days"),
        ({"kind": TargetKind.RELATIVE, "value": -40.0, "direction": UP}, "value"),
        ({"kind": TargetKind.RELATIVE, "value": -140.0, "direction": DOWN}, "value"),
        ({"kind": TargetKind.SAMPLE, "value": 0.0}, "value"),
        ({"value": float("nan")}, "value"),
        ({"value": float("inf")}, "value"),
        ({"title": Text("", "")}, "title"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(replace(target("nps", 60), **wrong))  # type: ignore[arg-type]
    assert refused.value.details["field"] == field


def test_an_unknown_metric_is_refused(ws: Workspace) -> None:
    with pytest.raises(NotFound):
        service.add(ws, SHELL, target("happiness", 60), now=NOON)


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


def test_the_window_is_whole_days_of_the_reporting_zone(ws: Workspace) -> None:
    found = window(target("nps", 60, window_days=1), date(2026, 10, 5), ws.zone)
    assert found.start == datetime(2026, 10, 4, 16, tzinfo=UTC)
    assert found.end == datetime(2026, 10, 5, 16, tzinfo=UTC)
