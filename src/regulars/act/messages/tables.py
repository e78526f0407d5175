"""Messages that leave or have left, and channels that pause."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    sa.Column("fingerprint", sa.String(32)),  # of all that was put under the key; gone when erased
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("person", sa.String(32), index=True),  # identity of the customer it is for or about
    sa.Column("recipient", sa.String(32), index=True),  # identity that the address would have
    sa.Column("address", sa.String(320)),  # address, subject and body are gone when erased
    sa.Column("subject", sa.Text),
    sa.Column("body", sa.Text),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("reason", sa.String(16)),
    sa.Column("error", sa.Text),
    sa.Column("receipt", sa.Text),  # what the server said when it took it
    sa.Column("worker", sa.String(32)),  # who sends it, or sent it last
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("put_at", Moment, nullable=False),
    sa.Column("next_at", Moment, nullable=False),
    sa.Column("stale_at", Moment, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Index("ix_messages_state_next_at", "state", "next_at"),
)

message_pauses = sa.Table(
    "message_pauses",
    metadata,
    sa.Column("channel", sa.String(20), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("until", Moment, nullable=False),
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("error", sa.Text, nullable=False),
)
