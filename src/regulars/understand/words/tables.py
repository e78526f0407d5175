"""Readings of texts in batches, and what people corrected."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

word_batches = sa.Table(
    "word_batches",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("version", sa.String(64), nullable=False, index=True),
    sa.Column("texts", sa.Integer, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("readings", sa.LargeBinary, nullable=False),
    comment="`readings` is a Parquet file with a row a text.",
)
word_versions = sa.Table(
    "word_versions",
    metadata,
    sa.Column("version", sa.String(64), primary_key=True),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("finished_at", Moment),
)
word_corrections = sa.Table(
    "word_corrections",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("identity_id", sa.String(32), index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("mood", sa.Integer, nullable=False),
    sa.Column("kinds", sa.Integer, nullable=False),
    sa.Column("touchpoint", sa.Text),
    sa.Column("drawn", sa.Boolean, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    comment="`drawn`: chosen by lot to be checked, so that quality can be told without bias.",
)
word_heads = sa.Table(
    "word_heads",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("corrections", sa.Integer, nullable=False),
    sa.Column("quality", sa.Text, nullable=False),
)
