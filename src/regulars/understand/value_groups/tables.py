"""Assignments of value groups."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

value_group_runs = sa.Table(
    "value_group_runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("as_of", Moment, nullable=False, unique=True),
    sa.Column("computed_at", Moment, nullable=False),
    sa.Column("rules", sa.Text, nullable=False),
    sa.Column("cuts", sa.Text, nullable=False),
    sa.Column("customers", sa.Integer, nullable=False),
    sa.Column("assigned", sa.LargeBinary, nullable=False),
    sa.Column("currency", sa.String(3)),
    comment="One row an assignment; `assigned` is an Arrow stream with a row a customer.",
)
