"""A metric by day over all time, kept between refreshes: whatever window is asked, days make it.

A window that moves every day would have to be counted anew at every refresh. The days it is made of
do not move: a refresh corrects them by whoever was touched (`engine.summed`), and every window,
course and comparison adds the same days up.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from regulars.kit.period import ALL_TIME
from regulars.understand.metrics.model import Definition, MetricQuestion, Row
from regulars.understand.metrics.queries.days import added
from regulars.understand.metrics.queries.scene import BUCKET, Scene, visible
from regulars.understand.metrics.windows import EARLIEST, LATEST, Window

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace


def keeps(definition: Definition, question: MetricQuestion) -> bool:
    """Tell whether a refresh keeps what a question is answered from."""
    moving = question.as_of is not None or "value_group" in question.used
    return definition.aggregate.daily is not None and not moving


def rows(
    ws: Workspace, definition: Definition, question: MetricQuestion, window: Window, state: Hashable
) -> list[Row] | None:
    """Return the rows of the window as made of what is kept; None where they cannot be.

    `state` identifies what beside the events and the question shapes the metric's expression.
    """
    daily = definition.aggregate.daily
    assert daily is not None
    if window.days is None and not daily.persons:
        return None
    stored = _kept(ws, definition, question, window.keys, state)
    if daily.window is not None:
        return daily.window(stored, window)
    assert window.days is not None
    first, after = window.days
    if daily.over:
        over = window.over(daily.over)
        if over is None:
            return None
        after = min(after, over)
    keys = list(dict.fromkeys([*window.keys, *definition.aggregate.counted]))
    return added(stored, window.grain, (first, after), keys)


def _kept(
    ws: Workspace,
    definition: Definition,
    question: MetricQuestion,
    keys: list[str],
    state: Hashable,
) -> pa.Table:
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

    key = ("metric by day", definition.key, whole, state)
    if aggregate.daily.persons:
        return ws.engine.persons(key, expression, of="person_id", timeless=True)
    by = [*keys, BUCKET, *aggregate.daily.counted, *aggregate.counted]
    return ws.engine.summed(key, expression, by=list(dict.fromkeys(by)), timeless=True)
