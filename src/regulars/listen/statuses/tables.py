"""The words of order statuses to which a workspace gave a meaning."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

status_words = sa.Table(
    "status_words",
    metadata,
    sa.Column("word", sa.String(200), primary_key=True),
    sa.Column("meaning", sa.String(16), nullable=False),
    sa.Column("changed_by", sa.String(200), nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    comment="What words of order statuses mean here: beside the shipped list, and above it.",
)
