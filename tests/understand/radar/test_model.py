"""Points of a dimension by its scale, whichever way round that is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from regulars.kit.stats.estimate import Estimate
from regulars.understand.radar.model import (
    points,
)


@given(some.floats(0, 100), some.floats(0, 20), some.floats(0.5, 500))
def test_turning_a_scale_round_mirrors_the_points(value: float, reach: float, width: float) -> None:
    raw = Estimate(10, value, value - reach, value + reach)
    up, down = points(raw, 0, width), points(raw, width, 0)
    assert up.value is not None and down.value is not None
    assert up.value + down.value == pytest.approx(100)
    assert up.low is not None and down.high is not None
    assert up.low + down.high == pytest.approx(100)


def test_the_table_of_the_page_is_what_points_give() -> None:
    page = Path(__file__).parents[3] / "docs" / "algorithms" / "radar.md"
    lines = [line.strip("| ").split(" | ") for line in page.read_text("utf-8").splitlines()
             if line.startswith("| ") and line[2].isdigit()]  # fmt: skip
    assert len(lines) == 4
    for value, low, high, worst, best, *told in lines:
        found = points(
            Estimate(9, float(value), float(low), float(high)), float(worst), float(best)
        )
        assert [f"{x:.1f}" for x in (found.value, found.low, found.high)] == told
