"""Why an alert's rule could not be looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; what was checked before had no error."""
    op.add_column("alert_checks", sa.Column("error", sa.Text()))
