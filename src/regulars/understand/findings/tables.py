"""Where findings stand."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

findings = sa.Table(
    "findings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(120), nullable=False),
    sa.Column("slice_hash", sa.String(32), nullable=False),
    sa.Column("slice", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("as_of", Moment, nullable=False),
    sa.Column("computed_at", Moment, nullable=False),
    sa.Column("watermark", sa.String(200)),
    sa.Column("seconds", sa.Float),
    sa.Column("form", sa.String(8), nullable=False),  # json or arrow
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("key", "slice_hash", "version", "as_of"),
)

finding_quotes = sa.Table(
    "finding_quotes",
    metadata,
    sa.Column(
        "finding_id",
        sa.Integer,
        sa.ForeignKey(findings.c.id, ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("identity_id", sa.String(32), primary_key=True, index=True),
)

finding_wishes = sa.Table(
    "finding_wishes",
    metadata,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("slice_hash", sa.String(32), primary_key=True),
    sa.Column("slice", sa.Text, nullable=False),
    sa.Column("asked_at", Moment, nullable=False),
    comment="Which slices pages have asked for, so that the refresh renews them.",
)
