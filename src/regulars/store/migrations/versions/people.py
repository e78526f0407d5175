"""Who is nobody, whose user ids are whose, and since when a link is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import KEY, MOMENT

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add tables and columns; a link of before is known since it was made."""
    op.add_column("identity_links", sa.Column("known_at", MOMENT))
    op.add_column("identity_links", sa.Column("through_id", sa.String(32)))
    op.create_index(op.f("ix_identity_links_through_id"), "identity_links", ["through_id"])
    op.execute("UPDATE identity_links SET known_at = linked_at")
    _user_sources()
    _kept_apart()
    _nobody()


def _user_sources() -> None:
    op.create_table(
        "identity_user_sources",
        sa.Column("identity_id", sa.String(32), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("known_at", MOMENT, nullable=False),
        sa.Column("change", KEY, nullable=False),
        sa.PrimaryKeyConstraint("identity_id", "source", name=op.f("pk_identity_user_sources")),
        comment="Facts: an identity is a user id that a source gives.",
    )
    op.create_index(op.f("ix_identity_user_sources_change"), "identity_user_sources", ["change"])


def _kept_apart() -> None:
    op.create_table(
        "identity_kept_apart",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("identity_id", sa.String(32), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT),
        sa.Column("staff", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("change", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_kept_apart")),
        comment="Facts: a device, address or number that several use joins none of them.",
    )
    for column in ("identity_id", "change"):
        op.create_index(op.f(f"ix_identity_kept_apart_{column}"), "identity_kept_apart", [column])


def _nobody() -> None:
    op.create_table(
        "nobody_words",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("word", sa.String(200), nullable=False),
        sa.Column("listed", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "word", name=op.f("pk_nobody_words")),
        comment="Values that name nobody: what the workspace added to the list or took out of it.",
    )
    op.create_table(
        "nobody_identities",
        sa.Column("identity_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("word", sa.String(200), nullable=False),
        sa.Column("events", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("identity_id", name=op.f("pk_nobody_identities")),
        comment="Identities on the timeline that name nobody, kept there before that was known.",
    )
    op.create_table(
        "intake_nobodies",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("word", sa.String(40), nullable=False),
        sa.Column("events", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "source", "kind", "word", name=op.f("pk_intake_nobodies")),
        comment="How many events gave as somebody's a value that names nobody.",
    )
    op.create_table(
        "identity_judgements",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("list_hash", sa.String(32), nullable=False),
        sa.Column("judged_at", MOMENT, nullable=False),
        sa.Column("from_before", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_judgements")),
        comment=(
            "When the timeline's identities were judged by which list; from_before: by an upgrade."
        ),
    )
