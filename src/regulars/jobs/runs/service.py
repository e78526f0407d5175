"""Doing a job step by step, once at a time, so that a crash loses one step at most."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime

import structlog

from regulars.jobs.runs import queries
from regulars.jobs.runs.model import RESUME_WITHIN, Clock, Job, Run, State, Step, Watch
from regulars.kit.errors import Conflict, Unavailable
from regulars.kit.text import Text
from regulars.timeline.lease import lease
from regulars.timeline.workspace import Workspace

log = structlog.get_logger(__name__)
SMALLEST_ADVANCE = 0.02  # progress below this is not worth a write


def perform(
    ws: Workspace, job: Job, *, reason: str, clock: Clock, watch: Watch | None = None
) -> Run:
    """Do `job` now; a step that fails is noted and the next ones are still done.

    `watch(step, share)` is called as the work goes on, in this thread.

    An interrupted run of the last hour is continued with the steps it lacks. Raises Conflict
    when the job is running already, here or in another process.
    """
    with ExitStack() as within:
        _alone(ws, job, within)
        run_id, as_of, done = _begin(ws, job, reason, clock())
        states = [
            _do_step(ws, run_id, step, as_of, clock=clock, watch=watch or _nobody)
            for step in job.steps
            if step.key not in done
        ]
        state = State.FAILED if State.FAILED in states else State.DONE
        with ws.database.transaction() as connection:
            queries.end_run(connection, run_id, state, clock())
    return recent(ws, job.key, 1)[0]


def recent(ws: Workspace, job: str | None = None, count: int = 10) -> list[Run]:
    """Return the newest runs, newest first."""
    with ws.database.reading() as connection:
        return queries.recent(connection, job, count)


def _begin(ws: Workspace, job: Job, reason: str, now: datetime) -> tuple[int, datetime, set[str]]:
    """Continue the interrupted run or write a new one: (run id, as_of, steps done)."""
    wanted = {step.key for step in job.steps}
    with ws.database.transaction() as connection:
        left = queries.unfinished(connection, job.key)
        for row in left:
            same = set(queries.steps_of(connection, row["id"])) == wanted
            if row is left[-1] and same and now - row["started_at"] < RESUME_WITHIN:
                done = queries.steps_of(connection, row["id"], State.DONE)
                return row["id"], row["as_of"], set(done)
            queries.end_run(connection, row["id"], State.INTERRUPTED, now)
        return queries.insert_run(connection, job, reason, now), now, set()


def _do_step(
    ws: Workspace, run_id: int, step: Step, as_of: datetime, *, clock: Clock, watch: Watch
) -> State:
    def write(**values: object) -> None:
        with ws.database.transaction() as connection:
            queries.set_step(connection, run_id, step.key, **values)

    shown = 0.0

    def progress(share: float) -> None:
        nonlocal shown
        watch(step, share)
        if share - shown >= SMALLEST_ADVANCE:
            shown = min(share, 1.0)
            write(progress=shown)

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


def _alone(ws: Workspace, job: Job, within: ExitStack) -> None:
    """Hold the job's lease until `within` ends; a dead holder is replaced."""
    try:
        within.enter_context(lease(ws.database, f"job:{job.key}", patience=0))
    except Unavailable as busy:
        raise Conflict(
            "jobs.running",
            Text(f"“{job.name.en}” is running already.", f"“{job.name.zh}”已在运行。"),
            job=job.key,
        ) from busy
