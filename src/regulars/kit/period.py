"""Half-open periods of time in a reporting zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from regulars.kit.errors import Invalid
from regulars.kit.text import Text


@dataclass(frozen=True, slots=True)
class Period:
    """`start` ≤ t < `end`, both aware, kept in UTC. Either end may be open (`None`)."""

    start: datetime | None
    end: datetime | None

    def __post_init__(self) -> None:
        for edge in (self.start, self.end):
            if edge is not None and edge.tzinfo is None:
                raise Invalid(
                    "period.naive", Text("A period needs a time zone.", "时间段需要时区。")
                )
        if self.start and self.end and self.start >= self.end:
            raise Invalid(
                "period.empty",
                Text(
                    "The period ends before it starts: choose a later end.",
                    "时间段的结束早于开始：请选择更晚的结束时间。",
                ),
                start=self.start.isoformat(),
                end=self.end.isoformat(),
            )

    def __contains__(self, moment: datetime) -> bool:
        return (self.start is None or self.start <= moment) and (
            self.end is None or moment < self.end
        )

    def before(self) -> Period | None:
        """Return the period of the same length that ends where this one starts."""
        if self.start is None or self.end is None:
            return None
        return Period(self.start - (self.end - self.start), self.start)


ALL_TIME = Period(None, None)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) at which `day` begins in `zone`."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def days(first: date, last: date, zone: ZoneInfo) -> Period:
    """Return the period from the beginning of `first` to the beginning of `last` (excluded)."""
    return Period(day_start(first, zone), day_start(last, zone))


def month(year: int, number: int, zone: ZoneInfo) -> Period:
    """Return one calendar month of `zone`."""
    following = date(year + number // 12, number % 12 + 1, 1)
    return days(date(year, number, 1), following, zone)


def add_months(day: date, count: int) -> date:
    """Return the first day of the month that lies `count` months from `day`'s month."""
    index = day.year * 12 + day.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def parse_edge(words: str, zone: ZoneInfo) -> datetime:
    """Read `2026-10`, `2026-10-05` or an ISO moment; without an offset it is meant in `zone`.

    Raises Invalid with what was expected.
    """
    try:
        if len(words) == 7:
            return day_start(date.fromisoformat(words + "-01"), zone)
        if len(words) == 10:
            return day_start(date.fromisoformat(words), zone)
        moment = datetime.fromisoformat(words)
    except ValueError as error:
        raise Invalid(
            "period.unreadable",
            Text(
                "Write a month (2026-10), a day (2026-10-05) or an ISO moment; got “{words}”.",
                "请写月份（2026-10）、日期（2026-10-05）或 ISO 时间；收到“{words}”。",
            ).format(words=words),
            value=words,
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
