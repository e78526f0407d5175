"""The period that a page shows, as its address asks for it, and the choices of its picker.

`?period=` is a month (2026-10), a quarter (2026-Q3), a year (2026), the last days or months up to
now (30d, 12m) or `all`; `?from=` and `?to=` name other edges. All in the reporting zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query, Request

from regulars.faces import formats
from regulars.faces.language import gettext as _
from regulars.faces.links import Item, here
from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.kit.period import ALL_TIME, Period, add_months, day_start, days, parse_edge
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


def of_request(
    request: Request,
    default: str,
    *,
    key: str | None = None,
    start: str | None = None,
    end: str | None = None,
) -> Chosen:
    """Return the period that the address asks for, with the picker's links to this page."""
    zone: ZoneInfo = request.app.state.workspace.zone
    now = clock.now()
    if start or end:
        edges = [parse_edge(edge, zone) if edge else None for edge in (start, end)]
        label = " – ".join(formats.day(edge) if edge else "…" for edge in edges)
        chosen = Chosen("", Period(edges[0], edges[1]), label)
    else:
        chosen = read(key or default, now, zone)
    keys = list(dict.fromkeys([*offered(now, zone), *([chosen.key] if chosen.key else [])]))
    items = tuple(
        (read(one, now, zone).label, here(request, period=one), one == chosen.key) for one in keys
    )
    return Chosen(chosen.key, chosen.period, chosen.label, items)


def with_usual(
    request: Request, key: str | None, start: str | None, end: str | None
) -> tuple[str, tuple[Item, ...]]:
    """Return what the period is called, and all choices: first twelve months to the last event.

    That one is usual, where the address names none.
    """
    own = bool(key or start or end)
    chosen = of_request(request, "12m", key=key, start=start, end=end)
    usual = (_("12 months to the last event"), here(request, period=None), not own)
    others = ((words, href, on and own) for words, href, on in chosen.items)
    return chosen.label if own else _("Last 12 months"), (usual, *others)


def period_of(default: str) -> Callable[..., Chosen]:
    """Return the dependency of a page: `chosen: Chosen = Depends(period_of("12m"))`."""

    def choose(
        request: Request,
        period: Annotated[str | None, Query()] = None,
        start: Annotated[str | None, Query(alias="from")] = None,
        end: Annotated[str | None, Query(alias="to")] = None,
    ) -> Chosen:
        return of_request(request, default, key=period, start=start, end=end)

    return choose
