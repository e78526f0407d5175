"""Mails of alerts that a restore keeps from being sent again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; nothing was held before."""
    op.add_column("alert_mails", sa.Column("held_at", sa.DateTime(timezone=True)))
