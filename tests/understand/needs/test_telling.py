"""The table of docs/algorithms/needs.md is what own habit gives."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from regulars.understand.needs import telling
from regulars.understand.needs.model import HABIT, Bought, Knowledge

PAGE = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "needs.md"


def test_own_habit_as_in_the_table() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text("utf-8").splitlines()
            if line.startswith("| ") and line[2].isdigit()]  # fmt: skip
    assert len(rows) == 4
    for days, total, share, weight, habit in rows:
        one = np.zeros(1, dtype=np.int64)
        own = Bought(date(2026, 1, 1), ["ana"], one, one, np.array([float(days)]),
                     np.array([np.nan]), np.array([float(total)]), np.array([np.nan]))  # fmt: skip
        knows = Knowledge([float(share)], float(weight), float(weight), [])
        _items, strength = telling.tell(HABIT, knows, own, one)
        assert f"{strength[0, 0]:.2f}" == habit
