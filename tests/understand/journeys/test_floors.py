"""A touchpoint hurts in itself when its whole interval lies below its floor."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from regulars.listen.catalog import service as catalog
from regulars.understand.health.model import HealthQuestion, Performance
from regulars.understand.journeys import floors, mapping, marking
from regulars.understand.journeys.model import BELOW_FLOOR, MarkKind, Node
from regulars.understand.journeys.wording import reasons

DOC = Path(__file__).resolve().parents[3] / "docs/algorithms/pain_points.md"
ROWS = re.findall(
    r"^\| ([\d.]+) \| ([\d.]+) to ([\d.]+) \| (\d+).* \| (yes|no).* \|$", DOC.read_text(), re.M
)
SHOP = catalog.default("shop")


def node(step: str, mean: float, *, reach: float = 2.0, n: int = 400, floor: float = 50.0) -> Node:
    """A touchpoint rated `mean` ± `reach` by 400 people."""
    error = reach / 1.96
    question = HealthQuestion("csat", 1.0, 5.0, n, mean, error)
    rated = Performance(step, n, n, mean, mean - reach, mean + reach, error, [question])
    return Node(step, SHOP.title_of(step), None, True, cases=n, performance=rated, floor=floor)


def test_all_as_bad_as_each_other_are_all_pains() -> None:
    """Nothing is worse than the rest where all get 1.7 of 5 (17.5 points); all hurt."""
    nodes = [node(point.key, 17.5) for point in SHOP.touchpoints]
    rated = {one.step: one.performance for one in nodes if one.performance}
    tests = marking.score_tests(rated)
    assert marking.marks(tests, nodes, SHOP) == []
    found = marking.marks(tests, nodes, SHOP, floors.below(nodes))
    assert {mark.step for mark in found} == {point.key for point in SHOP.touchpoints}
    assert all([one.kind for one in mark.evidence] == [BELOW_FLOOR] for mark in found)
    assert found[0].evidence[0].text.en == (
        "scores 17.5 of 100 (15.5 – 19.5), below its floor of 50"
    )
    assert found[0].advice, "what hurts in itself has advice as a low score has"


@pytest.mark.parametrize(
    ("mean", "hurts"), [(47.9, True), (48.1, False), (50.0, False), (90.0, False)]
)
def test_the_whole_interval_lies_below(mean: float, *, hurts: bool) -> None:
    assert bool(floors.below([node("cart", mean)])) == hurts


def test_a_floor_of_its_own_counts_and_a_target_is_none() -> None:
    """A hotline that must not fall below 70 hurts at 65; a target of 90 makes no pain of 75."""
    hotline = SHOP.touchpoint("hotline")
    assert hotline is not None
    higher = replace(SHOP, touchpoints=(replace(hotline, floor=70.0),))
    assert mapping.floor_of(higher, "hotline") == 70.0
    assert mapping.floor_of(higher, "somewhere else") == mapping.floor_of(SHOP, "hotline") == 50.0
    assert floors.below([node("hotline", 65.0, floor=70.0)])
    assert not floors.below([node("hotline", 75.0, floor=70.0)])


def test_the_table_of_the_document_is_the_rule() -> None:
    assert len(ROWS) == 4
    for value, low, high, floor, hurts in ROWS:
        one = node("cart", float(value), reach=(float(high) - float(low)) / 2, floor=float(floor))
        assert bool(floors.below([one])) == (hurts == "yes")


def test_too_few_answers_hurt_nobody() -> None:
    assert floors.below([node("cart", 20.0, n=29)]) == []
    assert floors.below([Node("cart", SHOP.title_of("cart"), None, True, floor=50.0)]) == []


def test_a_mark_says_which_and_hurting_in_itself_first() -> None:
    nodes = [node("cart", 80.0), node("order", 80.0), node("payment", 80.0), node("hotline", 30.0)]
    rated = {one.step: one.performance for one in nodes if one.performance}
    marks = marking.marks(marking.score_tests(rated), nodes, SHOP, floors.below(nodes))
    (hotline,) = [mark for mark in marks if mark.kind is MarkKind.PAIN]
    assert [one.en for one in reasons(hotline)] == ["below its floor", "worse than the others"]
    assert hotline.below_floor is not None and hotline.below_floor.against == 50.0


def test_the_best_of_the_bad_is_no_opportunity() -> None:
    """Far above the others and yet below its floor: a pain."""
    nodes = [node(step, 15.0) for step in ("cart", "order", "payment")] + [node("hotline", 40.0)]
    rated = {one.step: one.performance for one in nodes if one.performance}
    marks = marking.marks(marking.score_tests(rated), nodes, SHOP, floors.below(nodes))
    assert {mark.step: mark.kind for mark in marks}["hotline"] is MarkKind.PAIN
