"""What intake remembers beside the timeline: refusals with their reasons, and repeats."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

intake_refusals = sa.Table(
    "intake_refusals",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("message_id", sa.String(300), nullable=False, index=True),
    sa.Column("source", sa.String(100), nullable=False),
    sa.Column("call", sa.String(20), nullable=False),
    sa.Column("code", sa.String(64), nullable=False),
    sa.Column("field", sa.String(300), nullable=False),
    sa.Column("message_en", sa.Text, nullable=False),
    sa.Column("message_zh", sa.Text, nullable=False),
    sa.Column("payload", sa.LargeBinary),
    sa.Column("refused_at", Moment, nullable=False, index=True),
    comment="Events that were refused; the payload only where an erasure can find it.",
)

intake_refusal_people = sa.Table(
    "intake_refusal_people",
    metadata,
    sa.Column(
        "refusal_id",
        sa.ForeignKey(intake_refusals.c.id, ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("identity_id", sa.String(32), primary_key=True, index=True),
)

intake_nobodies = sa.Table(
    "intake_nobodies",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("source", sa.String(100), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("word", sa.String(40), primary_key=True),
    sa.Column("events", sa.BigInteger, nullable=False),
    comment="How many events gave as somebody's a value that names nobody.",
)

intake_repeats = sa.Table(
    "intake_repeats",
    metadata,
    sa.Column("event_hash", sa.LargeBinary(16), primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("last_at", Moment, nullable=False, index=True),
    comment="How often an event that we have was sent again.",
)
