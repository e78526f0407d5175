"""Numbers of journeys in words of both languages; pure."""

from __future__ import annotations

from collections.abc import Mapping

from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.understand.journeys.model import BELOW_FLOOR, Mark

UNITS = (
    (86_400.0, "d", "天"),
    (3_600.0, "h", "小时"),
    (60.0, "min", "分钟"),
    (1.0, "s", "秒"),
)

EVIDENCE_TITLES: Mapping[str, Text] = {
    BELOW_FLOOR: Text("below its floor", "低于底线"),
    "low_score": Text("worse than the others", "差于其他触点"),
    "low_passed_score": Text("journeys through it rated worse", "途经该触点的旅程评分更低"),
    "long_wait": Text("longer wait than allowed", "等待超过上限"),
    "drop_off": Text("more drop off than elsewhere", "流失多于其他步骤"),
    "out_of_order": Text("out of order", "顺序颠倒"),
    "missed_target": Text("target missed", "未达目标"),
    "high_score": Text("better than the others", "优于其他触点"),
}
"""Kinds of evidence in a few words."""


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


def reasons(mark: Mark) -> list[Text]:
    """Return what speaks for a mark, in a few words each: hurting in itself first."""
    kinds = dict.fromkeys(one.kind for one in mark.evidence)
    ordered = sorted(kinds, key=lambda kind: kind != BELOW_FLOOR)
    return [EVIDENCE_TITLES.get(kind) or Text(kind, kind) for kind in ordered]
