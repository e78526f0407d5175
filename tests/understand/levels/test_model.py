"""The rule: six canonical cases, and three laws."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.errors import Invalid
from regulars.understand.levels.experiences import stimulus
from regulars.understand.levels.habits import expected, habit_of
from regulars.understand.levels.model import (
    CODES,
    LEVEL,
    Case,
    Felt,
    LevelRules,
    checked,
    depth_of,
    feel,
    impact_of,
    unrepeated,
    values_of,
)

DOC = Path(__file__).resolve().parents[3] / "docs/algorithms/levels.md"
ROWS = re.findall(
    r"^\| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| (\d+) \| ([\d.]+) \| ([\d.]+) \| (L\w+) \|$",
    DOC.read_text(),
    re.MULTILINE,
)


def felt(points: float, expectation: float, participation: float, again: int = 0) -> Felt:
    return feel(
        np.array([points]), np.array([expectation]), np.array([participation]),
        np.array([again]), LevelRules(),
    )  # fmt: skip


def case(points: float, expectation: float, participation: float, again: int = 0) -> Case:
    return Case(int(felt(points, expectation, participation, again).case[0]))


def test_the_six_canonical_cases_map_as_written() -> None:
    """R3, in the words of the text."""
    # Active and whole-hearted; the content gave nothing, far below expectation.
    assert case(points=0, expectation=80, participation=1.0) is Case.NEGATIVE
    # Attracted, but the content did not exceed expectation.
    assert case(points=75, expectation=75, participation=0.6) is Case.NONE
    # Passive, very small stimulus, not immersed.
    assert case(points=30, expectation=25, participation=0.1) is Case.LOW
    # High stimulus, but not able to act freely.
    assert case(points=95, expectation=70, participation=0.4) is Case.MEDIUM_HELD
    # Very high participation with low stimulus.
    assert case(points=40, expectation=35, participation=0.98) is Case.MEDIUM_FLAT
    # Fully immersed, delighted, surprised.
    assert case(points=100, expectation=75, participation=0.98) is Case.HIGH


def test_the_numbers_of_the_document_are_those_of_the_rule() -> None:
    assert len(ROWS) == 10
    for points, expectation, participation, number, impact, depth, code in ROWS:
        found = felt(float(points), float(expectation), float(participation), int(number) - 1)
        assert f"{found.impact[0]:.1f}" == impact
        assert f"{found.depth[0]:.1f}" == depth
        assert CODES[Case(int(found.case[0]))] == code


shares = st.floats(0, 1)
scores = st.floats(0, 100)


@given(scores, scores, shares, shares)
def test_the_negative_deepens_with_participation(
    points: float, expectation: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    gap = np.array([points - expectation])
    assert depth_of(gap, np.array([low])) <= depth_of(gap, np.array([high]))
    if case(points, expectation, low) is Case.NEGATIVE:
        assert case(points, expectation, high) is Case.NEGATIVE


@given(scores, scores, shares, scores)
def test_more_impact_never_makes_it_worse(
    points: float, expectation: float, participation: float, more: float
) -> None:
    better = min(points + more, 100.0)
    before = LEVEL[case(points, expectation, participation)]
    assert LEVEL[case(better, expectation, participation)] >= before


@given(
    st.lists(st.tuples(st.sampled_from([0, 25, 50, 75, 100]), shares), min_size=1, max_size=25),
    st.sampled_from([0, 25, 50, 75, 100]),
    st.lists(shares, min_size=25, max_size=25),
    st.integers(1, 6),
)
def test_a_repeated_stimulus_never_raises_a_level(
    others: list[tuple[int, float]], points: int, participation: list[float], every: int
) -> None:
    """Whatever else happens in between, and however much part is taken the next time."""
    told: list[tuple[float, float, bool]] = []
    for number, (score, share) in enumerate(others):
        told.append((float(score), share, False))
        if number % every == 0:
            told.append((float(points), participation[number], True))
    levels = [level for level, (_p, _s, same) in zip(_levels(told), told, strict=True) if same]
    assert levels == sorted(levels, reverse=True)


def _levels(told: list[tuple[float, float, bool]]) -> list[int]:
    """Run the rule over one person's experiences at one touchpoint, in order."""
    rules, usual = LevelRules(), 75.0
    points = np.array([one[0] for one in told])
    participation = np.array([one[1] for one in told])
    away = points - usual
    starts = np.maximum(np.arange(len(told)) - rules.memory, 0)
    above = np.array([away[start:end].sum() for end, start in enumerate(starts)])
    earlier = np.arange(len(told)) - starts
    habit = habit_of(np.full(len(told), usual), above, earlier.astype(float), rules)
    wanted = expected(habit, rules)
    found = feel(points, wanted, participation, np.arange(len(told)), rules)
    one = np.zeros(len(told), np.int64)
    made = unrepeated(found.case, stimulus(points, one, one))
    return [int(level) for level in LEVEL[made]]


def test_a_running_minimum_does_not_cross_from_one_stimulus_to_another() -> None:
    cases = np.array([5, 0, 5, 3, 4, 5])
    stimulus = np.array([1, 2, 1, 2, 1, 3])
    assert unrepeated(cases, stimulus).tolist() == [5, 0, 5, 0, 4, 5]
    assert unrepeated(cases[:0], stimulus[:0]).tolist() == []


def test_habit_follows_the_person_and_begins_with_the_usual() -> None:
    rules = LevelRules()
    usual, none = np.array([80.0]), np.array([0.0])
    assert habit_of(usual, none, none, rules)[0] == 80
    assert habit_of(usual, np.array([-20.0]), np.array([2.0]), rules)[0] == 75
    assert habit_of(usual, np.array([900.0]), np.array([1.0]), rules)[0] == 100


def test_what_is_expected_lies_between_the_neutral_point_and_the_habit() -> None:
    """Used to 100 one expects 70, used to 80 one expects 62; nobody expects less than 50."""
    habits = np.array([100.0, 80.0, 50.0, 20.0, 0.0])
    assert expected(habits, LevelRules()).tolist() == [70.0, 62.0, 50.0, 50.0, 50.0]


@given(st.floats(0, 100), shares, st.integers(0, 9), st.floats(0, 0.9))
def test_a_lasting_score_is_felt_on_its_own_side_of_neutral(
    points: float, participation: float, again: int, habit: float
) -> None:
    """Whoever is used to it: below the middle it is never L3 to L5, above it never L1 or L2."""
    rules = replace(LevelRules(), habit=habit)
    lasting = np.array([points])
    found = feel(
        lasting, expected(lasting, rules), np.array([participation]), np.array([again]), rules
    )
    level = LEVEL[found.case[0]]
    if points <= 50:
        assert level <= 2
    if points >= 50.01:
        assert level >= 3


def test_impact_fades_with_each_repetition_up_to_the_fifth() -> None:
    points, again = np.full(4, 100.0), np.array([0, 1, 5, 9])
    assert impact_of(points, again, LevelRules()).round(1).tolist() == [100.0, 94.0, 73.4, 73.4]


def test_impossible_parameters_are_refused() -> None:
    assert checked(values_of(LevelRules())) == LevelRules()
    for wrong in ({"engaged": 2.0}, {"memory": 1.5}, {"luck": 1.0}):
        with pytest.raises(Invalid):
            checked(wrong)
