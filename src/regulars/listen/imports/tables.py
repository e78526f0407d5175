"""The tables of imports: one row a run."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

import_runs = sa.Table(
    "import_runs",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("recipe", sa.String(100), nullable=False),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("mapping", sa.Text, nullable=False),
    sa.Column("files", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("stage", sa.String(16)),
    sa.Column("done", sa.Float),
    sa.Column("read", sa.BigInteger, nullable=False, default=0),
    sa.Column("events", sa.BigInteger, nullable=False, default=0),
    sa.Column("accepted", sa.BigInteger, nullable=False, default=0),
    sa.Column("duplicates", sa.BigInteger, nullable=False, default=0),
    sa.Column("refused", sa.BigInteger, nullable=False, default=0),
    sa.Column("repeats", sa.BigInteger, nullable=False, default=0),
    sa.Column("rejected", sa.BigInteger, nullable=False, default=0),
    sa.Column("used", sa.BigInteger, nullable=False, default=0),
    sa.Column("empty", sa.BigInteger, nullable=False, default=0),
    sa.Column("skipped", sa.BigInteger, nullable=False, default=0),
    sa.Column("replaced", sa.BigInteger, nullable=False, default=0),
    sa.Column("notes", sa.Text, nullable=False, default="[]"),
    sa.Column("questions", sa.Text, nullable=False, default="[]"),
    sa.Column("reasons", sa.Text, nullable=False, default="{}"),
    sa.Column("rejects_file", sa.Text),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("created_at", Moment, nullable=False, index=True),
    sa.Column("started_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("beat_at", Moment),
    sa.Column("error_code", sa.String(100)),
    sa.Column("error_en", sa.Text),
    sa.Column("error_zh", sa.Text),
)
