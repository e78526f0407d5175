"""Squared influences of people, made of sums over pairs of cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]
Cell = tuple[Any, ...]
CELL = ("month", "touchpoint", "metric", "scale_min", "scale_max")
PAIR = (*CELL, *(f"o_{name}" for name in CELL))
WEIGHTED = ("w_month", "w_touchpoint", "w_metric", "w_min", "w_max")


def of_pairs(
    pairs: Iterable[Row], present: Iterable[Row], weights: Iterable[Row], by: str
) -> dict[str, Row]:
    """Return people and squared influences by `by`, where every cell of it has a weight.

    Elsewhere the people of the weighted cells alone are not known from pairs. A person's influence
    is the sum over cells of share (s - mean k); its square, summed over people, is the sum over
    pairs of cells of share share' (s s' - mean' s k' - mean k s' + mean mean' k k').
    """
    known = {tuple(row[name] for name in WEIGHTED): row for row in weights}
    squares: dict[str, float] = defaultdict(float)
    partly = set()
    for row in pairs:
        cell = known.get(tuple(row[name] for name in CELL))
        other = known.get(tuple(row[f"o_{name}"] for name in CELL))
        if cell is None or other is None:
            partly.add(row[by])
            continue
        # Of each two cells both orders are there: the two terms in the middle are equal in sum.
        squares[row[by]] += (cell["share"] * other["share"]) * (
            row["ss"] - 2 * other["mean"] * row["sk"] + cell["mean"] * other["mean"] * row["kk"]
        )
    people = {row[by]: row["people"] for row in present}
    return {
        key: {by: key, "people": people[key], "squares": max(total, 0.0)}
        for key, total in squares.items()
        if key not in partly and key in people
    }
