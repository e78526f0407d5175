"""Acts become events without the inbox's lock: a table they are staged in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import KEY, MOMENT

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "staged_acts",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("staged_at", MOMENT, nullable=False),
        sa.Column("batch", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_acts")),
        sqlite_autoincrement=True,
        comment="What we did, committed with the act: Arrow record batches on their way "
        "to the inbox.",
    )
