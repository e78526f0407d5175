"""Accounts of staff and the places each may see."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("login", sa.String(200), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("everywhere", sa.Boolean, nullable=False),
    sa.Column("language", sa.String(2)),
    sa.Column("password_hash", sa.String(300)),
    sa.Column("password_changed_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("disabled_at", Moment),
    sa.Column("signed_out_at", Moment),
)

staff_places = sa.Table(
    "staff_places",
    metadata,
    sa.Column("staff_id", sa.ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("place", sa.String(64), primary_key=True),
)
