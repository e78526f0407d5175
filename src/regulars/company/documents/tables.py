"""Every version of every document that people edit."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

document_versions = sa.Table(
    "document_versions",
    metadata,
    sa.Column("kind", sa.String(64), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    comment="The newest version of a kind is in force; without any, the one that ships.",
)
