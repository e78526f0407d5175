"""The first tables of the floor understand, frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import MOMENT


def driver_costs() -> None:
    """Create the table."""
    op.create_table(
        "driver_costs",
        sa.Column("touchpoint", sa.String(length=200), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("touchpoint", name=op.f("pk_driver_costs")),
    )


def finding_wishes() -> None:
    """Create the table."""
    op.create_table(
        "finding_wishes",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("slice_hash", sa.String(length=32), nullable=False),
        sa.Column("slice", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", "slice_hash", name=op.f("pk_finding_wishes")),
        comment="Which slices pages have asked for, so that the refresh renews them.",
    )


def findings() -> None:
    """Create the table."""
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("slice_hash", sa.String(length=32), nullable=False),
        sa.Column("slice", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("computed_at", MOMENT, nullable=False),
        sa.Column("watermark", sa.String(length=200), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sa.UniqueConstraint(
            "key",
            "slice_hash",
            "version",
            "as_of",
            name=op.f("uq_findings_key_slice_hash_version_as_of"),
        ),
    )


def finding_quotes() -> None:
    """Create the table."""
    op.create_table(
        "finding_quotes",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("identity_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["findings.id"],
            name=op.f("fk_finding_quotes_finding_id_findings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("finding_id", "identity_id", name=op.f("pk_finding_quotes")),
    )
    op.create_index(
        op.f("ix_finding_quotes_identity_id"), "finding_quotes", ["identity_id"], unique=False
    )
