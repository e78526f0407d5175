"""Resolve which events a question looks at: its period, places and channels; how far data reach."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import ibis

from regulars.company.places import service as places
from regulars.company.rights.model import Scope
from regulars.faces import periods
from regulars.kit.memo import Memo
from regulars.kit.period import ALL_TIME, Period, add_months, day_start, parse_edge
from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import USUAL, EventFilter, EventScope

USUAL_MONTHS = 12
MAX_CHANNELS = 12
_memo: Memo[Period] = Memo(64)
_channels: Memo[tuple[str, ...]] = Memo(64)


def reach(ws: Workspace) -> Period:
    """Return the period from the first to the last event that customers have; ALL_TIME if none.

    Kept in memory for each state of the data.
    """
    key = (str(ws.folder), ws.engine.watermark())
    return _memo.get(key, lambda: _reach(ws))


def _reach(ws: Workspace) -> Period:
    covered = ws.engine.covered()
    return Period(covered[0], covered[1] + timedelta(microseconds=1)) if covered else ALL_TIME


def channels(ws: Workspace, scope: Scope) -> tuple[str, ...]:
    """Return the channels that events in `scope` name, the commonest first."""
    key = (str(ws.folder), ws.engine.watermark(), scope)
    return _channels.get(key, lambda: _find_channels(ws, scope))


def _find_channels(ws: Workspace, scope: Scope) -> tuple[str, ...]:
    extent = EventScope(scope=scope)
    table = ws.query(
        lambda view: (
            extent.of(view.events)
            .filter(ibis._.channel.notnull())
            .group_by("channel")
            .agg(n=ibis._.count())
            .order_by([ibis.desc("n"), "channel"])
            .limit(MAX_CHANNELS)
        )
    )
    return tuple(table.column("channel").to_pylist())


def usual(ws: Workspace, now: datetime) -> Period:
    """Return the standard period: twelve months up to the day of the last event, or to today."""
    return months(ws, USUAL_MONTHS, now)


def months(ws: Workspace, count: int, now: datetime) -> Period:
    """Return `count` calendar months, the last one running, up to the end of the data.

    The end is the end of the last event's day, so that an archive shows its own last year and a
    company at work shows today.
    """
    last = min(reach(ws).end or now, now).astimezone(ws.zone).date()
    following = date.fromordinal(last.toordinal() + 1)
    start = add_months(last, 1 - count)
    return Period(day_start(start, ws.zone), day_start(following, ws.zone))


def back(ws: Workspace, period: Period, count: int) -> Period:
    """Return the `count` months that end where `period` ends; never shorter than the period."""
    if period.start is None or period.end is None:
        return period
    last = (period.end - timedelta(microseconds=1)).astimezone(ws.zone).date()
    return Period(min(period.start, day_start(add_months(last, 1 - count), ws.zone)), period.end)


def resolve(ws: Workspace, look: EventFilter, now: datetime) -> EventScope:
    """Return the events that `look` names. Raises Invalid for an unreadable period."""
    named = [look.place] if look.place else look.places
    chosen = places.tree(ws).within(named) if named else None
    channels = (look.channel,) if look.channel else look.channels
    period = read(ws, look, now)
    to_last = period.end is not None and ws.engine.settled(period.end) is None
    return EventScope(period, chosen, channels, look.scope, to_last)


def read(ws: Workspace, look: EventFilter, now: datetime) -> Period:
    """Return the period that `look` names. Raises Invalid for an unreadable one."""
    if look.start or look.end:
        edges = [parse_edge(e, ws.zone) if e else None for e in (look.start, look.end)]
        return Period(edges[0], edges[1])
    if look.period == USUAL:
        return usual(ws, now)
    return periods.read(look.period, now, ws.zone).period
