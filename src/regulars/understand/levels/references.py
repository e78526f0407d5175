"""What an experience is compared with: what was usual, and done, in the months before; pure.

A month is counted as year × 12 + month − 1. The references of a month are made of the twelve
before it, so that nothing said later changes them; where these hold fewer than `MIN_SAMPLE`
answers, as in the first months of a company, the month itself is added. Fewer than `MIN_GROUP`
people are no reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.understand.levels.model import Floats, Ints
from regulars.understand.policy import MIN_GROUP, MIN_SAMPLE

MONTHS = 12
STEPS = 60
SCHEMA = pa.schema(
    [
        ("metric", pa.string()),
        ("scale_min", pa.float64()),
        ("scale_max", pa.float64()),
        ("month", pa.int64()),
        ("usual", pa.float64()),
    ]
)
Ladder = list[tuple[float, float]]
"""Acts, rising, with the share of experiences at a touchpoint before which less was done."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What was usual for a question, 0 to 100, in each month from `first` on; None: not known."""

    metric: str
    scale_min: float
    scale_max: float
    first: int
    means: list[float | None]


@dataclass(frozen=True, slots=True)
class Ladders:
    """A touchpoint's ladders of participation in each month from `first` on; empty: not known."""

    first: int
    steps: list[Ladder]

    def of(self, month: int) -> Ladder:
        """Return the ladder of a month; months after the last one have the last one's."""
        place = min(month - self.first, len(self.steps) - 1)
        return self.steps[place] if place >= 0 else []


@dataclass(frozen=True, slots=True)
class References:
    """All that experiences are compared with; it shows nobody."""

    usual: list[Usual] = field(default_factory=list)
    ladders: dict[str, Ladders] = field(default_factory=dict)


def within(counts: Floats, n: Floats, people: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the sums that each month is compared with, and whether they are enough.

    One row a month, for `counts` (any sums), `n` (answers) and `people`; the answer has one month
    more: the one to come.
    """
    months = len(n) + 1
    counts = np.vstack([counts, np.zeros((1, counts.shape[1]))])
    n, people = np.r_[n, 0.0], np.r_[people, 0]
    sums, enough = np.zeros_like(counts), np.zeros(months, bool)
    for month in range(months):
        start, end = max(month - MONTHS, 0), month
        if n[start:end].sum() < MIN_SAMPLE:
            end = month + 1
        sums[month] = counts[start:end].sum(axis=0)
        # People cannot be added up over months, but answers enough are never of a few.
        most = int(people[start:end].max(initial=0))
        enough[month] = n[start:end].sum() >= MIN_SAMPLE or most >= MIN_GROUP
    return sums, enough


def usual_of(monthly: Iterable[Mapping[str, object]]) -> list[Usual]:
    """Return what was usual, from the sums of `queries.asked`: one row a question and month.

    Every question is followed to the newest month of any, so that a month begins for all at once.
    """
    questions: dict[tuple[str, float, float], dict[int, tuple[float, float, int]]] = {}
    for row in monthly:
        key = (str(row["metric"]), _number(row["scale_min"]), _number(row["scale_max"]))
        sums = (_number(row["n"]), _number(row["total"]), int(_number(row["people"])))
        questions.setdefault(key, {})[int(_number(row["month"]))] = sums
    last = max((month for months in questions.values() for month in months), default=0)
    return [_usual(key, months, last) for key, months in sorted(questions.items())]


def _usual(
    key: tuple[str, float, float], months: Mapping[int, tuple[float, float, int]], last: int
) -> Usual:
    metric, low, high = key
    first = min(months)
    dense = [months.get(first + place, (0.0, 0.0, 0)) for place in range(last - first + 1)]
    counts = np.array([(n, total) for n, total, _people in dense])
    sums, known = within(counts, counts[:, 0], np.array([people for _n, _t, people in dense]))
    means = [
        100.0 * (total / n - low) / (high - low) if enough else None
        for (n, total), enough in zip(sums.tolist(), known, strict=True)
    ]
    return Usual(metric, low, high, first, means)


def monthly(usual: Sequence[Usual]) -> list[tuple[int, list[tuple[str, float | None]]]]:
    """Return each month that has begun, in order, with what was usual in it for each question.

    The month still to come is left out.
    """
    months: dict[int, list[tuple[str, float | None]]] = {}
    for one in usual:
        question = f"{one.metric} {one.scale_min:g} {one.scale_max:g}"
        for place, mean in enumerate(one.means[:-1]):
            months.setdefault(one.first + place, []).append((question, mean))
    return sorted(months.items())


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


def table_of(usual: Sequence[Usual]) -> pa.Table:
    """Return one row a question and month in which something was usual (SCHEMA)."""
    rows = [
        (one.metric, one.scale_min, one.scale_max, one.first + place, mean)
        for one in usual
        for place, mean in enumerate(one.means)
        if mean is not None
    ]
    columns = zip(*rows, strict=True) if rows else ((),) * len(SCHEMA)
    return pa.table([pa.array(one, kind) for one, kind in zip(columns, SCHEMA.types, strict=True)],
                    schema=SCHEMA)  # fmt: skip


def ladders_of(
    acts: Floats, person: Ints, touchpoint: Ints, month: Ints, names: Sequence[str]
) -> dict[str, Ladders]:
    """Return each touchpoint's ladders of participation, at most 60 steps each.

    A step is the middle of those who did as much, so that nobody stands above others for having
    done the same.
    """
    made = {}
    for code, name in enumerate(names):
        here = np.flatnonzero(touchpoint == code)
        if len(here):
            made[name] = _ladders(acts[here], person[here], month[here])
    return made


def _ladders(acts: Floats, person: Ints, month: Ints) -> Ladders:
    first = int(month.min())
    values, place = np.unique(acts, return_inverse=True)
    counts = np.zeros((int(month.max()) - first + 1, len(values)))
    np.add.at(counts, (month - first, place), 1.0)
    once = np.unique(np.column_stack([month - first, person]), axis=0)[:, 0]
    people = np.bincount(once, minlength=len(counts))
    sums, known = within(counts, counts.sum(axis=1), people)
    steps = [_steps(values, row) if on else [] for row, on in zip(sums, known, strict=True)]
    return Ladders(first, steps)


def _steps(values: Floats, counts: Floats) -> Ladder:
    values, counts = values[counts > 0], counts[counts > 0]
    middle = (np.cumsum(counts) - counts / 2) / counts.sum()
    if len(values) > STEPS:
        chosen = np.unique(
            np.searchsorted(middle, np.linspace(0, 1, STEPS)).clip(0, len(values) - 1)
        )
        values, middle = values[chosen], middle[chosen]
    return [(float(v), float(m)) for v, m in zip(values, middle, strict=True)]


def participation(
    acts: Floats,
    touchpoint: Ints,
    month: Ints,
    names: Sequence[str],
    ladders: Mapping[str, Ladders],
) -> Floats:
    """Return the share of others before whose experience there less was done; ½ where unknown."""
    shares = np.full(len(acts), 0.5)
    if not len(acts):
        return shares
    order = np.lexsort((month, touchpoint))
    pair = np.column_stack([touchpoint[order], month[order]])
    starts = np.flatnonzero(np.r_[True, (pair[1:] != pair[:-1]).any(axis=1)])
    for rows in np.split(order, starts[1:]):
        known = ladders.get(names[int(touchpoint[rows[0]])])
        ladder = known.of(int(month[rows[0]])) if known else []
        if ladder:
            steps = np.array(ladder)
            shares[rows] = np.interp(acts[rows], steps[:, 0], steps[:, 1], left=0.0, right=1.0)
    return shares
