"""Self-diagnoses and statements of spending, each kept as given."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.store.database import Moment, metadata

maturity_answers = sa.Table(
    "maturity_answers",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("grades", sa.Text, nullable=False),  # JSON: question -> grade
    sa.Column("note", sa.Text, nullable=False),
)

maturity_spending = sa.Table(
    "maturity_spending",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("lines", sa.Text, nullable=False),  # JSON: list of touchpoint, horizon, amount
)
