"""The currency that the spend of an assignment of value groups is in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; assignments made before are in the workspace's currency."""
    op.add_column("value_group_runs", sa.Column("currency", sa.String(3)))
