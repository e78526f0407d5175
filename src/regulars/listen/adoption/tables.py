"""Names in both languages of words that events carry."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

adopted_titles = sa.Table(
    "adopted_titles",
    metadata,
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("value", sa.String(300), primary_key=True),
    sa.Column("en", sa.Text, nullable=False),
    sa.Column("zh", sa.Text, nullable=False),
    sa.Column("adopted_by", sa.String(200), nullable=False),
    sa.Column("adopted_at", Moment, nullable=False),
)
