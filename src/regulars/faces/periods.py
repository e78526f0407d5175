"""The period that a page shows, as its address asks for it, and the choices of its picker.

`?period=` is a month (2026-10), a quarter (2026-Q3), a year (2026), the last days or months up to
now (30d, 12m) or `all`; `?from=` and `?to=` name other edges. All in the reporting zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.faces import formats
from regulars.faces.language import gettext as _
from regulars.faces.links import Item
from regulars.kit.errors import Invalid
from regulars.kit.period import ALL_TIME, Period, add_months, day_start, days
from regulars.kit.text import Text

MONTH = re.compile(r"((?:19|20)\d{2})-(0[1-9]|1[0-2])")
QUARTER = re.compile(r"((?:19|20)\d{2})-Q([1-4])")
YEAR = re.compile(r"(?:19|20)\d{2}")
LENGTH = re.compile(r"([1-9]\d{0,2})([dm])")
MONTHS_OFFERED = 6


@dataclass(frozen=True, slots=True)
class Chosen:
    """A period with its key in the address and its name in the reader's language."""

    key: str
    period: Period
    label: str
    items: tuple[Item, ...] = ()


def read(key: str, now: datetime, zone: ZoneInfo) -> Chosen:
    """Return the period that `key` names; raises Invalid for another word.

    The last 12 months (12m) begin with a month, so that every bar of a trend is a whole one.
    """
    if key == "all":
        return Chosen(key, ALL_TIME, _("All time"))
    if found := MONTH.fullmatch(key):
        first = date(int(found[1]), int(found[2]), 1)
        return Chosen(key, days(first, add_months(first, 1), zone), formats.month(first))
    if found := QUARTER.fullmatch(key):
        first = date(int(found[1]), int(found[2]) * 3 - 2, 1)
        label = _("Quarter {quarter} of {year}").format(quarter=found[2], year=found[1])
        return Chosen(key, days(first, add_months(first, 3), zone), label)
    if YEAR.fullmatch(key):
        first = date(int(key), 1, 1)
        return Chosen(key, days(first, add_months(first, 12), zone), key)
    if found := LENGTH.fullmatch(key):
        return _last(key, int(found[1]), now, zone)
    raise Invalid(
        "period.key",
        Text(
            "A period is a month (2026-10), a quarter (2026-Q3), a year, 30d, 12m or all.",
            "时间段可写月份（2026-10）、季度（2026-Q3）、年份、30d、12m 或 all。",
        ),
        field="period",
    )


def _last(key: str, count: int, now: datetime, zone: ZoneInfo) -> Chosen:
    today = now.astimezone(zone).date()
    if key.endswith("d"):
        start = day_start(today - timedelta(days=count - 1), zone)
        label = _("Last {n} days").format(n=count)
    else:
        start = day_start(add_months(today, 1 - count), zone)
        label = _("Last {n} months").format(n=count)
    return Chosen(key, Period(start, now.astimezone(UTC)), label)


def offered(now: datetime, zone: ZoneInfo) -> list[str]:
    """Return the keys that a picker offers: lengths, months, this year, all."""
    this = now.astimezone(zone).date().replace(day=1)
    months = [add_months(this, -back) for back in range(MONTHS_OFFERED)]
    return [
        "30d",
        "90d",
        "12m",
        *(f"{month:%Y-%m}" for month in months),
        f"{this:%Y}",
        "all",
    ]
