"""One outbox for all that leaves; of the mails of alerts those that wait are moved into it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import KEY, MOMENT

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the tables; what was sent or held of the mails of alerts goes, the rest is moved by
    the first look at the rules, which has the words."""
    op.create_table(
        "messages",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("fingerprint", sa.String(32)),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("person", sa.String(32)),
        sa.Column("recipient", sa.String(32)),
        sa.Column("address", sa.String(320)),
        sa.Column("subject", sa.Text),
        sa.Column("body", sa.Text),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(16)),
        sa.Column("error", sa.Text),
        sa.Column("receipt", sa.Text),
        sa.Column("worker", sa.String(32)),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("put_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("stale_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
    )
    op.create_index("ix_messages_person", "messages", ["person"])
    op.create_index("ix_messages_recipient", "messages", ["recipient"])
    op.create_index("ix_messages_state_next_at", "messages", ["state", "next_at"])
    op.create_table(
        "message_pauses",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_message_pauses")),
    )
    op.execute("DELETE FROM alert_mails WHERE sent_at IS NOT NULL OR held_at IS NOT NULL")
