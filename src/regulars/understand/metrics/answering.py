"""Runs a metric's expression and adds its rows up into slices; kept until the data change."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from regulars.company.places import service as places
from regulars.company.rights.model import Scope
from regulars.kit.period import Period
from regulars.listen.catalog import service as catalog
from regulars.understand.metrics import bases, periods
from regulars.understand.metrics.counting import Task, Watched, counted, from_days
from regulars.understand.metrics.model import Definition, MetricQuestion, Row, Scale, Statistic
from regulars.understand.metrics.queries.scene import (
    BUCKET,
    SMALL,
    extent,
    in_use,
    latest,
    slice_column,
    visible,
)
from regulars.understand.metrics.windows import EARLIEST, LATEST
from regulars.understand.value_groups import service as value_groups

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

KEPT = 2_000
MAX_VALUES = 60
NEAR = timedelta(days=31)
MICROSECOND = timedelta(microseconds=1)
Result = TypeVar("Result")
_kept: WeakKeyDictionary[Workspace, OrderedDict[Hashable, Any]] = WeakKeyDictionary()
_lock = threading.Lock()

SliceKey = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class AggregatePart:
    """One slice's statistic, with the base it stands on and the period it covers."""

    statistic: Statistic
    scale: Scale | None
    survey_kind: str | None
    period: Period


@dataclass(frozen=True)
class Answered:
    """All slices of a question; `period` as bounded by the data, None without any data."""

    parts: Mapping[tuple[date | None, SliceKey], AggregatePart]
    period: Period | None
    mark: str


def answer(ws: Workspace, definition: Definition, question: MetricQuestion) -> Answered:
    """Return the sums of every slice, from memory when nothing has changed since.

    Raises Invalid when a number would mix questions, scales or kinds of survey.
    """
    question = replace(question, as_of=ws.engine.settled(question.as_of))
    state = (
        ws.engine.watermark(),
        places.current(ws)[0],
        catalog.current(ws).version,
        _groups_state(ws, definition, question),
    )
    return _remembered(
        ws, (definition.key, question, state), lambda: _ask(ws, definition, question, *state[:3])
    )


def _groups_state(ws: Workspace, definition: Definition, question: MetricQuestion) -> Hashable:
    """Return what identifies the assignments of value groups, where the answer rests on them."""
    if definition.aggregate.state is not None:
        return definition.aggregate.state(ws)
    if "value_group" not in question.used and definition.aggregate.read is None:
        return None
    return tuple(value_groups.stamps(ws))


def forget(ws: Workspace) -> None:
    """Drop the answers kept in memory, so that the next ones are computed anew (benchmarks)."""
    with _lock:
        _kept.pop(ws, None)


def _remembered(ws: Workspace, key: Hashable, compute: Callable[[], Result]) -> Result:
    with _lock:
        remembered = _kept.setdefault(ws, OrderedDict())
        if key in remembered:
            remembered.move_to_end(key)
            found: Result = remembered[key]
            return found
    made = compute()
    with _lock:
        remembered[key] = made
        while len(remembered) > KEPT:
            remembered.popitem(last=False)
    return made


def _ask(
    ws: Workspace, definition: Definition, question: MetricQuestion, mark: str, *setting: int
) -> Answered:
    if definition.aggregate.read is not None:
        return _read(ws, definition, question, mark)
    watched = _watched(ws, definition, question, mark)
    bounded = _bounded(definition, question, watched) if watched else None
    if watched is None or bounded is None:
        return Answered({}, None, mark)
    task = Task(ws, definition, question, watched, *bounded, mark)
    rows = from_days(task, setting)
    if rows is None:
        rows = counted(task)
    whole = Period(*bounded)
    return Answered(_parts(definition, question, rows, whole, ws), whole, mark)


def _read(ws: Workspace, definition: Definition, question: MetricQuestion, mark: str) -> Answered:
    """Return what was worked out elsewhere, of those moments that lie in the period."""
    period = question.period
    rows: list[Row] = []
    assert definition.aggregate.read is not None
    for row in definition.aggregate.read(ws, question):
        at: datetime = row["at"]
        if (period.start and at < period.start) or (period.end and at >= period.end):
            continue
        day = at.astimezone(ws.zone).date()
        bucket = periods.bucket_of(day, question.grain) if question.grain else None
        rows.append({**row, BUCKET: bucket})
    return Answered(_parts(definition, question, rows, period, ws), period, mark)


def _watched(
    ws: Workspace, definition: Definition, question: MetricQuestion, mark: str
) -> Watched | None:
    """Return from when to when customers were watched; None when they did nothing.

    A period that is closed, or open at both ends, needs no look unless the metric depends on how
    long anybody was watched.
    """
    reads, period = definition.aggregate.reads, question.period
    if not definition.aggregate.watched:
        if period.start and period.end:
            return Watched(None, period.end)
        if not (period.start or period.end or question.grain or definition.days):
            return Watched(EARLIEST, LATEST)
    elif period.start and period.end:
        seen = _last_near(ws, question, period.end, mark)
        if seen is not None:
            return Watched(None, seen + MICROSECOND)

    def look() -> Watched | None:
        empty = MetricQuestion(scope=question.scope)
        table = ws.query(
            lambda view: extent(visible(ws, view, empty, people=False), reads),
            as_of=question.as_of,
        )
        row = table.to_pylist()[0] if table.num_rows else {}
        if not row or row["first"] is None:
            return None
        return Watched(row["first"], row["horizon"] + MICROSECOND)

    return _remembered(ws, ("extent", reads, question.scope, question.as_of, mark), look)


def _last_near(
    ws: Workspace, question: MetricQuestion, end: datetime, mark: str
) -> datetime | None:
    """Return the moment of the last thing a customer did, None when it lies long before `end`.

    Looking only that far back spares reading every file.
    """
    since = end - NEAR

    def look() -> datetime | None:
        empty = MetricQuestion(scope=question.scope)
        table = ws.query(
            lambda view: latest(visible(ws, view, empty, people=False), since),
            as_of=question.as_of,
        )
        last: datetime | None = table.column("last").to_pylist()[0] if table.num_rows else None
        return last

    return _remembered(ws, ("near", since, question.scope, question.as_of, mark), look)


def last_watched(ws: Workspace) -> datetime | None:
    """Return the moment of the last thing a customer did, mostly found near the end."""
    mark = ws.engine.watermark()

    def look() -> datetime | None:
        covered = ws.engine.covered()
        if covered is None:
            return None
        return since(covered[1] - NEAR) or since(covered[0])

    def since(moment: datetime) -> datetime | None:
        last: datetime | None = (
            ws.query(lambda view: latest(view.events, moment)).column("last")[0].as_py()
        )
        return last

    return _remembered(ws, ("last", mark), look)


def values_in_use(ws: Workspace, scope: Scope) -> dict[str, list[str]]:
    """Return the values of the small dimensions that customers' events carry, by frequency."""
    mark = ws.engine.watermark()

    def look() -> dict[str, list[str]]:
        question = MetricQuestion(scope=scope)
        rows = ws.query(lambda view: in_use(visible(ws, view, question, people=False))).to_pylist()
        values: dict[str, list[str]] = {}
        for name in SMALL:
            counts: Counter[str] = Counter()
            for row in rows:
                if row[name] is not None:
                    counts[row[name]] += row["n"]
            values[name] = [value for value, _count in counts.most_common(MAX_VALUES)]
        return values

    return _remembered(ws, ("values", scope, mark), look)


def _bounded(
    definition: Definition, question: MetricQuestion, watched: Watched
) -> tuple[datetime, datetime] | None:
    """Return the period's ends, the data's where they are open; None when nothing lies in it."""
    period, days = question.period, None if question.grain else definition.days
    end = period.end or watched.horizon
    if definition.aggregate.watched:
        end = min(end, watched.horizon)
    start = period.start
    if start is None and days is not None:
        start = end - timedelta(days=days)
    elif start is None:
        start = watched.first or EARLIEST
    return (start, end) if start < end else None


def _parts(
    definition: Definition, question: MetricQuestion, rows: list[Row], whole: Period, ws: Workspace
) -> dict[tuple[date | None, SliceKey], AggregatePart]:
    parts: dict[tuple[date | None, SliceKey], list[Row]] = {}
    names = [*question.by, *(["currency"] if "currency" in definition.aggregate.base else [])]
    for row in rows:
        values = tuple(
            (name, row["currency" if name == "currency" else slice_column(name)]) for name in names
        )
        parts.setdefault((row.get(BUCKET), values), []).append(row)
    return {
        key: _part(definition, question, members, _span(question, key[0], whole, ws))
        for key, members in parts.items()
    }


def _span(question: MetricQuestion, bucket: date | None, whole: Period, ws: Workspace) -> Period:
    if bucket is None or question.grain is None:
        return whole
    return periods.period_of(bucket, question.grain, ws.zone, whole)


def _part(
    definition: Definition, question: MetricQuestion, rows: list[Row], period: Period
) -> AggregatePart:
    scale, kind = None, None
    if definition.aggregate.weights:
        scale, kind = bases.one_base(definition, rows)
    return AggregatePart(definition.aggregate.statistic.of(rows), scale, kind, period)
