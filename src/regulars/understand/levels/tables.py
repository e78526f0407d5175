"""Versions of the parameters of experience levels."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

level_rules = sa.Table(
    "level_rules",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("parameters", sa.Text, nullable=False),
)
