"""What a command or an address says about which events are meant: period, places, channels."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from regulars.kit.errors import Invalid
from regulars.kit.period import ALL_TIME, Period, parse_edge
from regulars.kit.text import Text


def period_of(start: str | None, end: str | None, zone: ZoneInfo) -> Period:
    """Read two edges (`2026-10`, `2026-10-05` or a moment); the end is excluded."""
    if not start and not end:
        return ALL_TIME
    return Period(
        parse_edge(start, zone) if start else None, parse_edge(end, zone) if end else None
    )


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
