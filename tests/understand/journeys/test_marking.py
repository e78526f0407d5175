"""Pain points and opportunities: found where they are planted, rarely where they are not."""

from __future__ import annotations

import numpy as np

from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.understand.health.model import HealthQuestion, Performance
from regulars.understand.journeys import marking
from regulars.understand.journeys.advice import LAYERS
from regulars.understand.journeys.model import Mark, MarkKind, Node

SHOP = catalog.default("shop")
VISIT = Text("visit", "访问")


def rated(step: str, mean: float, n: int = 400, error: float = 1.0) -> Performance:
    question = HealthQuestion("csat", 1.0, 5.0, n, mean, error)
    return Performance(step, n, n, mean, mean - 2 * error, mean + 2 * error, error, [question])


def node(step: str) -> Node:
    return Node(step, SHOP.title_of(step), SHOP.stage_of(step), True, events=900, cases=800)


def marks(tests: list[marking.Test], *steps: str) -> dict[str, Mark]:
    found = marking.marks(tests, [node(step) for step in steps], SHOP)
    return {mark.step: mark for mark in found}


def test_a_touchpoint_far_below_the_rest_hurts() -> None:
    scores = {"cart": 80.0, "order": 80.0, "payment": 80.0, "delivery": 80.0, "hotline": 60.0}
    tests = marking.score_tests({key: rated(key, mean) for key, mean in scores.items()})
    found = marks(tests, *scores)
    assert found["hotline"].kind is MarkKind.PAIN
    assert found["hotline"].evidence[0].against == 80.0
    assert found["hotline"].area == "people"
    assert [item.layer for item in found["hotline"].advice] == list(LAYERS)


def test_a_difference_within_the_margin_is_no_mark() -> None:
    """Ten thousand answers prove a gap of one point, and nobody should act on it."""
    scores = {"cart": 80.0, "order": 80.0, "payment": 80.0, "hotline": 79.0}
    exact = {key: rated(key, mean, 10_000, 0.05) for key, mean in scores.items()}
    assert marks(marking.score_tests(exact), *scores) == {}


def test_other_questions_are_not_compared() -> None:
    easy = Performance(
        "hotline",
        400,
        400,
        40.0,
        38.0,
        42.0,
        1.0,
        [HealthQuestion("ces", 1.0, 7.0, 400, 40.0, 1.0)],
    )
    tests = marking.score_tests({"cart": rated("cart", 80), "hotline": easy})
    assert tests == []


def test_few_answers_are_not_tested() -> None:
    assert marking.score_tests({"a": rated("a", 20, 29), "b": rated("b", 80, 29)}) == []


def test_a_leak_is_more_than_the_other_steps_lose() -> None:
    found = marks(
        marking.leak_tests({"checkout": (50, 1_000), "payment": (250, 950)}, VISIT),
        "checkout",
        "payment",
    )
    assert set(found) == {"payment"}
    assert found["payment"].evidence[0].kind == "drop_off"


def test_a_pain_is_never_an_opportunity_too() -> None:
    scores = {"cart": 60.0, "order": 60.0, "payment": 60.0, "delivery": 60.0, "checkout": 90.0}
    tests = marking.score_tests({key: rated(key, mean) for key, mean in scores.items()})
    tests += marking.leak_tests({"checkout": (400, 1_000), "payment": (50, 900)}, VISIT)
    assert marks(tests, *scores)["checkout"].kind is MarkKind.PAIN


def test_where_nothing_is_wrong_alarms_are_rare() -> None:
    """300 companies of 20 equal touchpoints: fewer than 5 % show any mark."""
    rng = np.random.default_rng(20)
    keys = [point.key for point in SHOP.touchpoints][:20]
    alarmed = 0
    for _company in range(300):
        drawn = {key: rated(key, float(rng.normal(75, 1.0))) for key in keys}
        alarmed += bool(marks(marking.score_tests(drawn), *keys))
    assert alarmed / 300 < 0.05


def test_a_missed_target_is_judged_in_its_own_direction() -> None:
    late = marking.TargetGap("hotline", Text("wait", "等待"), 9.0, 8.0, 10.0, 200, 3.0, False)
    high = marking.TargetGap("cart", Text("CSAT", "满意度"), 90.0, 88.0, 92.0, 200, 85.0, True)
    found = marks(marking.target_tests([late, high]), "hotline", "cart")
    assert set(found) == {"hotline"}
    assert found["hotline"].evidence[0].kind == "missed_target"
