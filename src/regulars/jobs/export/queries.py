"""The events of a period, in portions that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pyarrow as pa

from regulars.kit.period import Period, day_start
from regulars.timeline.engine.view import View
from regulars.timeline.event import SCHEMA
from regulars.timeline.workspace import Workspace

PORTION = 500_000
"""Events in one portion, unless a single day has more."""
EVENTS = pa.schema([*SCHEMA, ("person_id", pa.string())])


def events(ws: Workspace, period: Period, as_of: datetime) -> Iterator[pa.Table]:
    """Yield the events of the period in the order they happened, as far as known at `as_of`.

    `person_id` is the person an event belongs to after all links, null without an identity.
    """
    for part in _portions(ws, period, as_of):

        def build(view: View, part: Period = part) -> Any:
            return _within(view.with_person(), part)

        found = ws.query(build, as_of=as_of)
        yield found.select(EVENTS.names).cast(EVENTS)


def count(ws: Workspace, period: Period, as_of: datetime) -> tuple[int, int]:
    """Return how many events the period has as of then, and how many that are known later.

    Asked of the whole timeline: an event that lacks a moment is among the first, so that an export
    which loses it does not agree.
    """

    def build(view: View) -> Any:
        table = view.events
        outside = [
            edge
            for edge in (
                None if period.start is None else table.occurred_at < period.start,
                None if period.end is None else table.occurred_at >= period.end,
            )
            if edge is not None
        ]
        for edge in outside:
            table = table.filter(~edge.fill_null(False))
        return table.agg(all=table.count(), later=(table.known_at > as_of).sum())

    row = ws.query(build).to_pylist()[0]
    later = row["later"] or 0
    return row["all"] - later, later


def _within(table: Any, period: Period) -> Any:
    if period.start is not None:
        table = table.filter(table.occurred_at >= period.start)
    if period.end is not None:
        table = table.filter(table.occurred_at < period.end)
    return table.order_by("occurred_at", "event_id")


def _portions(ws: Workspace, period: Period, as_of: datetime) -> Iterator[Period]:
    """Cut the period at the beginnings of days, so that each part has about `PORTION` events."""

    def count(view: View) -> Any:
        table = _within(view.events, period)
        days = table.select(day=table.occurred_at.truncate("D").date())
        return days.group_by("day").aggregate(n=days.count()).order_by("day")

    cuts: list[date] = []
    waiting = 0
    for row in ws.query(count, as_of=as_of).to_pylist():
        if waiting and waiting + row["n"] > PORTION:
            cuts.append(row["day"])
            waiting = 0
        waiting += row["n"]
    if not waiting:
        return
    edges = [period.start, *(day_start(day, ws.zone) for day in cuts), period.end]
    for start, end in pairwise(edges):
        yield Period(start, end)
