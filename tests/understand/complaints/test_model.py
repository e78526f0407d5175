"""The rate per thousand passages with its interval, as in the table of the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from regulars.kit.errors import Invalid
from regulars.understand.complaints.model import (
    ProblemParameters,
    per_thousand,
)


def test_the_table_of_the_page_is_what_the_rate_gives() -> None:
    page = Path(__file__).parents[3] / "docs" / "algorithms" / "complaints.md"
    lines = [line.strip("| ").split(" | ") for line in page.read_text("utf-8").splitlines()
             if line.startswith("| ") and line[2].isdigit()]  # fmt: skip
    assert len(lines) == 4
    for problems, people, passages, *told in lines:
        n, size = int(problems), int(passages.replace(",", ""))
        squares = n * n / max(int(people), 1)
        rate = per_thousand(n, squares, size)
        assert [
            ("–" if x is None else f"{x:.1f}") for x in (rate.value, rate.low, rate.high)
        ] == told


@given(some.integers(0, 200), some.integers(200, 10_000))
def test_the_interval_holds_the_rate_and_widens_with_repeaters(n: int, passages: int) -> None:
    alone, again = per_thousand(n, n, passages), per_thousand(n, 2 * n, passages)
    assert alone.low <= alone.value <= alone.high  # type: ignore[operator]
    assert again.high - again.low >= alone.high - alone.low - 1e-9  # type: ignore[operator]


@pytest.mark.parametrize("days", [0, 91])
def test_days_beyond_reason_are_refused(days: int) -> None:
    with pytest.raises(Invalid):
        ProblemParameters(days=days)
