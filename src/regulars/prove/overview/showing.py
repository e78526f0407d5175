"""Pictures and rows of the overview; pure."""

from __future__ import annotations

from typing import Any

from regulars.faces.charts import Bar, Course, Option, bars, trend
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.understand.health.model import Health


def trend_of(found: Health) -> Option | None:
    """Return the index by month with its interval; None with fewer than two months."""
    known = [month for month in found.trend if month.value is not None]
    if len(known) < 2:
        return None
    months = found.trend
    course = Course(
        _("Health index"),
        [None if month.value is None else round(month.value, 2) for month in months],
        [month.low for month in months],
        [month.high for month in months],
        [month.n for month in months],
    )
    return trend([month.month for month in months], [course], unit="score")


def trend_rows(found: Health) -> list[list[Any]]:
    """Return the months as rows beside their picture."""
    return [
        [month.month, _one(month.value), _one(month.low), _one(month.high), f"{month.n:,}"]
        for month in found.trend
    ]


def parts_of(found: Health, catalog: Catalog) -> Option:
    """Return the touchpoints that make the index, the worst first."""
    known = sorted(
        (part for part in found.parts if part.counted), key=lambda part: part.value or 0.0
    )
    items = [
        Bar(
            say(catalog.title_of(part.touchpoint)),
            part.value,
            part.low,
            part.high,
            part.n,
            href=f"/journey/touchpoints/{part.touchpoint}",
        )
        for part in known
    ]
    return bars(items, unit="score", name=_("Performance"), most=100)


def parts_rows(found: Health, catalog: Catalog) -> list[list[Any]]:
    """Return all parts as rows: title, weight, performance, interval, n."""
    return [
        [
            say(catalog.title_of(part.touchpoint)),
            f"{part.weight:g}",
            _one(part.value),
            _one(part.low),
            _one(part.high),
            f"{part.n:,}",
        ]
        for part in found.parts
    ]


def direction(found: Health) -> str | None:
    """Return rising, falling or steady: what the last two months prove; None without both."""
    if found.change is None:
        return None
    _difference, low, high = found.change
    return "rising" if low > 0 else "falling" if high < 0 else "steady"


def _one(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


TABLE = (
    Text("Part", "部分"),
    Text("Name", "名称"),
    Text("Value", "数值"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("n", "样本量"),
    Text("Unit", "单位"),
    Text("Target", "目标"),
    Text("Verdict", "结论"),
    Text("Evidence", "依据"),
)


def table(values: dict[str, Any]) -> list[list[Any]]:
    """Return everything on the page as rows under `TABLE`."""
    shown = values["shown"]
    index, found = shown["health"], shown["found"]
    ends = [index.value, index.low, index.high, index.n]
    rows: list[list[Any]] = [["health", _("Health index"), *ends, "score", None, None, None]]
    for tile in found.tiles:
        ends = [tile.value, tile.low, tile.high, tile.n]
        rows.append(["metric", tile.title, *ends, tile.unit, tile.target, tile.verdict, None])
    for mark in [*shown["pains"], *shown["opportunities"]]:
        why = mark.evidence[0]
        ends = [why.value, why.low, why.high, why.n]
        rows.append([mark.kind.value, mark.title, *ends, None, None, None, why.text])
    for one in found.changes:
        ends = [one.difference, one.low, one.high, one.n]
        name = f"{say(one.title)}: {say(one.slice)}"
        verdict = "better" if one.better else "worse"
        rows.append(["change", name, *ends, one.unit, None, verdict, f"q {one.q:.4f}"])
    return rows
