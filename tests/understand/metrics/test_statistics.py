"""Statistics of two slices are added; estimate, change and what stands beside it are of the sum."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.stats.estimate import NO_CHANGE_KNOWN
from regulars.understand.metrics import distributions, statistics
from regulars.understand.metrics.model import Row, Statistic

WEIGHTED = {"w": 4.0, "ww": 4.0, "wx": 2.0, "wwx": 2.0, "wwxx": 4.0, "wxx": 4.0}
ROWS: dict[type[Statistic], tuple[Row, Row, Row]] = {
    statistics.Share: ({"n": 20, "yes": 14}, {"n": 10, "yes": 2}, {"n": 0, "yes": None}),
    statistics.Responses: (
        {"n": 20, "yes": 14, "dismissed": 3},
        {"n": 10, "yes": 2, "dismissed": 8},
        {"n": 5, "yes": 0, "dismissed": None},
    ),
    statistics.Nps: (
        {"n": 20, "x": 12, "xx": 16},
        {"n": 4, "x": Decimal(2), "xx": Decimal(4), **WEIGHTED},
        {"n": 3, "x": -1, "xx": 3},
    ),
    statistics.ShareOfAnswers: (
        {"n": 20, "x": 12, "xx": 12},
        {"n": 4, "x": 2, "xx": 2},
        {"n": 3, "x": 1, "xx": 1},
    ),
    statistics.MeanScore: (
        {"n": 6, "x": 25, "xx": 111},
        {"n": 2, "x": 7, "xx": 25},
        {"n": 1, "x": 5, "xx": 25},
    ),
    statistics.Count: ({"n": 20}, {"n": 10}, {"n": 0}),
    statistics.Total: (
        {"n": 2, "x": Decimal("10.10"), "xx": 51.01, "xxx": 515.201},
        {"n": 1, "x": Decimal("0.20"), "xx": 0.04, "xxx": 0.008},
        {"n": 0, "x": None, "xx": None, "xxx": None},
    ),
    statistics.Average: (
        {"n": 2, "x": Decimal(10), "xx": 52.0, "xxx": 280.0},
        {"n": 3, "x": Decimal(9), "xx": 29.0, "xxx": 99.0},
        {"n": 1, "x": Decimal(7), "xx": 49.0, "xxx": 343.0},
    ),
    distributions.Median: ({"amount": 3, "n": 5}, {"amount": 8, "n": 4}, {"amount": 1, "n": 9}),
    distributions.MedianWait: (
        {"seconds": 60, "happened": 5, "censored": 1},
        {"seconds": 600, "happened": 7, "censored": 0},
        {"seconds": 30, "happened": 0, "censored": 2},
    ),
    distributions.CameAgain: (
        {"day": 20, "due": True, "n": 9, "ended": 9},
        {"day": 364, "due": True, "n": 5, "ended": 0},
        {"day": 90, "due": False, "n": 4, "ended": 1},
    ),
}
each = pytest.mark.parametrize("kind", ROWS, ids=lambda one: one.__name__)


@each
@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_the_sum_of_two_slices_is_that_of_all_their_rows(kind: type[Statistic], cut: int) -> None:
    rows = [{name: of for name, of in row.items() if name not in WEIGHTED} for row in ROWS[kind]]
    both, whole = kind.of(rows[:cut]) + kind.of(rows[cut:]), kind.of(rows)
    assert both.n == whole.n and both.estimate() == whole.estimate()
    assert both.related() == whole.related()
    assert both.change(kind.of(rows[:1]), (30, 31)) == whole.change(kind.of(rows[:1]), (30, 31))


@each
def test_nothing_has_no_value_and_no_change(kind: type[Statistic]) -> None:
    nothing, some = kind.of([]), kind.of(ROWS[kind][:1])
    if not issubclass(kind, statistics.Count | statistics.Total):  # nothing counted is 0
        assert nothing.estimate().value is None
        assert nothing.change(some, (30, 30)) == NO_CHANGE_KNOWN
    assert nothing.n == 0


def test_of_14_of_20_and_2_of_10_comes_16_of_30() -> None:
    sums = statistics.Share(20, 14) + statistics.Share(10, 2)
    assert sums == statistics.Share(30, 16)
    assert sums.estimate().value == pytest.approx(100 * 16 / 30)
    assert sums.change(statistics.Share(10, 5), (30, 30)).difference == pytest.approx(100 / 30)


def test_nps_tells_promoters_and_detractors_beside_it() -> None:
    """14 promoters and 2 detractors among 20."""
    nps = statistics.Nps.of([{"n": 20, "x": 12, "xx": 16}])
    assert nps.estimate().value == 60
    told = {name: share.value for name, share in nps.related().items()}
    assert told == {"promoters": 70, "detractors": 10}


@pytest.mark.parametrize(
    ("kind", "value"),
    [(statistics.Nps, 50.0), (statistics.ShareOfAnswers, 50.0), (statistics.MeanScore, 0.5)],
)
def test_weights_count_where_they_were_asked_for(kind: type[Statistic], value: float) -> None:
    row = {"n": 4, "x": 4, "xx": 4, **WEIGHTED}
    assert kind.of([row, row]).estimate().value == value
    assert kind.of([row]) + kind.of([row]) == kind.of([row, row])


def test_a_count_is_compared_by_its_days() -> None:
    """30 in 30 days and 31 in 31: as many a day."""
    month, longer = statistics.Count(30), statistics.Count(31)
    assert longer.change(month, (30, 31)).difference == pytest.approx(0)
    assert longer.change(month, (0, 31)) == NO_CHANGE_KNOWN


def test_what_another_noun_worked_out_is_told_and_not_added() -> None:
    known = statistics.Known.of([{"n": 400, "value": 120.0, "low": 112.5, "high": 127.5}])
    assert (known.estimate().value, known.estimate().high) == (120.0, 127.5)
    assert known.change(known, (30, 30)) == NO_CHANGE_KNOWN
    with pytest.raises(TypeError, match="says nothing of both"):
        known + known


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), min_size=1, max_size=9))
def test_shares_add_up_in_whatever_parts(parts: list[tuple[int, int]]) -> None:
    rows = [{"n": yes + no, "yes": yes} for yes, no in parts]
    sums = reduce(add, (statistics.Share.of([row]) for row in rows))
    assert sums == statistics.Share.of(rows)
