"""The verbs of lanes: work on them in this process, and tell how they all stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa
import structlog

from regulars.jobs.lanes import queries
from regulars.jobs.lanes.loop import Loop, name_of
from regulars.jobs.lanes.model import ChildState, Lane, LaneState, Task, TaskRecord
from regulars.jobs.lanes.tasks import of, reactions
from regulars.jobs.refresh import service as refresh
from regulars.jobs.runs import service as runs
from regulars.jobs.runs.model import Clock, State
from regulars.kit import clock as machine
from regulars.timeline import acts, reacting
from regulars.timeline.lagging import LATE, Lag
from regulars.timeline.lease import Holder, holder
from regulars.timeline.workspace import Workspace

log = structlog.get_logger(__name__)
PATIENCE = 10.0
"""Seconds that what is under way has to come to an end."""


class Lanes:
    """Works on some lanes in this process, each in a thread, from `start` until `stop`.

    Several processes may want a lane: its lease lets one of them have it, and when that one dies
    another takes it over.
    """

    def __init__(
        self,
        ws: Workspace,
        wanted: Sequence[Lane],
        clock: Clock,
        tasks: Callable[[Lane], Sequence[Task]] = of,
    ) -> None:
        self._loops = [Loop(ws, lane, tasks(lane), clock) for lane in wanted]

    def start(self) -> None:
        """Begin."""
        for loop in self._loops:
            loop.start()

    def stop(self, patience: float = PATIENCE) -> bool:
        """Let all end; False when something under way did not: whoever comes next continues it."""
        for loop in self._loops:
            loop.end()
        deadline = machine.monotonic() + patience
        left = [
            str(loop.lane)
            for loop in self._loops
            if not loop.join(max(0.0, deadline - machine.monotonic()))
        ]
        if left:
            log.warning("lanes.left", lanes=left)
        return not left


def states(ws: Workspace, now: datetime) -> list[LaneState]:
    """Return how each lane stands."""
    with ws.database.reading() as connection:
        noted, records = queries.lanes(connection), queries.tasks(connection)
        holders = {lane: holder(connection, name_of(lane), now) for lane in Lane}
    return [_state(ws, lane, holders[lane], noted.get(lane), records) for lane in Lane]


def children(ws: Workspace) -> list[ChildState]:
    """Return the processes that servers keep for long lanes."""
    with ws.database.reading() as connection:
        return queries.children(connection)


def lags(ws: Workspace, now: datetime) -> list[Lag]:
    """Return how far each reaction lags behind what was taken in."""
    return reacting.behind(ws, reactions(), now)


def late(ws: Workspace, now: datetime) -> bool:
    """Tell whether a reaction, or acts that become events, lag so far that somebody should know."""
    since = staged(ws)[1]
    waiting = since is not None and now - since >= LATE
    return waiting or any(one.seconds >= LATE.total_seconds() for one in lags(ws, now))


def staged(ws: Workspace) -> tuple[int, datetime | None]:
    """Return how many acts wait to become events, and since when the oldest does."""
    return acts.waiting(ws)


def _state(
    ws: Workspace,
    lane: Lane,
    held_by: Holder | None,
    noted: sa.RowMapping | None,
    records: Sequence[TaskRecord],
) -> LaneState:
    mine = tuple(one for one in records if one.lane is lane)
    if held_by is None or noted is None:
        return LaneState(lane, held_by, tasks=mine)
    names = {one.key: one.name for one in of(lane)}
    task = names.get(noted["task"])
    return LaneState(
        lane,
        held_by,
        noted["since"],
        task,
        noted["task_since"] if task else None,
        _progress(ws) if noted["task"] == refresh.KEY else None,
        mine,
    )


def _progress(ws: Workspace) -> float | None:
    """Return how far the refresh is that is under way."""
    newest = runs.recent(ws, refresh.KEY, 1)
    return newest[0].progress if newest and newest[0].state is State.RUNNING else None
