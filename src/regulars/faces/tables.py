"""Answers kept for repeated calls."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("caller", sa.String(80), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("status", sa.Integer),
    sa.Column("media_type", sa.String(100)),
    sa.Column("body", sa.LargeBinary),
)
