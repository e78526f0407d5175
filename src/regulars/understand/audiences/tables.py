"""Audiences, their versions, and who was in them when that was last written down."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

audiences = sa.Table(
    "audiences",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("retired_at", Moment),
)

audience_versions = sa.Table(
    "audience_versions",
    metadata,
    sa.Column("key", sa.String(32), sa.ForeignKey(audiences.c.key), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("condition", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
)

audience_members = sa.Table(
    "audience_members",
    metadata,
    sa.Column("key", sa.String(32), sa.ForeignKey(audiences.c.key), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("as_of", Moment, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("members", sa.LargeBinary, nullable=False),
    comment="`members` is an Arrow stream of the persons, in order.",
)
