"""Which loads brought events before each event noted it, and what loads told again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.database import Moment

revision = "0006"
down_revision = "0005"

EARLIER = """
    INSERT INTO earlier_loads (load_id, first_at, last_at)
    SELECT 'import:' || id, started_at, coalesce(ended_at, beat_at, started_at)
    FROM import_runs WHERE started_at IS NOT NULL
"""
"""Events of an import were received from its start on, a microsecond apart."""


def upgrade() -> None:
    """Create the tables; the imports so far are those that no event tells of."""
    op.create_table(
        "earlier_loads",
        sa.Column("load_id", sa.String(64), primary_key=True),
        sa.Column("first_at", Moment, nullable=False),
        sa.Column("last_at", Moment, nullable=False),
        comment="Loads before each event noted the load that brought it: when these were received.",
    )
    op.create_table(
        "retellings",
        sa.Column("load_id", sa.String(64), primary_key=True),
        sa.Column("of_load_id", sa.String(64), primary_key=True),
        sa.Column("events", sa.BigInteger, nullable=False),
        comment="How many events a load told again that another load had brought, and that stayed.",
    )
    op.create_index("ix_retellings_of_load_id", "retellings", ["of_load_id"])
    op.execute(EARLIER)
