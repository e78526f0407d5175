"""Quotas, draws and reasons by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.understand.value_groups.model import (
    GROUPS,
    REASONS,
    SEGMENTS,
    Group,
    Rules,
    place,
    quotas,
    reached,
    reasons,
    segments,
    shares_below,
)

KEY = b"a key"


def sizes(codes: np.ndarray) -> dict[Group, int]:  # type: ignore[type-arg]
    return {group: int(np.sum(codes == code)) for code, group in enumerate(GROUPS)}


@given(st.integers(0, 5_000))
def test_any_number_gives_exact_quotas(count: int) -> None:
    found = quotas(count)
    assert sum(found.values()) == count
    assert all(
        abs(found[group] - count * share / 100) < 1
        for group, share in zip(GROUPS, (20, 50, 30), strict=True)
    )


def test_the_largest_remainder_gets_the_odd_one() -> None:
    """Of 7: 1.4, 3.5 and 2.1, so the odd one goes to potential."""
    assert list(quotas(7).values()) == [1, 4, 2]
    assert list(quotas(10).values()) == [2, 5, 3]
    assert list(quotas(1).values()) == [0, 1, 0]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(*(st.integers(0, 3) for _dimension in range(3))), max_size=80),
    st.randoms(use_true_random=False),
)
def test_groups_are_exact_and_do_not_know_the_order_of_rows(rows, random) -> None:  # type: ignore[no-untyped-def]
    people = [f"guest {number}" for number in range(len(rows))]
    values = [np.array([row[d] for row in rows], dtype=float) for d in range(3)]
    placed = place(values, people, Rules(), KEY)
    assert sizes(placed.groups) == quotas(len(rows))
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = place(
        [column[order] if order else column for column in values],
        [people[row] for row in order],
        Rules(),
        KEY,
    )
    assert list(shuffled.groups) == [placed.groups[row] for row in order]
    assert shuffled.cuts == placed.cuts


def test_a_higher_score_never_stands_in_a_lower_group() -> None:
    rng = np.random.default_rng(0)
    values = [rng.integers(0, 5, 501).astype(float) for _dimension in range(3)]
    placed = place(values, [str(n) for n in range(501)], Rules(), KEY)
    lowest = placed.scores[placed.groups == 0].min()
    assert lowest == placed.cuts[Group.CORE] >= placed.scores[placed.groups == 1].max()


def test_all_alike_are_drawn_and_the_draw_has_a_key() -> None:
    values = [np.ones(100)] * 3
    people = [f"guest {number}" for number in range(100)]
    one, again, other = (place(values, people, Rules(), key) for key in (KEY, KEY, b"another"))
    assert sizes(one.groups) == {Group.CORE: 20, Group.POTENTIAL: 50, Group.BASE: 30}
    assert one.drawn.all()
    assert (one.groups == again.groups).all()
    assert (one.groups != other.groups).any()


def test_a_share_below_counts_those_with_less() -> None:
    assert list(shares_below(np.array([10.0, 20, 20, 40, 0]))) == [0.25, 0.5, 0.5, 1.0, 0.0]
    assert list(shares_below(np.array([7.0]))) == [0.0]


def test_weights_are_what_is_declared() -> None:
    """Ann spends most, Ben orders most; by spend alone Ann leads, by frequency alone Ben."""
    values = [np.array([9.0, 1, 0, 0, 0]), np.array([1.0, 9, 0, 0, 0]), np.zeros(5)]
    people = ["Ann", "Ben", "Cy", "Di", "Ed"]
    assert place(values, people, Rules(1, 0, 0), KEY).groups[0] == 0
    assert place(values, people, Rules(0, 1, 0), KEY).groups[1] == 0


def test_the_second_cut_finds_the_silent_among_the_valued() -> None:
    """Ann comes every 10 days and is silent for 50; Ben every 40 and silent for 100; Cy is base."""
    groups = np.array([0, 0, 2, 1, 1], dtype=np.int8)
    silent = np.array([50.0, 100, 300, 80, 92])
    active, span = np.array([11.0, 5, 2, 1, 1]), np.array([100.0, 160, 5, 0, 0])
    found = [str(SEGMENTS[code]) for code in segments(groups, silent, active, span)]
    assert found == ["at_risk", "high_value", "rest", "potential", "at_risk"]


@pytest.mark.parametrize(
    ("before", "after", "up", "expected"),
    [
        ((100, 1, 5), (900, 2, 5), True, "spend_up"),
        ((100, 1, 5), (100, 1, 1), False, "depth_down"),
        ((100, 3, 5), (200, 1, 5), False, "frequency_down"),
        ((100, 1, 5), (100, 1, 5), False, "others"),
    ],
)
def test_a_reason_is_an_own_change_in_the_direction_of_the_move(
    before: tuple[int, ...], after: tuple[int, ...], up: bool, expected: str
) -> None:
    columns = [[np.array([float(v)]) for v in values] for values in (before, after)]
    ranks = [[np.array([v / 1000]) for v in values] for values in (before, after)]
    code = reasons(
        *columns, np.array([up]), (ranks[0], ranks[1]), Rules().weights,
        drawn=np.array([False]), same_rules=True,
    )  # fmt: skip
    assert REASONS[code[0]] == expected


def test_without_an_own_change_the_rules_or_the_draw_are_the_reason() -> None:
    same = [np.array([1.0])] * 3
    ranks = (same, same)
    drawn = np.array([True])
    args = (same, same, np.array([True]), ranks, Rules().weights)
    assert REASONS[reasons(*args, drawn=drawn, same_rules=True)[0]] == "drawn"
    assert REASONS[reasons(*args, drawn=drawn, same_rules=False)[0]] == "rules"


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60), st.integers(0, 60))
def test_a_proposed_threshold_keeps_what_it_says(orders: list[int], count: int) -> None:
    """It is above 0, reached by so many and not more than asked; one lower would let in more."""
    values = np.array(orders, float)
    value, told = reached(values, count)
    if value is None:
        low = min((one for one in orders if one), default=None)
        assert low is None or sum(one >= max(orders) for one in orders) > count
        return
    assert value > 0
    assert told == sum(one >= value for one in orders) <= count
    lower = [one for one in orders if 0 < one < value]
    assert not lower or sum(one >= max(lower) for one in orders) > count
