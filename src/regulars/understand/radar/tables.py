"""Benchmarks that were brought in."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

radar_benchmarks = sa.Table(
    "radar_benchmarks",
    metadata,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("points", sa.Text, nullable=False),  # JSON: dimension -> [points, n]
)
