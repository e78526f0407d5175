"""The tables of docs/algorithms/value_groups.md are what the code gives."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from regulars.understand.value_groups.model import (
    GROUPS,
    Rules,
    place,
    quotas,
    reached,
    shares_below,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "value_groups.md"


def lines(cells: int) -> list[list[str]]:
    """Return the body lines of the page's table with so many columns."""
    found = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text().splitlines()
        if line.startswith("|")
    ]
    return [row for row in found if len(row) == cells and re.match(r"[A-Z\d]", row[0])]


def test_the_ten_customers_have_these_scores_and_groups() -> None:
    rows = lines(9)
    values = [np.array([float(row[c].replace(",", "")) for row in rows]) for c in (1, 2, 3)]
    placed = place(values, [row[0] for row in rows], Rules(), b"docs")
    ranks = [shares_below(column) for column in values]
    assert len(rows) == 10
    for at, row in enumerate(rows):
        assert row[4:7] == [f"{column[at]:.3f}" for column in ranks]
        assert row[7:] == [f"{placed.scores[at]:.3f}", str(GROUPS[placed.groups[at]])]


def test_the_quotas_are_these() -> None:
    rows = [[int(cell.replace(",", "")) for cell in row] for row in lines(4) if row[0][0].isdigit()]
    assert len(rows) == 10
    assert all(list(quotas(row[0]).values()) == row[1:] for row in rows)


def test_the_proposals_among_equals_are_these() -> None:
    rows = [row for row in lines(4) if row[0].startswith("Orders ")]
    assert len(rows) == 4
    for orders, above, value, count in rows:
        found = reached(np.array([float(one) for one in orders.split()[1:]]), int(above))
        assert ["–" if one is None else f"{one:.0f}" for one in found] == [value, count]
