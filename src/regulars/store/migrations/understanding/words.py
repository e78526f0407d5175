"""Readings of texts, lexicons, corrections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import MOMENT


def create() -> None:
    """Create the tables."""
    _readings()
    _people()


def _readings() -> None:
    op.create_table(
        "word_batches",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("readings", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word_batches")),
        comment="`readings` is a Parquet file with a row a text.",
    )
    op.create_index(op.f("ix_word_batches_version"), "word_batches", ["version"])
    op.create_table(
        "word_versions",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_word_versions")),
    )


def _people() -> None:
    op.create_table(
        "word_lexicons",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_word_lexicons")),
    )
    op.create_table(
        "word_corrections",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("identity_id", sa.String(32)),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("mood", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.Integer(), nullable=False),
        sa.Column("touchpoint", sa.Text()),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_word_corrections")),
        comment="`drawn`: chosen by lot to be checked, so that quality can be told without bias.",
    )
    op.create_index(op.f("ix_word_corrections_identity_id"), "word_corrections", ["identity_id"])
    op.create_table(
        "word_heads",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_word_heads")),
    )
