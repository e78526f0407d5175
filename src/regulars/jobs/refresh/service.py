"""The refresh job: one run, on demand or by the schedule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from regulars.jobs.refresh.steps import steps
from regulars.jobs.runs import service as runs
from regulars.jobs.runs.model import Clock, Job, Run, State, Watch
from regulars.kit.text import Text
from regulars.listen.imports import service as imports
from regulars.timeline.workspace import Workspace

KEY = "refresh"
EVERY = timedelta(hours=1)


def job() -> Job:
    """Return the job with the steps that this installation has."""
    return Job(KEY, Text("Refresh findings", "刷新分析结果"), steps())


def run(
    ws: Workspace,
    *,
    reason: str,
    clock: Clock,
    watch: Watch | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Run:
    """Compute and store every finding anew, all of one state of the timeline.

    Raises Conflict when a refresh is running already, Stopping when the process is to end.
    """
    try:
        return runs.perform(ws, job(), reason=reason, clock=clock, watch=watch, stopping=stopping)
    finally:
        ws.engine.unpin()


def due(ws: Workspace, now: datetime) -> str | None:
    """Return why a refresh is due now, or None.

    It is when there was none, one was interrupted, an import ended since, or an hour has gone by.
    """
    past = runs.recent(ws, KEY, 1)
    if not past:
        return "first"
    if past[0].state in (State.RUNNING, State.INTERRUPTED):
        return "interrupted"
    if _import_ended_since(ws, past[0].started_at):
        return "import"
    return "schedule" if now - past[0].started_at >= EVERY else None


def _import_ended_since(ws: Workspace, moment: datetime) -> bool:
    ended = (run.ended_at for run in imports.runs(ws, limit=5))
    return any(one is not None and one > moment for one in ended)
