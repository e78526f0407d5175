"""Whether somebody has two rows between two days, from the days on which people had rows."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from regulars.understand.metrics.queries.repeats import within


def on(*days: int) -> pa.Array:
    """Days of October."""
    return pa.array([date(2026, 10, day) for day in days], pa.date32())


def kept() -> pa.Table:
    """At the till somebody came on the 1st and the 9th; at the desk twice on the 5th."""
    return pa.table(
        {
            "slice_touchpoint": ["till", "desk"],
            "bucket": on(9, 5),
            "since": on(1, 5),
            "n": [1, 1],
        }
    )


def test_two_days_must_both_lie_within() -> None:
    keys = ["slice_touchpoint"]
    window = (date(2026, 10, 1), date(2026, 10, 10))
    assert within(kept(), None, window, keys) == {("till",), ("desk",)}
    assert within(kept(), None, (date(2026, 10, 2), window[1]), keys) == {("desk",)}
    assert within(kept(), None, (window[0], date(2026, 10, 9)), keys) == {("desk",)}
    assert within(kept(), None, (date(2026, 10, 6), window[1]), keys) == set()


def test_of_all_slices_together_there_is_one_answer() -> None:
    table = kept().drop_columns(["slice_touchpoint"])
    assert within(table, None, (date(2026, 10, 1), date(2026, 10, 10)), []) == {()}
    assert within(table, None, (date(2026, 10, 6), date(2026, 10, 9)), []) == set()


def test_in_weeks_both_days_lie_in_the_same_one() -> None:
    """The 1st is in the week of 28 September, the 9th and the 5th in that of 5 October."""
    found = within(kept(), "week", (date(2026, 9, 1), date(2026, 11, 1)), ["slice_touchpoint"])
    assert found == {("desk", date(2026, 10, 5))}
