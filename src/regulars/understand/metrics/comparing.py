"""Tests of change: against an earlier period, and of a slice against the others."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING

from regulars.kit.errors import Invalid
from regulars.kit.period import Period
from regulars.kit.stats.estimate import Change
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.text import Text
from regulars.understand.metrics import periods
from regulars.understand.metrics.answering import AggregatePart, Answered, SliceKey, answer
from regulars.understand.metrics.model import (
    Compared,
    Definition,
    Direction,
    MetricQuestion,
    Statistic,
)
from regulars.understand.policy import FALSE_ALARM_RATE, MIN_GROUP

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

Key = tuple[date | None, SliceKey]
Compare = Period | str
WORDS = ("previous", "year")


def against_earlier(
    ws: Workspace, definition: Definition, question: MetricQuestion, now: Answered, compare: Compare
) -> dict[Key, Compared]:
    """Return each slice's change against the same slice in an earlier period.

    `compare`: "previous" (the period before; with a grain the bucket before), "year" (a year
    before), or a period. Raises Invalid when there is no such period.
    """
    if now.period is None:
        return {}
    earlier, shift = _earlier(ws, definition, question, now.period, compare)
    before = answer(ws, definition, earlier)
    changes: dict[Key, Compared] = {}
    for key, part in now.parts.items():
        then = before.parts.get((shift(key[0]), key[1]))
        if then is not None and _comparable(part, then):
            changes[key] = _change(then, part)
    return _tested(changes, definition)


def _earlier(
    ws: Workspace, definition: Definition, question: MetricQuestion, whole: Period, compare: Compare
) -> tuple[MetricQuestion, Callable[[date | None], date | None]]:
    if question.grain is not None and isinstance(compare, str):
        return _earlier_buckets(ws, question, whole, _word(compare))
    if isinstance(compare, Period):
        if question.grain is not None:
            raise Invalid(
                "metrics.compare",
                Text(
                    "Slices in time are compared with the one before or a year before.",
                    "按时间拆分时只能与上一期或去年同期比较。",
                ),
            )
        period: Period | None = compare
    else:
        length = question.period if question.period.start else whole
        length = Period(length.start or whole.start, length.end or whole.end)
        find = periods.previous if _word(compare) == "previous" else periods.year_before
        period = find(length, ws.zone)
    if period is None or (question.period.start is None and definition.days is None):
        raise Invalid(
            "metrics.compare_open",
            Text(
                "Choose a period with a beginning, so that there is one before it.",
                "请选择有起点的时间段，才能与之前比较。",
            ),
        )
    return replace(question, period=period), lambda _bucket: None


def _word(compare: str) -> str:
    if compare not in WORDS:
        raise Invalid(
            "metrics.compare_word",
            Text(
                f"Compare with previous or year, not “{compare}”.",
                f"比较对象只能是 previous 或 year，不能是“{compare}”。",
            ),
        )
    return compare


def _earlier_buckets(
    ws: Workspace, question: MetricQuestion, whole: Period, word: str
) -> tuple[MetricQuestion, Callable[[date | None], date | None]]:
    grain = question.grain or "month"
    back = {"day": 364, "week": 52, "month": 12, "quarter": 4, "year": 1}[grain]
    count = 1 if word == "previous" else back
    assert whole.start is not None and whole.end is not None
    found = periods.buckets(whole.start, whole.end, grain, ws.zone)
    first = periods.period_of(
        periods.step(found[0], grain, -count), grain, ws.zone, Period(None, None)
    )
    last = periods.period_of(
        periods.step(found[-1], grain, -count), grain, ws.zone, Period(None, None)
    )

    def shift(bucket: date | None) -> date | None:
        return None if bucket is None else periods.step(bucket, grain, -count)

    return replace(question, period=Period(first.start, last.end)), shift


def against_the_rest(
    definition: Definition, question: MetricQuestion, now: Answered, minimum_n: int
) -> dict[Key, Compared]:
    """Return how each slice differs from all the others of its bucket together.

    Only for sums that add up and slices that do not overlap; those with n below `minimum_n`
    stand aside, and so does a rest below it.
    """
    aggregate = definition.aggregate
    adds_up = aggregate.statistic.has_rest and aggregate.unit == "row"
    if not adds_up or not question.by or "place" in question.by:
        return {}
    groups: dict[tuple[date | None, str | None], list[Key]] = {}
    for bucket, slice_ in now.parts:
        groups.setdefault((bucket, dict(slice_).get("currency")), []).append((bucket, slice_))
    changes: dict[Key, Compared] = {}
    for keys in groups.values():
        parts = [now.parts[key] for key in keys]
        alike = len({part.scale for part in parts}) == 1
        if len(parts) < 2 or not alike or min(part.statistic.n for part in parts) < MIN_GROUP:
            continue
        others = _others([part.statistic for part in parts])
        for key, part, together in zip(keys, parts, others, strict=True):
            if min(part.statistic.n, together.n) >= minimum_n:
                rest = AggregatePart(together, part.scale, None, part.period)
                changes[key] = _change(rest, part)
    in_order = {key: changes[key] for key in now.parts if key in changes}
    return _tested(in_order, definition)


def _others(statistics: Sequence[Statistic]) -> list[Statistic]:
    """Return of each statistic what all the others say together; two of them at least.

    Of a, b and c: b + c, a + c, a + b. What lies before and what lies behind are each added once.
    """
    before = list(accumulate(statistics, operator.add))
    behind = list(accumulate(reversed(statistics), operator.add))[::-1]
    inner = [one + other for one, other in zip(before, behind[2:], strict=False)]
    return [behind[1], *inner, before[-2]]


def _comparable(one: AggregatePart, other: AggregatePart) -> bool:
    enough = min(one.statistic.n, other.statistic.n) >= MIN_GROUP
    return enough and one.scale == other.scale


def _change(earlier: AggregatePart, later: AggregatePart) -> Compared:
    days = (periods.days_of(earlier.period), periods.days_of(later.period))
    return Compared(
        later.statistic.change(earlier.statistic, days),
        earlier=earlier.statistic.estimate(earlier.scale),
        start=earlier.period.start,
        end=earlier.period.end,
    )


def _tested(changes: Mapping[Key, Compared], definition: Definition) -> dict[Key, Compared]:
    """Hold the false-alarm rate over all rows of the answer, and say which way is meant."""
    keys = list(changes)
    q_values = benjamini_hochberg([changes[key].change.p for key in keys])
    return {
        key: replace(
            changes[key], q=q, verdict=_verdict(changes[key].change, q, definition.direction)
        )
        for key, q in zip(keys, q_values, strict=True)
    }


def _verdict(change: Change, q: float | None, direction: Direction) -> str | None:
    if q is None or q > FALSE_ALARM_RATE or not change.difference:
        return None
    return "better" if (change.difference > 0) == (direction is Direction.UP) else "worse"


def moved(rows: Sequence[Compared | None]) -> int:
    """Return how many changes are beyond chance."""
    return sum(1 for row in rows if row is not None and row.verdict is not None)
