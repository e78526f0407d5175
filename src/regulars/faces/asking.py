"""What a command or an address says about which events are meant: period, places, channels."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from regulars.kit.errors import Invalid
from regulars.kit.period import ALL_TIME, Period, add_months, day_start, parse_edge
from regulars.kit.text import Text


def period_of(start: str | None, end: str | None, zone: ZoneInfo) -> Period:
    """Read two edges (`2026-10`, `2026-10-05` or a moment); the end is excluded."""
    if not start and not end:
        return ALL_TIME
    return Period(
        parse_edge(start, zone) if start else None, parse_edge(end, zone) if end else None
    )


def months_back(count: int, now: datetime, zone: ZoneInfo) -> Period:
    """Return the last `count` months of the zone with the running one, up to tomorrow's start."""
    today = now.astimezone(zone).date()
    first = add_months(today, 1 - count)
    return Period(day_start(first, zone), day_start(date.fromordinal(today.toordinal() + 1), zone))


UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def seconds_of(words: str) -> int:
    """Read a length of time such as `30m`, `24h`, `7d` or `2w`. Raises Invalid."""
    number, unit = words[:-1], words[-1:]
    if unit in UNITS and number.isdigit() and int(number) > 0:
        return int(number) * UNITS[unit]
    raise Invalid(
        "asking.length",
        Text(
            f"“{words}” is no length of time; write 30m, 24h, 7d or 2w.",
            f"“{words}”不是时长；请写成 30m、24h、7d 或 2w。",
        ),
        field="window",
    )
