"""Promises and what the data say about them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.understand.metrics.story import NOON, answered, days, happened, tell

from regulars.company.rights.model import SHELL
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.period import days as period_of
from regulars.kit.text import Text
from regulars.prove.targets import presets, service
from regulars.prove.targets.model import (
    Target,
    TargetKind,
    check,
)
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics.model import Direction, Verdict

UP, DOWN = Direction.UP, Direction.DOWN


def target(metric: str, value: float, **more: object) -> Target:
    given: dict[str, object] = {"kind": TargetKind.ABSOLUTE, "direction": UP, **more}
    return Target(id="", metric=metric, title=Text("T", "目标"), value=value, **given)  # type: ignore[arg-type]


def judged(ws: Workspace, made: Target, now: datetime = NOON):
    return service.judged_one(ws, service.add(ws, SHELL, made, now=NOON).id, now=now)


def twenty_answers() -> list[dict[str, object]]:
    return [answered(f"p{i}", "nps", s) for i, s in enumerate([10] * 14 + [8] * 4 + [3] * 2)]


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


def test_a_sample_size_is_counted(ws: Workspace) -> None:
    tell(ws, twenty_answers())
    short = judged(ws, target("nps", 1000, kind=TargetKind.SAMPLE))
    assert (short.verdict, short.gap) == (Verdict.NOT_MET, 980)
    assert judged(ws, target("nps", 20, kind=TargetKind.SAMPLE)).verdict is Verdict.MET


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


def test_an_unknown_metric_is_refused(ws: Workspace) -> None:
    with pytest.raises(NotFound):
        service.add(ws, SHELL, target("happiness", 60), now=NOON)
