"""Changes of median waits of which some still run."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.kit.stats.medians import Measured, median_change
from regulars.kit.stats.waiting import Waits, wait_change


def waits(ended: list[float], still: list[float] | None = None) -> Waits:
    still = still or []
    happened = np.array([1.0] * len(ended) + [0.0] * len(still))
    return Waits(np.array([*ended, *still]), happened, 1 - happened)


def test_without_open_waits_it_is_the_test_of_medians() -> None:
    few, more = [1.0, 2, 2, 3, 3, 3, 4, 5, 9, 12], [2.0, 3, 4, 4, 5, 6, 7, 9, 11, 30]

    def measured(values: list[float], first: int) -> Measured:
        keys = first + np.arange(len(values))
        return Measured(keys, np.array(values), np.ones(len(values), dtype=np.int64), single=True)

    found = wait_change(waits(few), waits(more))
    plain = median_change(measured(few, 0), measured(more, 50))
    assert found.difference == plain.difference == 2.5
    assert found.p == pytest.approx(plain.p, abs=0.01)


def test_who_still_waits_longer_than_nearly_all_counts_as_slow() -> None:
    """Ten of twenty answered within a minute, ten waiting for an hour: against all within one."""
    open_ = wait_change(waits([1.0] * 20), waits([1.0] * 9, [60.0] * 11))
    assert open_.difference is None, "no median of what is not reached"
    assert open_.p is not None and open_.p < 0.01


def test_who_has_waited_for_no_time_says_nothing() -> None:
    ten = [float(minute) for minute in range(1, 11)]
    plain, with_fresh = (
        wait_change(waits(ten), waits(ten)),
        wait_change(waits(ten), waits(ten, [0.0] * 5)),
    )
    assert plain.p == 1
    assert with_fresh.p == pytest.approx(1)
    assert wait_change(waits([]), waits(ten)).p is None


@pytest.mark.parametrize("watched", [1_000.0, 8.0], ids=["all seen", "half still open"])
def test_level_and_power_of_thirty_waits_in_whole_minutes(watched: float) -> None:
    """The later side is watched for eight minutes only: of equal waits half are still open."""
    rng = np.random.default_rng(6)

    def side(times: float, until: float) -> Waits:
        each = np.ceil(times * rng.lognormal(np.log(6), 1.2, 30))
        ended = each <= until
        return Waits(np.where(ended, each, until), ended * 1.0, ~ended * 1.0)

    false = [wait_change(side(1, 1_000), side(1, watched)) for _draw in range(200)]
    seen = [wait_change(side(1, 1_000), side(2, watched)).p for _draw in range(200)]
    assert all(one.p is not None for one in false)
    assert sum(one.p <= 0.05 for one in false) <= 0.085 * 200
    assert sum(p <= 0.05 for p in seen) >= 0.4 * 200
