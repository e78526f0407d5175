"""Where the attributes of people stand."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

profile_values = sa.Table(
    "profile_values",
    metadata,
    sa.Column("identity_id", sa.String(32), primary_key=True),
    sa.Column("attribute", sa.String(64), primary_key=True),
    sa.Column("source", sa.String(120), primary_key=True),
    sa.Column("value", sa.Text),
    sa.Column("folded", sa.String(200)),
    sa.Column("at", Moment, nullable=False),
    sa.Index("ix_profile_values_attribute_folded", "attribute", "folded"),
    comment="The newest value of each attribute that each source holds of an identity.",
)
