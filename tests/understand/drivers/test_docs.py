"""The table of docs/algorithms/drivers.md is what the code gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from regulars.understand.drivers import importance

PAGE = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "drivers.md"
ROWS = [
    [float(cell) for cell in line.strip("| ").split(" | ")]
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith(("| 0", "| -0"))
]


def test_there_are_rows() -> None:
    assert len(ROWS) == 6


@pytest.mark.parametrize("row", ROWS)
def test_two_touchpoints_share_what_they_explain(row: list[float]) -> None:
    first, second, both, *told = row
    correlations = np.array([[1, both, first], [both, 1, second], [first, second, 1.0]])
    lmg, johnson = importance.lmg(correlations), importance.johnson(correlations)
    assert [round(float(value), 3) for value in (lmg.sum(), *lmg, *johnson)] == told
