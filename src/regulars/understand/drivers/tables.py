"""What the company says an improvement costs."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

driver_costs = sa.Table(
    "driver_costs",
    metadata,
    sa.Column("touchpoint", sa.String(200), primary_key=True),
    sa.Column("cost", sa.Float, nullable=False),
    sa.Column("points", sa.Float, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("set_at", Moment, nullable=False),
)
