"""SQL side of the timeline: inbox and what stands before and behind it, identities, leases."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("seq", Key, primary_key=True, autoincrement=True),
    sa.Column("revision", sa.Integer, nullable=False, default=0),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("appended_at", Moment, nullable=False),
    sa.Column("batch", sa.LargeBinary, nullable=False),
    sqlite_autoincrement=True,
    comment="One row a group commit: an Arrow record batch of events.",
)

staged_acts = sa.Table(
    "staged_acts",
    metadata,
    sa.Column("id", Key, primary_key=True, autoincrement=True),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("staged_at", Moment, nullable=False),
    sa.Column("batch", sa.LargeBinary, nullable=False),
    sqlite_autoincrement=True,
    comment="What we did, committed with the act: Arrow record batches on their way to the inbox.",
)

reactions = sa.Table(
    "reactions",
    metadata,
    sa.Column("name", sa.String(120), primary_key=True),
    sa.Column("events", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger),
    sa.Column("take", sa.Integer),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("failed_at", Moment),
    sa.Column("retry_at", Moment),
    sa.Column("error", sa.Text),
    sa.Column("noted_at", Moment, nullable=False),
    sa.Column("undeclared_at", Moment),
    comment="Up to which group of the inbox each reaction is done; without a seq it was dropped.",
)

reaction_backlog = sa.Table(
    "reaction_backlog",
    metadata,
    sa.Column("id", Key, primary_key=True, autoincrement=True),
    sa.Column("reaction", sa.String(120), nullable=False, index=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("waiting_since", Moment, nullable=False),
    sa.Column("batch", sa.LargeBinary, nullable=False),
    sqlite_autoincrement=True,
    comment="What a reaction has yet to see and the inbox keeps no longer; it sees that first.",
)

set_aside = sa.Table(
    "set_aside_events",
    metadata,
    sa.Column("id", Key, primary_key=True, autoincrement=True),
    sa.Column("reaction", sa.String(120), nullable=False, index=True),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("set_aside_at", Moment, nullable=False),
    sa.Column("batch", sa.LargeBinary, nullable=False),
    sqlite_autoincrement=True,
    comment="Events that a reaction always failed on: each a row, tried again by hand.",
)

seen = sa.Table(
    "seen_events",
    metadata,
    sa.Column("id", sa.LargeBinary(16), primary_key=True),
    sa.Column("day", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
    comment="16-byte hashes of event ids within the declared window.",
)

seen_lately = sa.Table(
    "seen_lately",
    metadata,
    sa.Column("seq", Key, primary_key=True, autoincrement=True),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("hashes", sa.LargeBinary, nullable=False),
    sqlite_autoincrement=True,
    comment="A group's event ids, 16 bytes each, until they are folded into seen_events.",
)

links = sa.Table(
    "identity_links",
    metadata,
    sa.Column("link_id", sa.String(64), primary_key=True),
    sa.Column("left_id", sa.String(32), index=True),
    sa.Column("right_id", sa.String(32), index=True),
    sa.Column("kind", sa.String(32)),
    sa.Column("source", sa.String(120)),
    sa.Column("linked_at", Moment),
    sa.Column("known_at", Moment),
    sa.Column("through_id", sa.String(32), index=True),
    sa.Column("undone_at", Moment),
    sa.Column("change", Key, nullable=False, index=True),
    comment="Facts: two identities are one person; and that such a fact was undone.",
)

user_sources = sa.Table(
    "identity_user_sources",
    metadata,
    sa.Column("identity_id", sa.String(32), primary_key=True),
    sa.Column("source", sa.String(120), primary_key=True),
    sa.Column("known_at", Moment, nullable=False),
    sa.Column("change", Key, nullable=False, index=True),
    comment="Facts: an identity is a user id that a source gives.",
)

kept_apart = sa.Table(
    "identity_kept_apart",
    metadata,
    sa.Column("id", Key, primary_key=True, autoincrement=True),
    sa.Column("identity_id", sa.String(32), nullable=False, index=True),
    sa.Column("decided_at", Moment, nullable=False),
    sa.Column("undone_at", Moment),
    sa.Column("staff", sa.String(200), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("change", Key, nullable=False, index=True),
    comment="Facts: a device, address or number that several use joins none of them.",
)

nobody_words = sa.Table(
    "nobody_words",
    metadata,
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("word", sa.String(200), primary_key=True),
    sa.Column("listed", sa.Boolean, nullable=False),
    sa.Column("changed_by", sa.String(200), nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    comment="Values that name nobody: what the workspace added to the list or took out of it.",
)

nobody_identities = sa.Table(
    "nobody_identities",
    metadata,
    sa.Column("identity_id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("word", sa.String(200), nullable=False),
    sa.Column("events", sa.BigInteger, nullable=False),
    comment="Identities on the timeline that name nobody, kept there before that was known.",
)

identity_judgements = sa.Table(
    "identity_judgements",
    metadata,
    sa.Column("id", Key, primary_key=True, autoincrement=True),
    sa.Column("list_hash", sa.String(32), nullable=False),
    sa.Column("judged_at", Moment, nullable=False),
    sa.Column("from_before", sa.Boolean, nullable=False),
    comment="When the timeline's identities were judged by which list; from_before: by an upgrade.",
)

tombstones = sa.Table(
    "tombstones",
    metadata,
    sa.Column("hash", sa.String(32), primary_key=True),
    sa.Column("erased_at", Moment, nullable=False),
    comment="Keyed hashes of erased identities; what still arrives for them is refused.",
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("holder", sa.String(200), nullable=False),
    sa.Column("until", Moment, nullable=False),
)

erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("erasure_id", sa.String(32), primary_key=True),
    sa.Column("identities", sa.Text, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    comment="Erasures asked for; identities are emptied when one has ended.",
)

lake_memory = sa.Table(
    "lake_memory",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("workspace_id", sa.String(32)),
    sa.Column("key_print", sa.String(32)),
    sa.Column("lake_id", sa.String(64)),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("announced", sa.BigInteger, nullable=False),
    sa.Column("watermark", sa.BigInteger, nullable=False),
    sa.Column("events", sa.BigInteger, nullable=False),
    sa.Column("noted_at", Moment, nullable=False),
    sa.Column("restored_at", Moment),
    sa.Column("unsettled", sa.String(32)),
    comment="One row: the lake as the store knew it last.",
)

backups = sa.Table(
    "backups",
    metadata,
    sa.Column("path", sa.String(1000), primary_key=True),
    sa.Column("made_at", Moment, nullable=False),
    comment="Where backups were written: an erasure names those that still hold the person.",
)

earlier_loads = sa.Table(
    "earlier_loads",
    metadata,
    sa.Column("load_id", sa.String(64), primary_key=True),
    sa.Column("first_at", Moment, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
    comment="Loads before each event noted the load that brought it: when these were received.",
)

retellings = sa.Table(
    "retellings",
    metadata,
    sa.Column("load_id", sa.String(64), primary_key=True),
    sa.Column("of_load_id", sa.String(64), primary_key=True, index=True),
    sa.Column("events", sa.BigInteger, nullable=False),
    comment="How many events a load told again that another load had brought, and that stayed.",
)

spellings = sa.Table(
    "spellings",
    metadata,
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("written", sa.String(300), primary_key=True),
    sa.Column("meant", sa.String(300), nullable=False),
    sa.Column("made_by", sa.String(200), nullable=False),
    sa.Column("made_at", Moment, nullable=False),
)
