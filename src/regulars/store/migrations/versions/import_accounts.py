"""What became of every row of an import, what it told, and what it had to ask."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; of earlier runs only what was refused is known."""
    for name in ("used", "empty", "skipped", "replaced"):
        op.add_column(
            "import_runs", sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
        )
    for name in ("notes", "questions"):
        op.add_column("import_runs", sa.Column(name, sa.Text, nullable=False, server_default="[]"))
