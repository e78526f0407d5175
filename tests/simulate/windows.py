"""The days that tests of the made-up company look at."""

from __future__ import annotations

from datetime import datetime, timedelta

from regulars.kit.period import Period


def last_days(count: int, now: datetime) -> Period:
    """Return the `count` days up to `now`."""
    return Period(now - timedelta(days=count), now)
