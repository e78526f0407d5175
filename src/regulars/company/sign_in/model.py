"""Sessions."""

from __future__ import annotations

import hashlib
import re
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

    @property
    def browser(self) -> str:
        """Return the browser's name and system, as far as it says; only to recognise it."""
        return browser_of(self.agent)


def hash_token(token: str) -> str:
    """Return what is kept of a random token: it has too many bits to be searched for."""
    return hashlib.sha256(token.encode()).hexdigest()


BROWSERS = (
    ("Edg", "Edge"),
    ("MicroMessenger", "WeChat"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone|iPad", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(agent: str) -> str:
    """Return "Firefox · Windows" of a User-Agent header; its first word when it is unknown."""
    names = [
        next((name for sign, name in known if re.search(sign, agent)), None)
        for known in (BROWSERS, SYSTEMS)
    ]
    found = " · ".join(name for name in names if name)
    return found or agent.split(" ", maxsplit=1)[0][:40] or "?"
