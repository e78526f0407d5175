"""Numbers of journeys in words of both languages; pure."""

from __future__ import annotations

from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text

UNITS = (
    (86_400.0, "d", "天"),
    (3_600.0, "h", "小时"),
    (60.0, "min", "分钟"),
    (1.0, "s", "秒"),
)


def lasting(seconds: float | None) -> Text:
    """Return a length of time in its largest fitting unit, such as 3.2 h."""
    if seconds is None:
        return Text("–", "–")
    for size, en, zh in UNITS:
        if seconds >= size:
            number = f"{seconds / size:.1f}" if size > 1 else f"{seconds:.0f}"
            return Text(f"{number} {en}", f"{number} {zh}")
    return Text("0 s", "0 秒")


def within(found: Estimate) -> Text:
    """Return a length of time with its interval, such as 3.2 h (2.8 h – 3.9 h)."""
    value, low, high = lasting(found.value), lasting(found.low), lasting(found.high)
    if found.value is None or found.low is None or found.high is None:
        return value
    return Text(f"{value.en} ({low.en} – {high.en})", f"{value.zh}（{low.zh} – {high.zh}）")
