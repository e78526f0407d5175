"""The two ways of R4 to improve negative experiences, as a what-if; pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.kit.stats.estimate import Estimate, empty
from regulars.kit.stats.proportion import proportion
from regulars.understand.levels.model import (
    LEVEL,
    At,
    Cell,
    Floats,
    Ints,
    LevelRules,
    Levels,
    feel,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A what-if about the negative experiences (of one touchpoint, or all).

    First path: `impact` points more, `calmer` participation less (0 to 1). Second path: a `share`
    of them (0 to 1) is talked to and made anew so that it exceeds expectation by `exceed` points.
    """

    touchpoint: str | None = None
    impact: float = 10.0
    calmer: float = 0.0
    share: float = 0.3
    exceed: float = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one path would make of the negative ones: how many of each level, 1 to 5.

    `share_before` and `share_after` are the negative of all experiences, `share_lifted` those that
    would cease to be.
    """

    n: int
    levels: list[float]
    share_before: Estimate
    share_after: Estimate
    share_lifted: Estimate


def what_if(levels: Levels, wish: Wish) -> tuple[Outcome, Outcome]:
    """Return what the two paths would make of the negative experiences, if all else stayed."""
    cells = [one for one in levels.negative if wish.touchpoint in (None, one.touchpoint)]
    at = levels.whole
    if wish.touchpoint is not None:
        at = next((one for one in levels.points if one.touchpoint == wish.touchpoint), None)
    n = np.array([one.n for one in cells], float)
    paths = (_eased(cells, n, wish, levels.rules), _renewed(cells, n, wish, levels.rules))
    return _outcome(paths[0], at), _outcome(paths[1], at)


def _column(cells: list[Cell], name: str) -> Floats:
    return np.array([getattr(one, name) for one in cells], float)


def _eased(cells: list[Cell], n: Floats, wish: Wish, rules: LevelRules) -> list[float]:
    """Return how many come to each level; a repetition rises no further than what holds it."""
    points = np.minimum(_column(cells, "points") + wish.impact, 100.0)

    def case(of: str) -> Ints:
        participation = np.maximum(_column(cells, f"{of}participation") - wish.calmer, 0.0)
        again = _column(cells, f"{of}repetition").astype(np.int64)
        return feel(points, _column(cells, f"{of}expectation"), participation, again, rules).case

    return _levels(np.minimum(case(""), case("held_")), n)


def _renewed(cells: list[Cell], n: Floats, wish: Wish, rules: LevelRules) -> list[float]:
    expectation = _column(cells, "expectation")
    # What is made anew is no repetition of the same stimulus.
    first = np.zeros(len(n), np.int64)
    points = np.minimum(expectation + wish.exceed, 100.0)
    made = feel(points, expectation, _column(cells, "participation"), first, rules)
    levels = _levels(made.case, n * wish.share)
    levels[0] += float(n.sum()) * (1.0 - wish.share)
    return levels


def _levels(case: Ints, n: Floats) -> list[float]:
    return [float(n[LEVEL[case] == level].sum()) for level in range(1, 6)]


def _outcome(levels: list[float], at: At | None) -> Outcome:
    """Return the outcome; shares are as sure as that of the negative, people taken together."""
    if at is None or not at.n:
        return Outcome(0, levels, empty(), empty(), empty())
    count = sum(levels)
    after, lifted = (
        proportion(part / at.n * at.size, at.n, size=at.size)
        for part in (levels[0], count - levels[0])
    )
    return Outcome(round(count), levels, at.shares[0], after, lifted)
