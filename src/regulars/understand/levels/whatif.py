"""The two ways of R4 to improve negative experiences, as a what-if; pure."""

from __future__ import annotations

import numpy as np

from regulars.understand.levels.model import (
    LEVEL,
    Cell,
    Floats,
    Ints,
    LevelRules,
    Levels,
    Outcome,
    Wish,
    feel,
)


def what_if(levels: Levels, wish: Wish) -> tuple[Outcome, Outcome]:
    """Return what the two paths would make of the negative experiences, if all else stayed."""
    cells = [one for one in levels.negative if wish.touchpoint in (None, one.touchpoint)]
    at = levels.whole
    if wish.touchpoint is not None:
        at = next((one for one in levels.points if one.touchpoint == wish.touchpoint), None)
    total = at.n if at else 0
    return _eased(cells, wish, levels.rules, total), _renewed(cells, wish, levels.rules, total)


def _columns(cells: list[Cell]) -> tuple[Floats, Floats, Floats, Ints, Floats]:
    return (
        np.array([one.points for one in cells], float),
        np.array([one.expectation for one in cells], float),
        np.array([one.participation for one in cells], float),
        np.array([one.repetition for one in cells], np.int64),
        np.array([one.n for one in cells], float),
    )


def _eased(cells: list[Cell], wish: Wish, rules: LevelRules, total: int) -> Outcome:
    points, expectation, participation, repetition, n = _columns(cells)
    if not wish.impact and not wish.calmer:
        return _outcome([float(n.sum()), 0.0, 0.0, 0.0, 0.0], float(n.sum()), total)
    points = np.minimum(points + wish.impact, 100.0)
    participation = np.maximum(participation - wish.calmer, 0.0)
    made = feel(points, expectation, participation, repetition, rules)
    return _outcome(_levels(made.case, n), float(n.sum()), total)


def _renewed(cells: list[Cell], wish: Wish, rules: LevelRules, total: int) -> Outcome:
    _points, expectation, participation, _again, n = _columns(cells)
    # What is made anew is no repetition of the same stimulus.
    first = np.zeros(len(n), np.int64)
    points = np.minimum(expectation + wish.exceed, 100.0)
    made = feel(points, expectation, participation, first, rules)
    levels = _levels(made.case, n * wish.share)
    levels[0] += float(n.sum()) * (1.0 - wish.share)
    return _outcome(levels, float(n.sum()), total)


def _levels(case: Ints, n: Floats) -> list[float]:
    return [float(n[LEVEL[case] == level].sum()) for level in range(1, 6)]


def _outcome(levels: list[float], count: float, total: int) -> Outcome:
    if not total:
        return Outcome(0, levels, None, None)
    return Outcome(round(count), levels, count / total, levels[0] / total)
