"""Numbers, money, dates and durations as the reader's language writes them.

Every function takes None and answers "–": empty is not zero. Times are shown in the workspace's
reporting zone, which `zone` holds for the request under way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel import dates as babel_dates
from babel import numbers as babel_numbers

from regulars.faces.language import current, say
from regulars.faces.language import gettext as _
from regulars.kit import clock
from regulars.kit.text import Text

NOTHING = "–"
MINUS = "−"
zone: ContextVar[tzinfo] = ContextVar("zone")

Numeric = int | float | Decimal


@lru_cache(maxsize=4)
def _locale(language: str) -> Locale:
    return Locale.parse("zh_Hans_CN" if language == "zh" else "en")


def locale() -> Locale:
    """Return the Babel locale of the language under way."""
    return _locale(current())


def _minus(words: str) -> str:
    return words.replace("-", MINUS)


def whole(value: Numeric | None) -> str:
    """Format a count: 18,204."""
    if value is None:
        return NOTHING
    return _minus(f"{round(value):,}")


def number(value: Numeric | None, digits: int = 1) -> str:
    """Format with a fixed number of decimals: 58.4; what rounds to nothing has no sign."""
    if value is None:
        return NOTHING
    words = f"{value:,.{digits}f}"
    return _minus(words if words.strip("-0.") else words.lstrip("-"))


def percent(value: Numeric | None, digits: int = 1) -> str:
    """Format a share (0.871) as 87.1%."""
    return NOTHING if value is None else number(float(value) * 100, digits) + "%"


def signed(value: Numeric | None, digits: int = 1) -> str:
    """Format a difference with its sign: +3.1, −0.4."""
    if value is None:
        return NOTHING
    words = number(value, digits)
    return ("+" if value > 0 and words.strip("0.") else "") + words


def compact(value: Numeric | None) -> str:
    """Format a large number briefly: 1.2M, 120万."""
    if value is None:
        return NOTHING
    return _minus(babel_numbers.format_compact_decimal(value, fraction_digits=1, locale=locale()))


LARGE = 1_000_000


def money(value: Numeric | None, currency: str, digits: int | None = None) -> str:
    """Format an amount in its currency: ¥1,234.50; `digits` overrides the currency's own."""
    if value is None:
        return NOTHING
    pattern = None if digits is None else "¤#,##0" + ("." + "0" * digits if digits else "")
    shown = babel_numbers.format_currency(
        value, currency, pattern, locale=locale(), currency_digits=digits is None
    )
    return _minus(shown).replace("CN¥", "¥")


def brief_money(value: Numeric | None, currency: str) -> str:
    """Format an amount for a headline: ¥1.24M, ¥124万; below a million in whole units."""
    if value is None:
        return NOTHING
    if abs(float(value)) < LARGE:
        return money(value, currency, 0 if abs(float(value)) >= 1000 else None)
    shown = babel_numbers.format_compact_currency(
        value, currency, locale=locale(), fraction_digits=2
    )
    return _minus(shown).replace("CN¥", "¥")


def _local(moment: datetime) -> datetime:
    return moment.astimezone(zone.get(UTC))


def day(value: date | datetime | None) -> str:
    """Format a date: 5 Oct 2026, 2026年10月5日."""
    if value is None:
        return NOTHING
    shown = _local(value).date() if isinstance(value, datetime) else value
    return babel_dates.format_date(shown, "y年M月d日" if current() == "zh" else "d MMM y", locale())


def month(value: date | datetime | None) -> str:
    """Format a month: Oct 2026, 2026年10月."""
    if value is None:
        return NOTHING
    shown = _local(value).date() if isinstance(value, datetime) else value
    return babel_dates.format_date(shown, "y年M月" if current() == "zh" else "MMM y", locale())


def moment(value: datetime | None, seconds: bool = False) -> str:
    """Format a moment in the reporting zone: 5 Oct 2026, 14:03."""
    if value is None:
        return NOTHING
    at = _local(value)
    clock_time = at.strftime("%H:%M:%S" if seconds else "%H:%M")
    return (
        f"{day(at.date())} {clock_time}" if current() == "zh" else f"{day(at.date())}, {clock_time}"
    )


def iso(value: datetime | None) -> str:
    """Format for machines: the `datetime` attribute of <time>."""
    return "" if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


_UNITS = (
    ("y", 365 * 86_400.0),
    ("d", 86_400.0),
    ("h", 3_600.0),
    ("min", 60.0),
    ("s", 1.0),
)


def _unit(name: str, amount: str) -> str:
    words = {
        "y": _("{n} years"),
        "d": _("{n} days"),
        "h": _("{n} h"),
        "min": _("{n} min"),
        "s": _("{n} s"),
    }
    return words[name].format(n=amount)


def duration(value: timedelta | Numeric | None) -> str:
    """Format a length of time (a timedelta, or seconds) in its largest fitting unit: 2.5 days."""
    if value is None:
        return NOTHING
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    for name, size in _UNITS:
        if abs(seconds) >= size * (1.5 if name in ("y", "d") else 1) or name == "s":
            amount = seconds / size
            digits = 0 if abs(amount) >= 100 or name == "s" else 1
            return _unit(name, number(amount, digits).removesuffix(".0"))
    return NOTHING


_AGO = (
    ("年", 31_536_000),
    ("个月", 2_592_000),
    ("周", 604_800),
    ("天", 86_400),
    ("小时", 3_600),
    ("分钟", 60),
    ("秒", 1),
)


def ago(value: datetime | None, now: datetime | None = None) -> str:
    """Format how long ago a moment was, in whole units: 40 seconds ago, 40 秒前, 1 小时前."""
    if value is None:
        return NOTHING
    seconds = (value - (now or clock.now())).total_seconds()
    unit, size = next((one for one in _AGO if abs(seconds) >= one[1]), _AGO[-1])
    amount = int(abs(seconds) / size)
    if amount == 0:
        return _("just now")
    if current() == "zh":
        return f"{amount} {unit}{'后' if seconds > 0 else '前'}"
    whole_units = timedelta(seconds=amount * size if seconds > 0 else -amount * size)
    return babel_dates.format_timedelta(
        whole_units, add_direction=True, threshold=1, locale=locale(), granularity="second"
    )


SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}


def value_in(unit: str | None, value: Numeric | None, digits: int | None = None) -> str:
    """Format a metric's value by its unit.

    `share` (0.87 reads 87.0%), `percent` (87 reads 87.0%), `times` (2.2× or 2.2 倍), `count`,
    `seconds` to `days`, a currency code; every other unit is a plain number with one decimal.
    """
    if value is None:
        return NOTHING
    decimals = 1 if digits is None else digits
    if unit is not None and unit in SECONDS:
        return duration(float(value) * SECONDS[unit])
    if unit in ("count", "people", "orders"):
        return whole(value)
    if unit is not None and re.fullmatch("[A-Z]{3}", unit) and unit != "NPS":
        return brief_money(value, unit) if digits is None else money(value, unit, digits)
    if unit in ("share", "times"):
        times = _("{n}×").format(n=number(value, decimals))
        return percent(value, decimals) if unit == "share" else times
    return number(value, decimals) + ("%" if unit in ("percent", "%") else "")


def _value_in(value: Numeric | None, unit: str | None = None, digits: int | None = None) -> str:
    return value_in(unit, value, digits)


def _unbroken(form: Callable[..., str]) -> Callable[..., str]:
    """Keep the parts of a date, or a number and its unit, on one line of a page."""

    def filled(value: Any, *options: Any, **named: Any) -> str:
        return form(value, *options, **named).replace(" ", "\u00a0").replace(",\u00a0", ", ")

    return filled


COMMAND_LINE = Text("command line", "命令行")


def author(name: str | None) -> str:
    """Name who did something: what commands did was done by nobody with an account."""
    return say(COMMAND_LINE) if name == "shell" else name or NOTHING


QUESTIONS = {"review": Text("Review", "评价")}


def question(metric: str) -> str:
    """Name a survey's question: NPS, CSAT; one that we do not know stays as it came."""
    if metric in QUESTIONS:
        return say(QUESTIONS[metric])
    return metric.upper() if metric in ("nps", "csat", "ces") else metric


FILTERS: dict[str, Callable[..., str]] = {
    "whole": whole,
    "number": number,
    "percent": percent,
    "signed": signed,
    "compact": compact,
    "money": money,
    "day": _unbroken(day),
    "month": _unbroken(month),
    "moment": _unbroken(moment),
    "iso": iso,
    "duration": _unbroken(duration),
    "ago": ago,
    "question": question,
    "author": author,
    "value_in": _unbroken(_value_in),
}
