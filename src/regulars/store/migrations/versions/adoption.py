"""Words that stand for others, and names of words in both languages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.database import Moment

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "spellings",
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("written", sa.String(300), primary_key=True),
        sa.Column("meant", sa.String(300), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
    )
    op.create_table(
        "adopted_titles",
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("value", sa.String(300), primary_key=True),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("adopted_by", sa.String(200), nullable=False),
        sa.Column("adopted_at", Moment, nullable=False),
    )
