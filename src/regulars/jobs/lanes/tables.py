"""Where lanes, their tasks and the processes that servers keep stand."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

job_lanes = sa.Table(
    "job_lanes",
    metadata,
    sa.Column("lane", sa.String(16), primary_key=True),
    sa.Column("since", Moment, nullable=False),
    sa.Column("task", sa.String(120)),
    sa.Column("task_since", Moment),
    comment="What the holder of a lane's lease does, and since when it holds it.",
)

job_tasks = sa.Table(
    "job_tasks",
    metadata,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("lane", sa.String(16), nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("done_at", Moment),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("next_at", Moment),
    comment="How tasks of lanes fared: what fails is tried again at next_at.",
)

job_children = sa.Table(
    "job_children",
    metadata,
    sa.Column("server", sa.String(200), primary_key=True),
    sa.Column("process", sa.Integer),
    sa.Column("started_at", Moment),
    sa.Column("deaths", sa.Integer, nullable=False),
    sa.Column("exit_code", sa.Integer),
    sa.Column("died_at", Moment),
    sa.Column("next_at", Moment),
    comment="Processes that servers keep for the long lanes; a row is its server's.",
)
