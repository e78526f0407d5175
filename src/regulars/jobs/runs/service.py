"""Doing a job step by step, once at a time, so that a crash loses one step at most."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

import sqlalchemy as sa
import structlog

from regulars.company.audit import service as audit
from regulars.company.rights.model import Principal
from regulars.jobs.runs import queries
from regulars.jobs.runs.brake import Brake
from regulars.jobs.runs.model import (
    RESUME_WITHIN,
    Cancelled,
    Clock,
    Job,
    Run,
    State,
    Step,
    Watch,
)
from regulars.kit.errors import Conflict, Unavailable
from regulars.kit.text import Text
from regulars.timeline import bell
from regulars.timeline.lease import holder, lease
from regulars.timeline.workspace import Workspace

log = structlog.get_logger(__name__)
SMALLEST_ADVANCE = 0.02  # progress below this is not worth a write
RETRY = "retry"
"""Reason of a run that does the steps again which failed the last time."""


def perform(
    ws: Workspace,
    job: Job,
    *,
    reason: str,
    clock: Clock,
    watch: Watch | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Run:
    """Do `job` now; a step that fails is noted and the next ones are still done.

    `watch(step, share)` is called as the work goes on, in this thread.

    An interrupted run of the last hour is continued with the steps it lacks; with reason `retry`,
    one of the last hour that failed is with the steps that did. Whoever cancels it, it ends at the
    next sign of progress; so it does when `stopping()` says that the process ends, by Stopping.
    Raises Conflict when the job is running already, here or in another process.
    """
    with ExitStack() as within:
        _alone(ws, job, within)
        run_id, as_of, done = _begin(ws, job, reason, clock())
        brake = Brake(ws, run_id, stopping)
        try:
            states = [
                _do_step(ws, run_id, step, as_of, clock=clock, watch=watch or _nobody, brake=brake)
                for step in job.steps
                if step.key not in done
            ]
            state = State.FAILED if State.FAILED in states else State.DONE
        except Cancelled:
            state = State.CANCELLED
        with ws.database.transaction() as connection:
            queries.end_run(connection, run_id, state, clock())
            bell.ring(connection)
    return recent(ws, job.key, 1)[0]


def recent(ws: Workspace, job: str | None = None, count: int = 10) -> list[Run]:
    """Return the newest runs, newest first."""
    with ws.database.reading() as connection:
        return queries.recent(connection, job, count)


def request(ws: Workspace, job: str, caller: Principal, *, now: datetime) -> None:
    """Let a job be done now, whether or not it is due, by whoever runs its lane."""
    with ws.database.transaction() as connection:
        queries.request(connection, job, now)
        bell.ring(connection)
        audit.record(ws, connection, caller, "jobs.requested", job)


def requested(ws: Workspace) -> set[str]:
    """Return the jobs that somebody wants done now."""
    with ws.database.reading() as connection:
        return queries.requested(connection)


def cancel(ws: Workspace, job: str, caller: Principal, *, now: datetime) -> None:
    """Let the run of `job` that is under way end at its next sign of progress.

    One whose process has died ends at once. Raises Conflict when none is under way.
    """
    with ws.database.transaction() as connection:
        left = queries.unfinished(connection, job)
        if not left:
            raise Conflict(
                "jobs.idle",
                Text("Nothing to cancel: it is not running.", "没有可取消的任务：当前未在运行。"),
                job=job,
            )
        alive = holder(connection, _name(job), now) is not None
        for row in left:
            queries.want_cancelled(connection, row["id"], now)
            if not alive:
                queries.end_run(connection, row["id"], State.CANCELLED, now)
        bell.ring(connection)
        audit.record(ws, connection, caller, "jobs.cancelled", job, run=left[-1]["id"])


def _begin(ws: Workspace, job: Job, reason: str, now: datetime) -> tuple[int, datetime, set[str]]:
    """Continue an earlier run or write a new one: (run id, as_of, steps done)."""
    with ws.database.transaction() as connection:
        queries.forget_request(connection, job.key)
        left = queries.unfinished(connection, job.key)
        failed = queries.newest_failed(connection, job.key) if reason == RETRY else None
        newest = left[-1] if left else failed
        goes_on = newest if newest is not None and _goes_on(connection, newest, job, now) else None
        for row in left:
            if row is not goes_on:
                cancelled = row["cancel_at"] is not None
                state = State.CANCELLED if cancelled else State.INTERRUPTED
                queries.end_run(connection, row["id"], state, now)
        if goes_on is None:
            return queries.insert_run(connection, job, reason, now), now, set()
        queries.reopen(connection, goes_on["id"], goes_on["reason"] if left else reason)
        done = queries.steps_of(connection, goes_on["id"], State.DONE)
        return goes_on["id"], goes_on["as_of"], set(done)


def _goes_on(connection: sa.Connection, run: sa.RowMapping, job: Job, now: datetime) -> bool:
    """Tell whether a run can be continued: a young one, of the steps that the job has."""
    young = now - run["started_at"] < RESUME_WITHIN and run["cancel_at"] is None
    return young and set(queries.steps_of(connection, run["id"])) == {one.key for one in job.steps}


def _do_step(
    ws: Workspace,
    run_id: int,
    step: Step,
    as_of: datetime,
    *,
    clock: Clock,
    watch: Watch,
    brake: Brake,
) -> State:
    def write(**values: object) -> None:
        with ws.database.transaction() as connection:
            queries.set_step(connection, run_id, step.key, **values)

    shown = 0.0

    def progress(share: float) -> None:
        nonlocal shown
        brake.look()
        watch(step, share)
        if share - shown >= SMALLEST_ADVANCE:
            shown = min(share, 1.0)
            write(progress=shown)

    brake.look()
    watch(step, 0.0)
    write(state=State.RUNNING, started_at=clock(), progress=0.0, error=None)
    try:
        step.run(ws, as_of, progress)
    except Exception as error:
        # One broken step must not keep the numbers of all others from being renewed.
        log.exception("job step failed", step=step.key)
        said = f"{type(error).__name__}: {error}"
        write(state=State.FAILED, ended_at=clock(), error=said[:2000])
        return State.FAILED
    write(state=State.DONE, ended_at=clock(), progress=1.0)
    watch(step, 1.0)
    return State.DONE


def _nobody(_step: Step, _share: float) -> None:
    """Watch nothing."""


def _name(job: str) -> str:
    """Return the name of the job's lease."""
    return f"job:{job}"


def _alone(ws: Workspace, job: Job, within: ExitStack) -> None:
    """Hold the job's lease until `within` ends; a dead holder is replaced."""
    try:
        within.enter_context(lease(ws.database, _name(job.key), patience=0))
    except Unavailable as busy:
        raise Conflict(
            "jobs.running",
            Text(f"“{job.name.en}” is running already.", f"“{job.name.zh}”已在运行。"),
            job=job.key,
        ) from busy
