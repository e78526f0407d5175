"""The first tables of the floor prove, frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import MOMENT


def targets() -> None:
    """Create the table."""
    op.create_table(
        "targets",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("metric", sa.String(length=100), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("title_zh", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("horizon", sa.String(length=16), nullable=True),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=64), nullable=True),
        sa.Column("guardrails", sa.Text(), nullable=False),
        sa.Column("preset", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
        sa.UniqueConstraint("preset", name=op.f("uq_targets_preset")),
    )


def target_baselines() -> None:
    """Create the table."""
    op.create_table(
        "target_baselines",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("target_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("start", MOMENT, nullable=True),
        sa.Column("end", MOMENT, nullable=True),
        sa.Column("frozen_at", MOMENT, nullable=False),
        sa.Column("frozen_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["target_id"], ["targets.id"], name=op.f("fk_target_baselines_target_id_targets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_baselines")),
        sa.UniqueConstraint(
            "target_id", "number", name=op.f("uq_target_baselines_target_id_number")
        ),
    )
    op.create_index(
        op.f("ix_target_baselines_target_id"), "target_baselines", ["target_id"], unique=False
    )
