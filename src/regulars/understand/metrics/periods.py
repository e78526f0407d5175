"""Calendar periods in the reporting zone: buckets of a grain, and the period before."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.kit.errors import Invalid
from regulars.kit.period import Period, add_months, day_start
from regulars.kit.text import Text

MONTHS = {"month": 1, "quarter": 3, "year": 12}
TRUNCATION = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}
LENGTHS = {
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=28),
    "quarter": timedelta(days=90),
    "year": timedelta(days=365),
}
"""The shortest length of each grain, near enough to tell how many buckets a period may have."""
MAX_BUCKETS = 1_100


def bucket_of(day: date, grain: str) -> date:
    """Return the first day of the bucket that holds `day`; weeks begin on Monday."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    months = MONTHS[grain]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def step(bucket: date, grain: str, count: int = 1) -> date:
    """Return the first day of the bucket `count` buckets later."""
    if grain == "day":
        return bucket + timedelta(days=count)
    if grain == "week":
        return bucket + timedelta(weeks=count)
    return add_months(bucket, count * MONTHS[grain])


def buckets(start: datetime, end: datetime, grain: str, zone: ZoneInfo) -> list[date]:
    """Return the first days of the buckets that touch start ≤ t < end; too many raise Invalid."""
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    starts = [bucket_of(start.astimezone(zone).date(), grain)]
    while (following := step(starts[-1], grain)) <= last:
        starts.append(following)
        if len(starts) > MAX_BUCKETS:
            raise Invalid(
                "metrics.buckets",
                Text(
                    "That are too many points in time: choose a shorter period or a coarser step.",
                    "时间点过多：请缩短时间段或选用更粗的粒度。",
                ),
            )
    return starts


def period_of(bucket: date, grain: str, zone: ZoneInfo, whole: Period) -> Period:
    """Return the bucket's period, cut to `whole`."""
    start, end = day_start(bucket, zone), day_start(step(bucket, grain), zone)
    return Period(
        max(start, whole.start) if whole.start else start,
        min(end, whole.end) if whole.end else end,
    )


def previous(period: Period, zone: ZoneInfo) -> Period | None:
    """Return the period before: as many calendar months when `period` is whole months.

    Otherwise the same length of time that ends where it starts; None for an open period.
    """
    if period.start is None or period.end is None:
        return None
    months = _whole_months(period.start, period.end, zone)
    if months:
        first = period.start.astimezone(zone).date()
        return Period(day_start(add_months(first, -months), zone), period.start)
    return period.before()


def year_before(period: Period, zone: ZoneInfo) -> Period | None:
    """Return the same calendar days one year earlier; None for an open period."""
    if period.start is None or period.end is None:
        return None
    return Period(_year_earlier(period.start, zone), _year_earlier(period.end, zone))


def days_of(period: Period) -> float:
    """Return the period's length in days; 0 when it is open."""
    if period.start is None or period.end is None:
        return 0.0
    return (period.end - period.start) / timedelta(days=1)


def _year_earlier(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    leap = local.month == 2 and local.day == 29
    return local.replace(year=local.year - 1, day=28 if leap else local.day).astimezone(
        moment.tzinfo
    )


def _whole_months(start: datetime, end: datetime, zone: ZoneInfo) -> int:
    first, last = start.astimezone(zone), end.astimezone(zone)
    edges = (first, last)
    if any(
        edge != edge.replace(day=1, hour=0, minute=0, second=0, microsecond=0) for edge in edges
    ):
        return 0
    return (last.year - first.year) * 12 + last.month - first.month
