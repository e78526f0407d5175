"""`/api/v1/jobs` and `/api/v1/lanes`: what runs and how far it is, who does it, and to end it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.language import say
from regulars.jobs.lanes import service as lanes
from regulars.jobs.lanes.model import ChildState, Lane, LaneState, TaskRecord
from regulars.jobs.refresh import service as refresh
from regulars.jobs.runs import service
from regulars.jobs.runs.model import Run, StepRun
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.lagging import Lag
from regulars.timeline.lease import Holder

router = APIRouter(prefix="/api/v1", tags=["jobs"])
Caller = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Reader = Annotated[Principal, Depends(needs(Right.READ_SOURCES))]
Starter = Annotated[Principal, Depends(needs(Right.IMPORT))]


def prepare(app: FastAPI) -> None:
    """Let the server work on its lanes while it runs."""
    wanted = getattr(app.state, "lanes", tuple(Lane))
    working = lanes.Lanes(app.state.workspace, wanted, clock.now)
    app.state.health.late.append(lambda: lanes.late(app.state.workspace, clock.now()))
    app.state.on_start.append(lambda _app: working.start())
    app.state.on_stop.append(lambda _app: working.stop())


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


class HolderOut(BaseModel):
    """A process of a machine."""

    host: str
    process: int


class TaskOut(BaseModel):
    """How a task of a lane fared; what failed is tried again at `next_at`."""

    key: str
    name: str
    done_at: datetime | None
    failures: int
    error: str | None
    next_at: datetime | None


class LaneOut(BaseModel):
    """A lane: who runs it (nobody: null) since when, and what it does; `progress` is 0 to 1."""

    lane: str
    name: str
    holder: HolderOut | None
    since: datetime | None
    task: str | None
    task_since: datetime | None
    progress: float | None
    tasks: list[TaskOut]


class ChildOut(BaseModel):
    """The process that a server keeps for its long lanes; after a death it starts at `next_at`."""

    server: HolderOut
    process: int | None
    started_at: datetime | None
    deaths: int
    exit_code: int | None
    died_at: datetime | None
    next_at: datetime | None


class ReactionOut(BaseModel):
    """How far a reaction lags: groups of events it has not seen, and for how many seconds."""

    reaction: str
    groups: int
    backlog: int
    seconds: float
    failures: int
    error: str | None
    retry_at: datetime | None
    set_aside: int


class LanesOut(BaseModel):
    """All lanes, the reactions of the first, and the processes that servers keep for them."""

    lanes: list[LaneOut]
    reactions: list[ReactionOut]
    children: list[ChildOut]


class TakenUp(BaseModel):
    """What was asked for will be done by whoever runs the lane."""

    job: str


@router.get("/jobs")
def jobs(
    ws: CurrentWorkspace,
    _caller: Caller,
    job: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> list[RunOut]:
    """Return the newest runs of jobs, newest first, each with its steps and progress."""
    return [_run(run) for run in service.recent(ws, job, limit)]


@router.post("/jobs/refresh", status_code=202)
def start(ws: CurrentWorkspace, caller: Starter) -> TakenUp:
    """Let the findings be computed now, whether or not they are due."""
    service.request(ws, refresh.KEY, caller, now=clock.now())
    return TakenUp(job=refresh.KEY)


@router.post("/jobs/refresh/cancel", status_code=202)
def cancel(ws: CurrentWorkspace, caller: Starter) -> TakenUp:
    """Let the run under way end at its next sign of progress; 409 when none is."""
    service.cancel(ws, refresh.KEY, caller, now=clock.now())
    return TakenUp(job=refresh.KEY)


@router.get("/lanes")
def states(ws: CurrentWorkspace, _caller: Reader) -> LanesOut:
    """Return who does which work, what it does now, and what went wrong the last time."""
    now = clock.now()
    return LanesOut(
        lanes=[_lane(one) for one in lanes.states(ws, now)],
        reactions=[_reaction(one) for one in lanes.lags(ws, now)],
        children=[_child(one) for one in lanes.children(ws)],
    )


def _lane(state: LaneState) -> LaneOut:
    return LaneOut(
        lane=state.lane,
        name=say(state.name),
        holder=_holder(state.holder) if state.holder else None,
        since=state.since,
        task=say(state.task) if state.task else None,
        task_since=state.task_since,
        progress=state.progress,
        tasks=[_task(one) for one in state.tasks],
    )


def _reaction(lag: Lag) -> ReactionOut:
    return ReactionOut(
        reaction=lag.reaction,
        groups=lag.groups,
        backlog=lag.backlog,
        seconds=round(lag.seconds, 1),
        failures=lag.failures,
        error=lag.error,
        retry_at=lag.retry_at,
        set_aside=lag.set_aside,
    )


def _task(record: TaskRecord) -> TaskOut:
    return TaskOut(
        key=record.key,
        name=say(record.name),
        done_at=record.done_at,
        failures=record.failures,
        error=record.error,
        next_at=record.next_at if record.error else None,
    )


def _child(state: ChildState) -> ChildOut:
    return ChildOut(
        server=_holder(state.server),
        process=state.process,
        started_at=state.started_at,
        deaths=state.deaths,
        exit_code=state.exit_code,
        died_at=state.died_at,
        next_at=state.next_at,
    )


def _holder(holder: Holder) -> HolderOut:
    return HolderOut(host=holder.host, process=holder.process)


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
