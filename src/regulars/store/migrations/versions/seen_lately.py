"""Ids of events as each group brings them, until many are written to the index together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import KEY

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "seen_lately",
        sa.Column("seq", KEY, autoincrement=True, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_seen_lately")),
        sqlite_autoincrement=True,
        comment="A group's event ids, 16 bytes each, until they are folded into seen_events.",
    )
