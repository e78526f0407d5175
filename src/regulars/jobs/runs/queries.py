"""The SQL of runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regulars.jobs.runs.model import Job, Run, State, StepRun
from regulars.jobs.runs.tables import job_requests, job_run_steps, job_runs
from regulars.kit.text import Text
from regulars.store.database import insert_or_ignore


def unfinished(connection: sa.Connection, job: str) -> list[sa.RowMapping]:
    """Return the runs of `job` that were left in state running, oldest first."""
    query = sa.select(job_runs).where(job_runs.c.job == job, job_runs.c.state == State.RUNNING)
    return list(connection.execute(query.order_by(job_runs.c.id)).mappings())


def newest_failed(connection: sa.Connection, job: str) -> sa.RowMapping | None:
    """Return the newest run of `job` if it failed."""
    query = sa.select(job_runs).where(job_runs.c.job == job).order_by(job_runs.c.id.desc())
    row = connection.execute(query.limit(1)).mappings().first()
    return row if row is not None and row["state"] == State.FAILED else None


def reopen(connection: sa.Connection, run_id: int, reason: str) -> None:
    """Let a run that had ended go on."""
    values = {"state": State.RUNNING, "reason": reason, "ended_at": None}
    connection.execute(sa.update(job_runs).where(job_runs.c.id == run_id).values(**values))


def request(connection: sa.Connection, job: str, now: datetime) -> None:
    """Note that a job is wanted now; once is enough."""
    connection.execute(insert_or_ignore(connection, job_requests).values(job=job, requested_at=now))


def requested(connection: sa.Connection) -> set[str]:
    """Return the jobs that are wanted now."""
    return set(connection.execute(sa.select(job_requests.c.job)).scalars())


def forget_request(connection: sa.Connection, job: str) -> None:
    """Want it no more: it is being done."""
    connection.execute(sa.delete(job_requests).where(job_requests.c.job == job))


def want_cancelled(connection: sa.Connection, run_id: int, now: datetime) -> None:
    """Note that a run is to end."""
    connection.execute(sa.update(job_runs).where(job_runs.c.id == run_id).values(cancel_at=now))


def cancel_wanted(connection: sa.Connection, run_id: int) -> bool:
    """Tell whether a run is to end."""
    query = sa.select(job_runs.c.cancel_at).where(job_runs.c.id == run_id)
    return connection.execute(query).scalar() is not None


def insert_run(connection: sa.Connection, job: Job, reason: str, now: datetime) -> int:
    """Write a new run with all steps waiting; return its id."""
    row = {"job": job.key, "state": State.RUNNING, "reason": reason, "as_of": now}
    number = connection.execute(
        sa.insert(job_runs).values(**row, started_at=now).returning(job_runs.c.id)
    ).scalar_one()
    steps = [
        {
            "run_id": number,
            "position": position,
            "key": step.key,
            "name_en": step.name.en,
            "name_zh": step.name.zh,
            "state": State.WAITING,
            "progress": 0.0,
        }
        for position, step in enumerate(job.steps)
    ]
    if steps:
        connection.execute(sa.insert(job_run_steps), steps)
    return int(number)


def end_run(connection: sa.Connection, run_id: int, state: State, now: datetime) -> None:
    """Write how a run ended, and with it a step that was under way."""
    connection.execute(
        sa.update(job_runs).where(job_runs.c.id == run_id).values(state=state, ended_at=now)
    )
    under_way = (job_run_steps.c.run_id == run_id) & (job_run_steps.c.state == State.RUNNING)
    connection.execute(sa.update(job_run_steps).where(under_way).values(state=state, ended_at=now))


def set_step(connection: sa.Connection, run_id: int, key: str, **values: Any) -> None:
    """Change a step of a run."""
    connection.execute(
        sa.update(job_run_steps)
        .where(job_run_steps.c.run_id == run_id, job_run_steps.c.key == key)
        .values(**values)
    )


def steps_of(connection: sa.Connection, run_id: int, state: State | None = None) -> list[str]:
    """Return the keys of a run's steps (in `state`)."""
    query = sa.select(job_run_steps.c.key).where(job_run_steps.c.run_id == run_id)
    if state is not None:
        query = query.where(job_run_steps.c.state == state)
    return list(connection.execute(query).scalars())


def recent(connection: sa.Connection, job: str | None, count: int) -> list[Run]:
    """Return the newest `count` runs (of `job`), newest first."""
    query = sa.select(job_runs).order_by(job_runs.c.id.desc()).limit(count)
    if job is not None:
        query = query.where(job_runs.c.job == job)
    rows = list(connection.execute(query).mappings())
    steps = connection.execute(
        sa.select(job_run_steps)
        .where(job_run_steps.c.run_id.in_([row["id"] for row in rows]))
        .order_by(job_run_steps.c.position)
    ).mappings()
    by_run: dict[int, list[StepRun]] = {row["id"]: [] for row in rows}
    for step in steps:
        by_run[step["run_id"]].append(_step(step))
    return [_run(row, by_run[row["id"]]) for row in rows]


def _step(row: sa.RowMapping) -> StepRun:
    return StepRun(
        key=row["key"],
        name=Text(row["name_en"], row["name_zh"]),
        state=State(row["state"]),
        progress=row["progress"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        error=row["error"],
    )


def _run(row: sa.RowMapping, steps: list[StepRun]) -> Run:
    return Run(
        id=row["id"],
        job=row["job"],
        state=State(row["state"]),
        reason=row["reason"],
        as_of=row["as_of"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        steps=tuple(steps),
        cancel_at=row["cancel_at"],
    )
