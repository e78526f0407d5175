"""`GET /api/v1/jobs`: what runs and how far it is; and the schedule beside the server."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.language import say
from regulars.jobs.runs import service
from regulars.jobs.runs.model import Run, StepRun
from regulars.jobs.schedule.service import Schedule
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.maintenance import Maintenance

router = APIRouter(prefix="/api/v1", tags=["jobs"])
Caller = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]


def prepare(app: FastAPI) -> None:
    """Let the server keep a schedule, and the lake in order, while it runs."""
    schedule = Schedule(app.state.workspace, clock.now)
    app.state.schedule = schedule
    lake_keeper = Maintenance(app.state.workspace)
    app.state.on_start += [lambda _app: schedule.start(), lambda _app: lake_keeper.start()]
    app.state.on_stop += [lambda _app: lake_keeper.stop(), lambda _app: schedule.stop()]


class StepOut(BaseModel):
    """One step of a run; `progress` is 0 to 1."""

    key: str
    name: str
    state: str
    progress: float
    started_at: datetime | None
    ended_at: datetime | None
    failed: bool


class RunOut(BaseModel):
    """One run of a job; its numbers are as of `as_of`."""

    id: int
    job: str
    state: str
    reason: str
    as_of: datetime
    started_at: datetime
    ended_at: datetime | None
    progress: float
    steps: list[StepOut]


@router.get("/jobs")
def jobs(
    ws: CurrentWorkspace,
    _caller: Caller,
    job: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> list[RunOut]:
    """Return the newest runs of jobs, newest first, each with its steps and progress."""
    return [_run(run) for run in service.recent(ws, job, limit)]


def _run(run: Run) -> RunOut:
    return RunOut(
        id=run.id,
        job=run.job,
        state=run.state,
        reason=run.reason,
        as_of=run.as_of,
        started_at=run.started_at,
        ended_at=run.ended_at,
        progress=round(run.progress, 3),
        steps=[_step(step) for step in run.steps],
    )


def _step(step: StepRun) -> StepOut:
    # What went wrong may quote a path or a value: it stands in the log and in the CLI only.
    return StepOut(
        key=step.key,
        name=say(step.name),
        state=step.state,
        progress=round(step.progress, 3),
        started_at=step.started_at,
        ended_at=step.ended_at,
        failed=step.error is not None,
    )
