"""What staff decided about who is who."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

identity_decisions = sa.Table(
    "identity_decisions",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("link_id", sa.String(64), nullable=False, index=True),
    sa.Column("left_id", sa.String(32), nullable=False, index=True),
    sa.Column("right_id", sa.String(32), nullable=False, index=True),
    sa.Column("act", sa.String(8), nullable=False),
    sa.Column("staff", sa.String(200), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    comment="Merges and undoings by staff, with their reason; the links are the timeline's.",
)
