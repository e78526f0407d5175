"""The first tables."""

from __future__ import annotations

from alembic import op

from regulars.store.database import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
