"""Options of ECharts that lay things out on a field: flows, heat maps, scatter, radar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from regulars.faces.charts import GRID, JUDGED, Course, Option
from regulars.faces.formats import value_in
from regulars.faces.language import gettext as _


def sankey(nodes: Sequence[tuple[str, str]], links: Sequence[tuple[str, str, int]]) -> Option:
    """Flows between named nodes; `nodes` are (name, title), `links` (from, to, count), acyclic."""
    titles = dict(nodes)
    return {
        "tooltip": {"trigger": "item", "formatter": "fn:tip:count"},
        "series": [
            {
                "type": "sankey",
                "left": 4,
                "right": 120,
                "top": 8,
                "bottom": 8,
                "nodeAlign": "left",
                "nodeWidth": 12,
                "nodeGap": 12,
                "data": [
                    {"name": name, "label_text": title, "tip": [title]} for name, title in nodes
                ],
                "links": [
                    {
                        "source": start,
                        "target": end,
                        "value": count,
                        "tip": [
                            f"{titles.get(start, start)} → {titles.get(end, end)}",
                            f"{count:,}",
                        ],
                    }
                    for start, end, count in links
                ],
                "label": {"formatter": "fn:text", "color": "--ink"},
                "lineStyle": {"color": "--accent", "opacity": 0.18, "curveness": 0.5},
                "itemStyle": {"color": "--accent", "borderWidth": 0},
                "emphasis": {"focus": "adjacency"},
            }
        ],
    }


def heatmap(
    columns: Sequence[str],
    rows: Sequence[str],
    cells: Sequence[tuple[int, int, float, int | None]],
    *,
    unit: str | None = None,
    least: float | None = None,
    most: float | None = None,
    turning: float | None = None,
) -> Option:
    """A field of cells (column, row, value, n); with `turning` below is bad and above is good."""
    values = [cell[2] for cell in cells] or [0.0]
    low = min(values) if least is None else least
    high = max(values) if most is None else most
    if turning is None:
        colors = ["--sunk", "--accent"]
    else:
        reach = max(abs(high - turning), abs(turning - low))
        low, high = turning - reach, turning + reach
        colors = ["--bad", "--sunk", "--good"]
    return {
        "grid": {**GRID, "top": 4, "bottom": 46},
        "tooltip": {"trigger": "item", "formatter": f"fn:tip:{unit or ''}"},
        "xAxis": {"type": "category", "data": list(columns), "splitArea": {"show": False}},
        "yAxis": {"type": "category", "data": list(rows), "inverse": True},
        "visualMap": {
            "min": low,
            "max": high,
            "orient": "horizontal",
            "left": "center",
            "bottom": 0,
            "itemWidth": 10,
            "itemHeight": 120,
            "calculable": False,
            "inRange": {"color": colors},
            "text": [value_in(unit, high), value_in(unit, low)],
        },
        "series": [
            {
                "type": "heatmap",
                "data": [
                    {"value": [x, y, value], "n": n, "name": f"{rows[y]} · {columns[x]}"}
                    for x, y, value, n in cells
                ],
                "itemStyle": {"borderColor": "--card", "borderWidth": 2, "borderRadius": 3},
                "label": {"show": len(cells) <= 120, "formatter": f"fn:label:{unit or ''}"},
            }
        ],
    }


@dataclass(frozen=True, slots=True)
class Dot:
    """One touchpoint of an importance-performance map."""

    name: str
    importance: float
    performance: float
    n: int | None = None
    verdict: str | None = None
    href: str | None = None


def importance_performance(
    dots: Sequence[Dot],
    *,
    importance: str,
    performance: str,
    importance_at: float,
    performance_at: float,
) -> Option:
    """Performance across, importance up; lines at the given middles part it into four fields.

    After Martilla and James (1977): the upper left is where to improve first.
    """
    grid = {**GRID, "top": 24, "bottom": 24, "left": 24, "right": 90}
    return {
        "grid": grid,
        "tooltip": {"trigger": "item", "formatter": "fn:tip:"},
        "graphic": [
            _corner(_("improve first"), "left", 44),
            _corner(_("keep it up"), "right", 16),
        ],
        "xAxis": _measure(performance, 26),
        "yAxis": _measure(importance, 36),
        "series": [
            {
                "type": "scatter",
                "data": [_spot(dot, importance, performance) for dot in dots],
                "symbolSize": 11,
                "label": {"show": True, "formatter": "{b}", "position": "right", **SMALL},
                "labelLayout": {"hideOverlap": True, "moveOverlap": "shiftY"},
                "markLine": {
                    "silent": True,
                    "symbol": "none",
                    "label": {"show": False},
                    "lineStyle": {"color": "--line-strong", "type": "solid"},
                    "data": [{"xAxis": performance_at}, {"yAxis": importance_at}],
                },
            }
        ],
    }


SMALL = {"color": "--ink", "fontSize": 11}


def _spot(dot: Dot, importance: str, performance: str) -> Option:
    return {
        "value": [dot.performance, dot.importance],
        "name": dot.name,
        "href": dot.href,
        "tip": [
            dot.name,
            f"{performance}: {dot.performance:.2f}",
            f"{importance}: {dot.importance:.2f}",
            *([f"n {dot.n:,}"] if dot.n is not None else []),
        ],
        "itemStyle": {"color": JUDGED.get(dot.verdict or "", "--series-1")},
    }


def _measure(name: str, gap: int) -> Option:
    axis = {"type": "value", "scale": True, "splitLine": {"show": False}}
    return {**axis, "name": name, "nameLocation": "middle", "nameGap": gap}


def _corner(words: str, side: str, distance: int) -> Option:
    style = {"text": words, "fill": "--dim", "fontSize": 11}
    return {"type": "text", "silent": True, "top": 4, side: distance, "style": style}


def _folded(name: str, width: int = 12) -> str:
    """Return a name in short lines: what stands beside a small figure must not run out of it."""
    if name.isascii():
        return "\n".join(wrap(name, width, break_long_words=False))
    return "\n".join(wrap(name, width // 2)) if len(name) > width else name


def radar(dimensions: Sequence[str], courses: Sequence[Course], *, most: float = 5) -> Option:
    """Dimensions around a centre, one outline per course (ours, the benchmark)."""
    digits = 1 if most > 10 else 2
    return {
        "legend": {"show": len(courses) > 1, "left": 0, "top": 0},
        "tooltip": {"trigger": "item"},
        "radar": {
            "indicator": [{"name": _folded(name), "max": most} for name in dimensions],
            "radius": "50%",
            "center": ["50%", "55%"],
            "splitNumber": 4,
        },
        "series": [
            {
                "type": "radar",
                "symbolSize": 4,
                "data": [
                    {
                        "name": c.name,
                        "value": [one and round(one, digits) for one in c.values],
                    }
                    for c in courses
                ],
                "areaStyle": {"opacity": 0.08},
            }
        ],
    }
