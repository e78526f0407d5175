"""Sessions, one-time codes and the memory of failed attempts."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column(
        "staff_id", sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("agent", sa.String(300), nullable=False),
)

one_time_codes = sa.Table(
    "one_time_codes",
    metadata,
    sa.Column("code_hash", sa.String(64), primary_key=True),
    sa.Column("purpose", sa.String(16), nullable=False),
    sa.Column("staff_id", sa.String(16)),
    sa.Column("expires_at", Moment, nullable=False),
)

failed_attempts = sa.Table(
    "failed_attempts",
    metadata,
    sa.Column("target", sa.String(48), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
    sa.Column("free_at", Moment, nullable=False),
)
