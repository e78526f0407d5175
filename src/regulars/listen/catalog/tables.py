"""The catalog's versions."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

catalog_version = sa.Table(
    "catalog_version",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
)
