"""Sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.company.staff.model import Staff

LIFETIME = timedelta(days=14)
"""A session ends this long after signing in, however busy it is."""
IDLE = timedelta(hours=12)
"""A session ends when nothing was asked for this long."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly `seen_at` is kept: writing it at each request would cost a write each."""


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser. `id` is safe to show: it is not the token."""

    id: str
    staff: Staff
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
