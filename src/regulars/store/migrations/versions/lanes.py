"""Lanes of work, requests for jobs, and runs that are cancelled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import MOMENT

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the tables, and the column of runs."""
    op.add_column("job_runs", sa.Column("cancel_at", MOMENT))
    op.create_table(
        "job_requests",
        sa.Column("job", sa.String(60), primary_key=True),
        sa.Column("requested_at", MOMENT, nullable=False),
        comment="Jobs that somebody wants done now; a row goes when its run begins.",
    )
    op.create_table(
        "job_lanes",
        sa.Column("lane", sa.String(16), primary_key=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("task", sa.String(120)),
        sa.Column("task_since", MOMENT),
        comment="What the holder of a lane's lease does, and since when it holds it.",
    )
    op.create_table(
        "job_tasks",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("lane", sa.String(16), nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("next_at", MOMENT),
        comment="How tasks of lanes fared: what fails is tried again at next_at.",
    )
    op.create_table(
        "job_children",
        sa.Column("server", sa.String(200), primary_key=True),
        sa.Column("process", sa.Integer),
        sa.Column("started_at", MOMENT),
        sa.Column("deaths", sa.Integer, nullable=False),
        sa.Column("exit_code", sa.Integer),
        sa.Column("died_at", MOMENT),
        sa.Column("next_at", MOMENT),
        comment="Processes that servers keep for the long lanes; a row is its server's.",
    )
