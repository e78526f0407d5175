"""Audiences, their versions and members."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import MOMENT


def create() -> None:
    """Create the tables."""
    op.create_table(
        "audiences",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_audiences")),
    )
    op.create_table(
        "audience_versions",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["audiences.key"], name=op.f("fk_audience_versions_key_audiences")
        ),
        sa.PrimaryKeyConstraint("key", "number", name=op.f("pk_audience_versions")),
    )
    op.create_table(
        "audience_members",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["audiences.key"], name=op.f("fk_audience_members_key_audiences")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_audience_members")),
        comment="`members` is an Arrow stream of the persons, in order.",
    )
