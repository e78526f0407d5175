"""Reactions: how far each has come, what it has yet to see, what it failed on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import KEY, MOMENT

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "reactions",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger),
        sa.Column("take", sa.Integer),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failed_at", MOMENT),
        sa.Column("retry_at", MOMENT),
        sa.Column("error", sa.Text),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("undeclared_at", MOMENT),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reactions")),
        comment="Up to which group of the inbox each reaction is done; without a seq it was "
        "dropped.",
    )
    _create(
        "reaction_backlog",
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("waiting_since", MOMENT, nullable=False),
        comment="What a reaction has yet to see and the inbox keeps no longer; it sees that first.",
    )
    _create(
        "set_aside_events",
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("set_aside_at", MOMENT, nullable=False),
        comment="Events that a reaction always failed on: each a row, tried again by hand.",
    )


def _create(name: str, *columns: sa.Column[object], comment: str) -> None:
    """Create a table of events kept for reactions."""
    op.create_table(
        name,
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("reaction", sa.String(120), nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        *columns,
        sa.Column("batch", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sqlite_autoincrement=True,
        comment=comment,
    )
    op.create_index(op.f(f"ix_{name}_reaction"), name, ["reaction"])
