"""Rules, alerts, what was tested already, and mails that wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regulars.store.migrations.types import MOMENT


def create() -> None:
    """Create the tables."""
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("preset", sa.String(60)),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rules")),
        sa.UniqueConstraint("preset", name=op.f("uq_alert_rules_preset")),
    )
    _alerts()
    op.create_table(
        "alert_checks",
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("start", MOMENT, nullable=False),
        sa.Column("tests", sa.Integer(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("rule", "start", name=op.f("pk_alert_checks")),
    )
    op.create_table(
        "alert_mails",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("alert", sa.String(32), nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_mails")),
        sa.UniqueConstraint("alert", "address", name=op.f("uq_alert_mails_alert_address")),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("slice", sa.Text(), nullable=False),
        sa.Column("start", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("place", sa.String(200)),
        sa.Column("worse", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("again", sa.Integer(), nullable=False),
        sa.Column("snoozed_until", MOMENT),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("rule", "slice", "start", name=op.f("uq_alerts_rule_slice_start")),
    )
    op.create_index(op.f("ix_alerts_rule"), "alerts", ["rule"])
