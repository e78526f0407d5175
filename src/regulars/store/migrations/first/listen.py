"""The first tables of the floor listen, frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import KEY, MOMENT


def catalog_version() -> None:
    """Create the table."""
    op.create_table(
        "catalog_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalog_version")),
    )


def identity_decisions() -> None:
    """Create the table."""
    op.create_table(
        "identity_decisions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("left_id", sa.String(length=32), nullable=False),
        sa.Column("right_id", sa.String(length=32), nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        sa.Column("staff", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_decisions")),
        comment="Merges and undoings by staff, with their reason; the links are the timeline's.",
    )
    op.create_index(
        op.f("ix_identity_decisions_left_id"), "identity_decisions", ["left_id"], unique=False
    )
    op.create_index(
        op.f("ix_identity_decisions_link_id"), "identity_decisions", ["link_id"], unique=False
    )
    op.create_index(
        op.f("ix_identity_decisions_right_id"), "identity_decisions", ["right_id"], unique=False
    )


def import_runs() -> None:
    """Create the table."""
    op.create_table(
        "import_runs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("recipe", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=True),
        sa.Column("done", sa.Float(), nullable=True),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("duplicates", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("repeats", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("rejects_file", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("beat_at", MOMENT, nullable=True),
        sa.Column("error_code", sa.String(length=100), nullable=True),
        sa.Column("error_en", sa.Text(), nullable=True),
        sa.Column("error_zh", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
    )
    op.create_index(op.f("ix_import_runs_created_at"), "import_runs", ["created_at"], unique=False)


def intake_refusals() -> None:
    """Create the table."""
    op.create_table(
        "intake_refusals",
        sa.Column("id", KEY, nullable=False),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("call", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=300), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("refused_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_refusals")),
        comment="Events that were refused; the payload only where an erasure can find it.",
    )
    op.create_index(
        op.f("ix_intake_refusals_message_id"), "intake_refusals", ["message_id"], unique=False
    )
    op.create_index(
        op.f("ix_intake_refusals_refused_at"), "intake_refusals", ["refused_at"], unique=False
    )


def intake_repeats() -> None:
    """Create the table."""
    op.create_table(
        "intake_repeats",
        sa.Column("event_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("event_hash", name=op.f("pk_intake_repeats")),
        comment="How often an event that we have was sent again.",
    )
    op.create_index(op.f("ix_intake_repeats_last_at"), "intake_repeats", ["last_at"], unique=False)


def profile_values() -> None:
    """Create the table."""
    op.create_table(
        "profile_values",
        sa.Column("identity_id", sa.String(length=32), nullable=False),
        sa.Column("attribute", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("folded", sa.String(length=200), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint(
            "identity_id", "attribute", "source", name=op.f("pk_profile_values")
        ),
        comment="The newest value of each attribute that each source holds of an identity.",
    )
    op.create_index(
        "ix_profile_values_attribute_folded",
        "profile_values",
        ["attribute", "folded"],
        unique=False,
    )


def intake_refusal_people() -> None:
    """Create the table."""
    op.create_table(
        "intake_refusal_people",
        sa.Column("refusal_id", KEY, nullable=False),
        sa.Column("identity_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["refusal_id"],
            ["intake_refusals.id"],
            name=op.f("fk_intake_refusal_people_refusal_id_intake_refusals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("refusal_id", "identity_id", name=op.f("pk_intake_refusal_people")),
    )
    op.create_index(
        op.f("ix_intake_refusal_people_identity_id"),
        "intake_refusal_people",
        ["identity_id"],
        unique=False,
    )
