"""What the store remembers of its lake and its backups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import MOMENT

revision = "0005"
down_revision = "0004"

USED = ("inbox", "seen_events", "audit_entries", "import_runs", "catalog_version", "staff")
"""Tables of which one has rows in every database that was ever worked with."""


def upgrade() -> None:
    """Create the tables; a database in use learns of its lake when it is next opened."""
    memory_table = op.create_table(
        "lake_memory",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("workspace_id", sa.String(length=32), nullable=True),
        sa.Column("key_print", sa.String(length=32), nullable=True),
        sa.Column("lake_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("announced", sa.BigInteger(), nullable=False),
        sa.Column("watermark", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("restored_at", MOMENT, nullable=True),
        sa.Column("unsettled", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lake_memory")),
        comment="One row: the lake as the store knew it last.",
    )
    op.create_table(
        "backups",
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_backups")),
        comment="Where backups were written: an erasure names those that still hold the person.",
    )
    connection = op.get_bind()
    asked = (f"SELECT 1 FROM {table} LIMIT 1" for table in USED)
    if any(connection.execute(sa.text(one)).first() for one in asked):
        blank = {"id": 1, "version": -1, "announced": -1, "watermark": 0, "events": 0}
        connection.execute(sa.insert(memory_table).values(**blank, noted_at=sa.func.now()))
