"""Where runs and their steps stand."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

job_runs = sa.Table(
    "job_runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("job", sa.String(60), nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(60), nullable=False),
    sa.Column("as_of", Moment, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("cancel_at", Moment),
)

job_requests = sa.Table(
    "job_requests",
    metadata,
    sa.Column("job", sa.String(60), primary_key=True),
    sa.Column("requested_at", Moment, nullable=False),
    comment="Jobs that somebody wants done now; a row goes when its run begins.",
)

job_run_steps = sa.Table(
    "job_run_steps",
    metadata,
    sa.Column("run_id", sa.Integer, sa.ForeignKey(job_runs.c.id), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(60), nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("progress", sa.Float, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("error", sa.Text),
)
