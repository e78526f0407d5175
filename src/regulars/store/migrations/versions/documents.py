"""Versions of all documents that people edit, in one table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import MOMENT

revision = "0012"
down_revision = "0011"

WEIGHTS = " || ', ' || ".join(
    f"""'"{name}": ' || {name}""" for name in ("spend", "frequency", "depth", "days")
)
EARLIER = {
    "catalog_version": "'catalog', number, made_at, made_by, reason, document",
    "radar_mappings": "'radar', number, made_at, made_by, reason, document",
    "word_lexicons": "'lexicon.' || language, number, made_at, made_by, '', document",
    "level_rules": "'levels', number, made_at, made_by, '', parameters",
    "value_group_rules": f"'value_groups', number, made_at, made_by, '', '{{' || {WEIGHTS} || '}}'",
}
"""What a row of each earlier table is now: kind, number, made_at, made_by, reason, document."""


def upgrade() -> None:
    """Create the table, fill it from the earlier ones, and take those away."""
    op.create_table(
        "document_versions",
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_document_versions")),
        comment="The newest version of a kind is in force; without any, the one that ships.",
    )
    for table, row in EARLIER.items():
        op.execute(
            "INSERT INTO document_versions (kind, number, made_at, made_by, reason, document) "
            f"SELECT {row} FROM {table}"
        )
        op.drop_table(table)
