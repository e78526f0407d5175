"""The only place that reads the clock; everything else is handed `now`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds that never go backwards, for durations."""
    return time.monotonic()


def of_microseconds(count: int) -> datetime:
    """Return the moment so many microseconds after 1970 began in UTC."""
    return EPOCH + timedelta(microseconds=count)


def microseconds(moment: datetime) -> int:
    """Return microseconds since 1970 in UTC; exact, unlike `timestamp()`."""
    return (moment - EPOCH) // _MICROSECOND


def is_zone(name: str) -> bool:
    """Return whether `name` is a time zone as IANA spells them; reads that zone's file alone."""
    if name.startswith(("posix", "right")) or name == "localtime":
        return False
    try:
        return ZoneInfo(name).key == name
    except (KeyError, ValueError, OSError):
        return False
