"""Questions of one grid: many columns with the same few numbers are scores on one scale."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from regulars.listen.imports import naming
from regulars.listen.imports.guessing import Guess
from regulars.listen.imports.looking import Facts
from regulars.listen.imports.scales import BLANK_WORDS, CODES, Scale

LARGE = 10
"""In a grid of so many columns some may show one step only."""
LEAST = 3
"""Columns that make a grid when their names share a stem."""
WHOLE_FILE = 5
MOSTLY = 0.8
"""A grid without a common stem has so many columns, and so large a share of the numbers."""
SCALES: tuple[Scale, ...] = ((1, 5), (1, 7), (0, 10), (1, 10))
PLAIN = ("property", "number", "score")


def find(columns: Sequence[Facts], guesses: Sequence[Guess]) -> list[Guess]:
    """Return the guesses with the columns of grids read as scores on their common scale.

    Columns “Seat”, “Meal” and “Crew” that hold 1 to 5 only are three scores on the scale 1-5; a
    column of ages beside them stays a number.
    """
    free = [
        index
        for index, (facts, one) in enumerate(zip(columns, guesses, strict=True))
        if one.role in PLAIN and _few_steps(facts)
    ]
    grids = _whole_file(columns, free) or [*_large(columns, guesses), *_by_stem(columns, free)]
    # The largest grid settles its columns first; none is read a second time by a smaller one.
    settled = list(guesses)
    done: set[int] = set()
    for grid in sorted(grids, key=len, reverse=True):
        read = _scale(columns[index] for index in grid)
        if read is None:
            continue
        scale, codes = read
        stem = _stem(columns[grid[0]].header)
        for index in [*grid, *_rated_alone(columns, free, grid, scale)]:
            if index in done:
                continue
            done.add(index)
            settled[index] = replace(
                guesses[index],
                role="score",
                kind="number",
                confidence=0.6,
                scale=scale,
                scales=((0, 10), (1, 10)) if scale == (1, 10) else (),
                codes=codes,
                blank=columns[index].odd,
                grid=stem,
            )
    return settled


def _few_steps(facts: Facts) -> bool:
    """Tell whether a column holds three whole numbers or more that steps of a scale may be."""
    levels = facts.levels()
    blank = all(word.lower() in BLANK_WORDS for word in facts.odd)
    if (
        facts.whole < (0.6 if blank and facts.odd else 0.95)
        or naming.denies_score(facts.header)
        or len(levels) < 3
    ):
        return False
    return all(0 <= level <= 10 or level in CODES for level in levels)


def _stem(header: str) -> str:
    """Return what the columns of a grid share: Q7 of Q7ART, the letters of IMAG3."""
    said = naming.words(header)
    question = re.match(r"(q\d+)_?[a-z]", said)
    return question[1] if question else re.sub(r"_?\d+$", "", said)


def _by_stem(found: Sequence[Facts], free: list[int]) -> list[list[int]]:
    stems: dict[tuple[str, frozenset[float]], list[int]] = defaultdict(list)
    for index in free:
        stem = _stem(found[index].header)
        # Q1, Q2, Q3 share no question: only the same answers make a grid of them.
        stems[stem, found[index].levels() if stem == "q" else frozenset()].append(index)
    return [grid for (stem, _levels), grid in stems.items() if stem and len(grid) >= LEAST]


def _large(columns: Sequence[Facts], guesses: Sequence[Guess]) -> list[list[int]]:
    """Return numbered columns, many of a stem, that together have a scale's steps and no more."""
    stems: dict[str, list[int]] = defaultdict(list)
    for index, (facts, one) in enumerate(zip(columns, guesses, strict=True)):
        numbered = re.fullmatch(r"[a-z]+_?\d+", naming.words(facts.header))
        if numbered and one.role in PLAIN and facts.whole == 1 and facts.levels():
            stems[_stem(facts.header)].append(index)
    large = [grid for grid in stems.values() if len(grid) >= LARGE]
    read = [(grid, _scale(columns[index] for index in grid)) for grid in large]
    return [grid for grid, one in read if one is not None and not one[1]]


def _whole_file(found: Sequence[Facts], free: list[int]) -> list[list[int]]:
    numbers = sum(facts.numbers >= 0.95 for facts in found)
    enough = len(free) >= max(WHOLE_FILE, MOSTLY * numbers)
    return [free] if enough and _scale(found[index] for index in free) else []


def _rated_alone(
    columns: Sequence[Facts], free: list[int], grid: list[int], scale: Scale
) -> Iterator[int]:
    """Yield questions beside a grid that ask for a rating by their words, on the grid's scale."""
    levels = frozenset[float]().union(*(columns[index].levels() for index in grid))
    steps = {float(step) for step in range(int(scale[0]), int(scale[1]) + 1)}
    for index in free:
        own = columns[index].levels()
        said = naming.words(columns[index].header)
        if index not in grid and steps <= own <= levels and re.search(naming.ATTRIBUTES, said):
            yield index


def _scale(grid: Iterable[Facts]) -> tuple[Scale, tuple[str, ...]] | None:
    """Return the usual scale whose every step the grid has, and codes of no answer beside it."""
    levels = frozenset[float]().union(*(facts.levels() for facts in grid))
    for scale in SCALES:
        steps = {float(step) for step in range(int(scale[0]), int(scale[1]) + 1)}
        if steps <= levels and levels - steps <= CODES:
            return scale, tuple(f"{code:g}" for code in sorted(levels - steps))
    return None
