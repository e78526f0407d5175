"""The organisation tree, every version of it.

A row holds from version `since` until version `until` (excluded; null: still so), so an older
tree is one SELECT and a change writes only the rows that it touches.
"""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

place_versions = sa.Table(
    "place_versions",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("verb", sa.String(16), nullable=False),
    sa.Column("subject", sa.String(300), nullable=False),
)

places = sa.Table(
    "places",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("since", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("until", sa.Integer, index=True),
    sa.Column("name_en", sa.String(200), nullable=False),
    sa.Column("name_zh", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("parent", sa.String(64)),
    sa.Column("opened_on", sa.Date),
    sa.Column("closed_on", sa.Date),
)
