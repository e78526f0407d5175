"""Answers on scales: rule 2's examples end to end, weights, and what is refused."""

from __future__ import annotations

import pytest
from tests.understand.metrics.story import answered, one, tell

from regulars.kit.errors import Invalid, NotFound
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service
from regulars.understand.metrics.model import Direction, Goal, Verdict


def twenty(metric_at: str = "delivery") -> list[dict[str, object]]:
    """14 promoters, 4 passives, 2 detractors."""
    scores = [10] * 14 + [8] * 4 + [3] * 2
    return [answered(f"p{i}", "nps", s, touchpoint=metric_at) for i, s in enumerate(scores)]


def test_nps_of_rule_two_is_undetermined_against_60(ws: Workspace) -> None:
    tell(ws, twenty())
    found = one(ws, "nps", target=Goal(60, Direction.UP))
    assert (found.n, found.value) == (20, 60.0)
    assert (round(found.low or 0, 1), round(found.high or 0, 1)) == (23.6, 80.7)
    assert found.verdict is Verdict.UNDETERMINED
    assert found.unit == "points"
    assert found.beside["promoters"].value == 70.0


def test_ninety_of_a_hundred_satisfied_do_not_prove_more_than_85(ws: Workspace) -> None:
    tell(ws, [answered(f"p{i}", "csat", 5 if i < 90 else 2) for i in range(100)])
    found = one(ws, "csat_satisfied_share", target=Goal(85, Direction.UP))
    assert (round(found.low or 0, 1), round(found.high or 0, 1)) == (82.6, 94.5)
    assert found.verdict is Verdict.UNDETERMINED
    assert one(ws, "csat_satisfied_share", target=Goal(80, Direction.UP)).verdict is Verdict.MET
    assert one(ws, "csat_satisfied_share", target=Goal(95, Direction.UP)).verdict is Verdict.NOT_MET


def test_easy_is_five_to_seven(ws: Workspace) -> None:
    tell(ws, [answered(f"p{i}", "ces", s) for i, s in enumerate([7, 6, 5, 4, 4, 3, 5, 6, 2, 1])])
    assert one(ws, "ces_easy_share").value == 50.0
    assert one(ws, "ces_mean").value == 4.3


def test_weights_shift_the_score_and_widen_its_interval(ws: Workspace) -> None:
    """Promoters weigh 1, the two detractors 5 each: (14 - 10) / (18 + 10)."""
    for event in (rows := twenty()):
        event["weight"] = 5.0 if event["score"] == 3 else 1.0
    tell(ws, rows)
    plain, weighed = one(ws, "nps"), one(ws, "nps", weighted=True)
    assert weighed.value == pytest.approx(100 * 4 / 28)
    assert weighed.n == 20
    assert weighed.high is not None and weighed.low is not None
    assert plain.high is not None and plain.low is not None
    assert weighed.high - weighed.low > plain.high - plain.low


def test_answers_without_weight_are_left_out_of_weighted_numbers(ws: Workspace) -> None:
    tell(ws, [answered(f"p{i}", "csat", 5, weight=1.0 if i < 6 else None) for i in range(10)])
    assert one(ws, "csat_satisfied_share", weighted=True).n == 6


def test_orders_have_no_weights_and_unknown_things_are_named(ws: Workspace) -> None:
    with pytest.raises(Invalid, match=r"metrics\.weights"):
        service.measure(ws, "orders", weighted=True)
    with pytest.raises(Invalid, match=r"metrics\.dimension"):
        service.measure(ws, "orders", by=["colour"])
    with pytest.raises(Invalid, match=r"metrics\.dimension"):
        service.measure(ws, "orders", by=["survey_kind"])
    with pytest.raises(NotFound, match="nps"):
        service.measure(ws, "npss")


def test_dismissals_are_not_answers(ws: Workspace) -> None:
    """Ten are shown the survey: four answer two questions each, three dismiss, three do nothing."""
    from tests.understand.metrics.story import NOON, days, happened

    rows = []
    for i in range(10):
        rows.append(happened(f"p{i}", "Survey Shown", NOON, actor="system", touchpoint="delivery"))
        if i < 4:
            rows.append(answered(f"p{i}", "csat", 4, NOON + days(0.1), touchpoint="delivery"))
            rows.append(answered(f"p{i}", "nps", 9, NOON + days(0.1), touchpoint="delivery"))
        elif i < 7:
            rows.append(happened(f"p{i}", "Survey Dismissed", NOON, touchpoint="delivery"))
    tell(ws, rows)
    found = one(ws, "response_rate")
    assert (found.n, found.value) == (10, 40.0)
    assert found.beside["dismissed"].value == 30.0
