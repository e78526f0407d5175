"""Column types that migrations name."""

from __future__ import annotations

import sqlalchemy as sa

MOMENT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
