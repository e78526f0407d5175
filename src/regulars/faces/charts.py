"""Options of ECharts from plain data; drawn, coloured and worded by `static/regulars.js`.

Every function returns a dict that holds JSON only. Colours are names of CSS tokens ("--accent"),
functions are named ("fn:tip:share": the tooltip of a share). A value that is None is a gap.
Give the same numbers as a table to `parts.chart`, for readers without the picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from regulars.faces.formats import month
from regulars.faces.language import gettext as _
from regulars.kit.stats.estimate import Estimate

Option = dict[str, Any]
Value = float | int | None

MONTH = re.compile(r"\d{4}-\d{2}")
GRID = {"left": 4, "right": 14, "top": 28, "bottom": 4, "outerBoundsMode": "same"}
JUDGED = {
    "met": "--good",
    "opportunity": "--good",
    "not_met": "--bad",
    "pain": "--bad",
    "undetermined": "--warn",
}


@dataclass(frozen=True, slots=True)
class Course:
    """One line of a trend: a value a period, with its interval and n where they are known."""

    name: str
    values: Sequence[Value]
    low: Sequence[Value] = ()
    high: Sequence[Value] = ()
    n: Sequence[int | None] = ()


def course(name: str, estimates: Iterable[Any]) -> Course:
    """Return the line of estimates, or of what has their parts."""
    rows = list(estimates)
    parts = ("value", "low", "high", "n")
    return Course(name, *([getattr(one, part) for one in rows] for part in parts))


def _period(name: str) -> str:
    """Return a month such as 2026-10 as readers write it; every other name stays."""
    return month(date.fromisoformat(f"{name}-01")) if MONTH.fullmatch(name) else name


def _at(values: Sequence[Any], index: int) -> Any:
    return values[index] if index < len(values) else None


def _point(course: Course, index: int) -> Option | None:
    value = course.values[index]
    if value is None:
        return None
    extra = {"low": _at(course.low, index), "high": _at(course.high, index)}
    return {"value": value, "n": _at(course.n, index), **extra}


def trend(
    periods: Sequence[str],
    courses: Sequence[Course],
    *,
    unit: str | None = None,
    target: float | None = None,
    least: float | None = None,
    most: float | None = None,
) -> Option:
    """Lines over periods, each with its interval as a band, and the target as a dashed line."""
    series: list[Option] = []
    for number, course in enumerate(courses):
        color = f"--series-{number % 8 + 1}"
        if course.low:
            series.append(_band(course, color))
        series.append(
            {
                "type": "line",
                "name": course.name,
                "data": [_point(course, index) for index in range(len(course.values))],
                "color": color,
                "lineStyle": {"width": 2, "color": color},
                "symbol": "circle",
                "symbolSize": 5,
                "showSymbol": len(periods) <= 24,
                **(_target_line(target) if target is not None and number == 0 else {}),
            }
        )
    return {
        "grid": {**GRID, "top": 34 if len(courses) > 1 else 12},
        "legend": {
            "show": len(courses) > 1,
            "left": 0,
            "top": 0,
            "data": [c.name for c in courses],
        },
        "tooltip": {"trigger": "axis", "formatter": f"fn:tip:{unit or ''}"},
        "xAxis": {
            "type": "category",
            "data": [_period(one) for one in periods],
            "boundaryGap": len(periods) == 1,
            # below the number of the axis beside it, which stands at the same corner
            "axisLabel": {"margin": 13, "hideOverlap": True},
        },
        "yAxis": {
            "type": "value",
            "scale": True,
            "min": least,
            "max": most,
            "splitNumber": 4,
            # between two fixed ends the steps are fixed too: no 90% squeezed under 100%
            "interval": None if least is None or most is None else (most - least) / 4,
            "axisLabel": {"formatter": f"fn:value:{unit or ''}"},
        },
        "series": series,
    }


def _band(course: Course, color: str) -> Option:
    points = [
        [index, _at(course.low, index), _at(course.high, index)]
        for index in range(len(course.values))
    ]
    edges = [edge for point in points for edge in point[1:] if edge is not None]
    return {
        "type": "custom",
        "renderItem": "fn:band",
        "points": points,
        "band_color": color,
        "silent": True,
        "z": 1,
        # one item is drawn; all edges are given so that the axis makes room for them
        "data": [[0, min(edges), max(edges)]] if edges else [],
        "encode": {"x": 0, "y": [1, 2]},
    }


def _target_line(target: float) -> Option:
    return {
        "markLine": {
            "silent": True,
            "symbol": "none",
            "data": [{"yAxis": target}],
            "lineStyle": {"color": "--dim", "type": "dashed", "width": 1},
            "label": {
                "formatter": _("target"),
                "color": "--dim",
                "position": "insideStartTop",
                "rotate": 0,
            },
        }
    }


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its interval; `verdict` colours it, `href` is where a click leads."""

    name: str
    value: Value
    low: Value = None
    high: Value = None
    n: int | None = None
    verdict: str | None = None
    href: str | None = None


def bar(name: str, estimate: Any, **more: Any) -> Bar:
    """Return the bar of an estimate, or of what has its parts; `more` is what else a bar has."""
    more = {"n": getattr(estimate, "n", None), **more}
    return Bar(name, estimate.value, estimate.low, estimate.high, **more)


def bars(
    items: Sequence[Bar],
    *,
    unit: str | None = None,
    name: str = "",
    target: float | None = None,
    lying: bool = True,
    most: float | None = None,
) -> Option:
    """Bars with whiskers, the first on top; `lying` ones leave room for long names.

    `most` is the greatest value that there can be, where it is known.
    """
    category: Option = {"type": "category", "data": [item.name for item in items]}
    if lying:
        category |= {"inverse": True, "axisLabel": {"width": 150, "overflow": "truncate"}}
    label: Option = {"formatter": f"fn:value:{unit or ''}", "hideOverlap": True}
    measure: Option = {"type": "value", "splitNumber": 3 if lying else 4, "axisLabel": label}
    if most is not None:
        measure |= {"max": most, "interval": most / 4}
    data = [
        {
            "value": item.value,
            "low": item.low,
            "high": item.high,
            "n": item.n,
            "href": item.href,
            "itemStyle": {"color": JUDGED.get(item.verdict or "", "--series-1"), "opacity": 0.8},
        }
        for item in items
    ]
    mark = _target_line(target) if target is not None else {}
    if mark and lying:
        mark["markLine"]["data"] = [{"xAxis": target}]
        mark["markLine"]["label"]["position"] = "start"
    return {
        "grid": {**GRID, "top": 20 if target is not None else 8},
        "tooltip": {
            "trigger": "axis",
            "axisPointer": {"type": "none"},
            "formatter": f"fn:tip:{unit or ''}",
        },
        "xAxis": measure if lying else category,
        "yAxis": category if lying else measure,
        "series": [
            {"type": "bar", "name": name, "data": data, "barMaxWidth": 16, **mark},
            _whiskers(items, lying),
        ],
    }


def _whiskers(items: Sequence[Bar], lying: bool) -> Option:
    edges = [edge for item in items for edge in (item.low, item.high) if edge is not None]
    ends = [min(edges), max(edges)] if edges else []
    return {
        "type": "custom",
        "renderItem": "fn:whiskers",
        "points": [[index, item.low, item.high] for index, item in enumerate(items)],
        "lying": lying,
        "silent": True,
        "z": 5,
        "data": [[*ends, 0] if lying else [0, *ends]] if ends else [],
        "encode": {"x": [0, 1], "y": 2} if lying else {"x": 0, "y": [1, 2]},
    }


@dataclass(frozen=True, slots=True)
class Spot:
    """One cell of a heat map: its column and row, its estimate, its link."""

    column: str
    row: str
    estimate: Estimate
    href: str | None = None


def heat(spots: Sequence[Spot], *, unit: str | None = None) -> Option:
    """A table in colour: the darker a cell, the higher its value; empty cells stay out."""
    columns, rows = ([*dict.fromkeys(names)] for names in
                     ((one.column for one in spots), (one.row for one in spots)))  # fmt: skip
    with_values = [(one, one.estimate) for one in spots if one.estimate.value is not None]
    values = [found.value for _one, found in with_values if found.value is not None]
    data = [
        {
            "value": [columns.index(one.column), rows.index(one.row), found.value],
            "name": f"{_period(one.row)} · {one.column}",
            "low": found.low,
            "high": found.high,
            "n": found.n,
            "href": one.href,
        }
        for one, found in with_values
    ]  # fmt: skip
    label = {"show": len(columns) <= 13, "formatter": f"fn:label:{unit or ''}", "fontSize": 10.5}
    return {
        "grid": {**GRID, "top": 8, "bottom": 8},
        "tooltip": {"trigger": "item", "formatter": f"fn:tip:{unit or ''}"},
        "xAxis": {"type": "category", "data": columns, "position": "top"},
        "yAxis": {"type": "category", "data": [_period(one) for one in rows], "inverse": True},
        "visualMap": {
            "show": False, "dimension": 2,
            "min": min(values, default=0), "max": max(values, default=1),
            "inRange": {"color": ["--card", "--series-1"]},
        },
        "series": [{"type": "heatmap", "data": data, "label": label}],
    }  # fmt: skip


def funnel(steps: Sequence[tuple[str, int]]) -> Option:
    """Steps with their counts, as bars from a common left edge: lengths can be compared."""
    first = steps[0][1] if steps and steps[0][1] else 1
    before = [steps[0][1], *[count for _name, count in steps[:-1]]] if steps else []
    data = [
        {
            "value": count,
            "label_text": f"{count:,}  {count / first:.0%}",
            "tip": [
                name,
                f"{count:,}",
                _("{share} of the first step").format(share=f"{count / first:.1%}"),
                _("{share} of the step before").format(share=f"{count / (earlier or 1):.1%}"),
            ],
        }
        for (name, count), earlier in zip(steps, before, strict=True)
    ]
    return {
        "grid": {**GRID, "top": 4, "right": 96},
        "tooltip": {"trigger": "item", "formatter": "fn:tip:count"},
        "xAxis": {"type": "value", "show": False, "max": first},
        "yAxis": {"type": "category", "inverse": True, "data": [name for name, _count in steps]},
        "series": [
            {
                "type": "bar",
                "data": data,
                "barCategoryGap": "28%",
                "color": "--series-1",
                "label": {
                    "show": True,
                    "position": "right",
                    "formatter": "fn:text",
                    "color": "--dim",
                },
            }
        ],
    }
