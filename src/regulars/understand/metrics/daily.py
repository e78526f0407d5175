"""A metric by day over all time, kept between refreshes: whatever window is asked, days make it.

A window that moves every day would have to be counted anew at every refresh. The days it is made of
do not move: a refresh corrects them by whoever was touched (`engine.summed`), and every window,
course and comparison adds the same days up. What depends on how long anybody was watched is counted
directly for the last days, where not everything is over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from regulars.kit.period import ALL_TIME, day_start
from regulars.understand.metrics import periods
from regulars.understand.metrics.model import (
    EARLIEST,
    LATEST,
    Definition,
    Question,
    Row,
    Window,
)
from regulars.understand.metrics.queries.scene import BUCKET, Scene, visible

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

UNSETTLED = 9
"""Days before the last one of which something may not be over: a week, and a day for the clocks."""


def keeps(definition: Definition, question: Question) -> bool:
    """Tell whether a refresh keeps what a question is answered from."""
    moving = question.as_of is not None or "value_group" in question.used
    return definition.aggregate.daily is not None and not moving


def rows(
    ws: Workspace,
    definition: Definition,
    question: Question,
    window: Window,
    count: Callable[[datetime], list[Row]],
) -> list[Row] | None:
    """Return the rows of the window as made of what is kept; None where they cannot be.

    `count` counts from a moment to the window's end directly.
    """
    daily = definition.aggregate.daily
    assert daily is not None
    if window.days is None and not daily.persons:
        return None
    kept = _kept(ws, definition, question, window.keys)
    if daily.window is not None:
        return daily.window(kept, window)
    assert window.days is not None
    first, after = window.days
    keys = list(dict.fromkeys([*window.keys, *definition.aggregate.counted]))
    if not definition.aggregate.watched or window.horizon is None:
        return _added(kept, question.grain, (first, after), keys)
    settled = window.horizon.astimezone(ws.zone).date() - timedelta(days=UNSETTLED)
    if after <= settled:
        return _added(kept, question.grain, (first, after), keys)
    rest = max(first, settled)
    return [
        *_added(kept, question.grain, (first, rest), keys),
        *count(window.start if rest == first else day_start(rest, ws.zone)),
    ]


def _kept(ws: Workspace, definition: Definition, question: Question, keys: list[str]) -> pa.Table:
    """Return what is kept: the metric over all time by day, or its rows by person."""
    aggregate = definition.aggregate
    assert aggregate.daily is not None
    build = aggregate.daily.build or aggregate.build
    assert build is not None
    whole = replace(question, period=ALL_TIME, grain="day")

    def expression(view: Any) -> Any:
        events, unnamed = (
            visible(ws, view, whole, people=people) for people in (aggregate.people, False)
        )
        return build(
            Scene(ws, events, unnamed, view.named, whole, EARLIEST, LATEST, LATEST, EARLIEST)
        )

    if aggregate.daily.persons:
        return ws.engine.persons(expression, of="person_id")
    by = [*keys, BUCKET, *aggregate.daily.counted, *aggregate.counted]
    return ws.engine.summed(expression, by=list(dict.fromkeys(by)))


def _added(
    kept: pa.Table, grain: str | None, days: tuple[date, date], keys: list[str]
) -> list[Row]:
    """Return the days between added up, by the buckets of the grain."""
    day = kept.column(BUCKET)
    low, high = (pa.scalar(edge, day.type) for edge in days)
    table = kept.filter(pc.and_(pc.greater_equal(day, low), pc.less(day, high)))
    if grain not in (None, "day"):
        table = _in_buckets(table, grain or "month")
    by = [*keys, BUCKET] if grain else keys
    sums = [name for name in table.column_names if name not in (*by, BUCKET)]
    if not table.num_rows:
        return []
    made = table.group_by(by, use_threads=False).aggregate([(name, "sum") for name in sums])
    found: list[Row] = made.select([*by, *(f"{name}_sum" for name in sums)]).rename_columns(
        [*by, *sums]
    ).to_pylist()  # fmt: skip
    return found


def _in_buckets(table: pa.Table, grain: str) -> pa.Table:
    days = pc.unique(table.column(BUCKET))
    buckets = pa.array([periods.bucket_of(day, grain) for day in days.to_pylist()], days.type)
    place = pc.index_in(table.column(BUCKET), days).combine_chunks()
    return table.set_column(table.schema.get_field_index(BUCKET), BUCKET, buckets.take(place))
