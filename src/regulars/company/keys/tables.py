"""Write keys and API keys; only hashes of the secrets are kept."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

keys = sa.Table(
    "keys",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("prefix", sa.String(16), nullable=False),
    sa.Column("secret_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("source", sa.String(100)),
    sa.Column("actors", sa.String(100)),
    sa.Column("role", sa.String(16)),
    sa.Column("everywhere", sa.Boolean, nullable=False),
    sa.Column("places", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("last_used_at", Moment),
    sa.Column("revoked_at", Moment),
)
