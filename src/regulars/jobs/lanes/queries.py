"""The SQL of lanes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regulars.jobs.lanes.model import ChildState, Lane, TaskRecord
from regulars.jobs.lanes.tables import job_children, job_lanes, job_tasks
from regulars.kit.text import Text
from regulars.store.database import put
from regulars.timeline import lease


def taken(connection: sa.Connection, lane: Lane, now: datetime) -> None:
    """Note that the lane has a new holder, who does nothing yet."""
    put(connection, job_lanes, {"lane": lane, "since": now, "task": None, "task_since": None})


def doing(connection: sa.Connection, lane: Lane, task: str | None, now: datetime | None) -> None:
    """Note what the lane does now; None: nothing."""
    mine = sa.update(job_lanes).where(job_lanes.c.lane == lane)
    connection.execute(mine.values(task=task, task_since=now))


def lanes(connection: sa.Connection) -> dict[Lane, sa.RowMapping]:
    """Return what was noted of each lane."""
    rows = connection.execute(sa.select(job_lanes)).mappings()
    return {Lane(row["lane"]): row for row in rows}


def put_task(connection: sa.Connection, record: TaskRecord) -> None:
    """Write how a task fared."""
    put(connection, job_tasks, {
        "key": record.key, "lane": record.lane, "name_en": record.name.en,
        "name_zh": record.name.zh, "done_at": record.done_at, "failures": record.failures,
        "error": record.error, "next_at": record.next_at,
    })  # fmt: skip


def forget_tasks(connection: sa.Connection, lane: Lane, known: set[str]) -> None:
    """Delete what was noted of tasks that the lane has no more."""
    gone = (job_tasks.c.lane == lane) & job_tasks.c.key.not_in(known)
    connection.execute(sa.delete(job_tasks).where(gone))


def tasks(connection: sa.Connection) -> list[TaskRecord]:
    """Return how all tasks fared."""
    rows = connection.execute(sa.select(job_tasks).order_by(job_tasks.c.key))
    return [
        TaskRecord(
            row.key, Lane(row.lane), Text(row.name_en, row.name_zh), row.done_at, row.failures,
            row.error, row.next_at,
        )
        for row in rows
    ]  # fmt: skip


def put_child(connection: sa.Connection, server: str, state: ChildState) -> None:
    """Write how the process of a server stands; rows of servers that have died go."""
    for one in connection.execute(sa.select(job_children.c.server)).scalars().all():
        if lease.alive(one) is None:
            forget_child(connection, one)
    put(connection, job_children, {
        "server": server, "process": state.process, "started_at": state.started_at,
        "deaths": state.deaths, "exit_code": state.exit_code, "died_at": state.died_at,
        "next_at": state.next_at,
    })  # fmt: skip


def forget_child(connection: sa.Connection, server: str) -> None:
    """Delete the row of a server that ends."""
    connection.execute(sa.delete(job_children).where(job_children.c.server == server))


def children(connection: sa.Connection) -> list[ChildState]:
    """Return the processes of the servers that are alive."""
    listed = []
    for row in connection.execute(sa.select(job_children).order_by(job_children.c.server)):
        server = lease.alive(row.server)
        if server is not None:
            listed.append(ChildState(server, row.process, row.started_at, row.deaths,
                                     row.exit_code, row.died_at, row.next_at))  # fmt: skip
    return listed
