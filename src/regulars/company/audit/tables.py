"""The audit log."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

audit_entries = sa.Table(
    "audit_entries",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("caller_kind", sa.String(8), nullable=False),
    sa.Column("caller_id", sa.String(64), nullable=False),
    sa.Column("caller_name", sa.String(200), nullable=False),
    sa.Column("action", sa.String(64), nullable=False, index=True),
    sa.Column("subject", sa.String(300), nullable=False),
    sa.Column("details", sa.Text, nullable=False),
)
