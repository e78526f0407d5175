"""The first tables of the floor timeline, frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import KEY, MOMENT


def erasures() -> None:
    """Create the table."""
    op.create_table(
        "erasures",
        sa.Column("erasure_id", sa.String(length=32), nullable=False),
        sa.Column("identities", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("erasure_id", name=op.f("pk_erasures")),
        comment="Erasures asked for; identities are emptied when one has ended.",
    )


def identity_links() -> None:
    """Create the table."""
    op.create_table(
        "identity_links",
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("left_id", sa.String(length=32), nullable=True),
        sa.Column("right_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=True),
        sa.Column("linked_at", MOMENT, nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("change", KEY, nullable=False),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_identity_links")),
        comment="Facts: two identities are one person; and that such a fact was undone.",
    )
    op.create_index(op.f("ix_identity_links_change"), "identity_links", ["change"], unique=False)
    op.create_index(op.f("ix_identity_links_left_id"), "identity_links", ["left_id"], unique=False)
    op.create_index(
        op.f("ix_identity_links_right_id"), "identity_links", ["right_id"], unique=False
    )


def inbox() -> None:
    """Create the table."""
    op.create_table(
        "inbox",
        sa.Column("seq", KEY, autoincrement=True, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("appended_at", MOMENT, nullable=False),
        sa.Column("batch", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_inbox")),
        comment="One row a group commit: an Arrow record batch of events.",
        sqlite_autoincrement=True,
    )


def leases() -> None:
    """Create the table."""
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def seen_events() -> None:
    """Create the table."""
    op.create_table(
        "seen_events",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen_events")),
        comment="16-byte hashes of event ids within the declared window.",
        sqlite_with_rowid=False,
    )


def tombstones() -> None:
    """Create the table."""
    op.create_table(
        "tombstones",
        sa.Column("hash", sa.String(length=32), nullable=False),
        sa.Column("erased_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_tombstones")),
        comment="Keyed hashes of erased identities; what still arrives for them is refused.",
    )
