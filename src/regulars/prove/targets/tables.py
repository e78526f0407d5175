"""Targets, and every baseline that was ever frozen for them."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

targets = sa.Table(
    "targets",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("metric", sa.String(100), nullable=False),
    sa.Column("title_en", sa.String(300), nullable=False),
    sa.Column("title_zh", sa.String(300), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("direction", sa.String(8), nullable=False),
    sa.Column("due", sa.Date),
    sa.Column("horizon", sa.String(16)),
    sa.Column("window_days", sa.Integer, nullable=False),
    sa.Column("filters", sa.Text, nullable=False),
    sa.Column("audience", sa.String(64)),
    sa.Column("guardrails", sa.Text, nullable=False),
    sa.Column("preset", sa.String(64)),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("retired_at", Moment),
    sa.UniqueConstraint("preset"),
)

target_baselines = sa.Table(
    "target_baselines",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("target_id", sa.ForeignKey(targets.c.id), nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("low", sa.Float),
    sa.Column("high", sa.Float),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("start", Moment),
    sa.Column("end", Moment),
    sa.Column("frozen_at", Moment, nullable=False),
    sa.Column("frozen_by", sa.String(200), nullable=False),
    sa.UniqueConstraint("target_id", "number"),
)
"""Append-only: the one with the highest number counts, the older ones tell what was before."""
