"""Rules, alerts, what was tested already, and mails that an earlier release let wait."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

alert_rules = sa.Table(
    "alert_rules",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("preset", sa.String(60), unique=True),
    sa.Column("document", sa.Text, nullable=False),  # JSON of the rule
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("removed_at", Moment),
)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("rule", sa.String(32), nullable=False, index=True),
    sa.Column("slice", sa.Text, nullable=False),
    sa.Column("start", Moment, nullable=False),
    sa.Column("document", sa.Text, nullable=False),  # JSON of the alert as raised
    sa.Column("place", sa.String(200)),
    sa.Column("worse", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("raised_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("again", sa.Integer, nullable=False),
    sa.Column("snoozed_until", Moment),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.UniqueConstraint("rule", "slice", "start"),
)

alert_checks = sa.Table(
    "alert_checks",
    metadata,
    sa.Column("rule", sa.String(32), primary_key=True),
    sa.Column("start", Moment, primary_key=True),
    sa.Column("tests", sa.Integer, nullable=False),
    sa.Column("error", sa.Text),  # JSON of a Text: why the rule could not be looked at
    sa.Column("checked_at", Moment, nullable=False),
)

# What waits here is moved into the outbox; nothing new is put here.
alert_mails = sa.Table(
    "alert_mails",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("alert", sa.String(32), nullable=False),
    sa.Column("address", sa.String(320), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", Moment, nullable=False),
    sa.Column("sent_at", Moment),
    sa.Column("error", sa.Text),
    sa.Column("held_at", Moment),
    sa.UniqueConstraint("alert", "address"),
)
