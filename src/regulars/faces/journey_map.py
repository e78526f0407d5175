"""The picture of a journey: touchpoints in columns by stage, transitions as curved arrows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.faces.charts import JUDGED, Option


@dataclass(frozen=True, slots=True)
class Stop:
    """One touchpoint: how many passed, its score in words, its judgement."""

    key: str
    title: str
    stage: str
    count: int
    score: str | None = None
    verdict: str | None = None
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A transition between two touchpoints; `note` says its share and waiting time."""

    start: str
    end: str
    count: int
    note: str = ""


def journey_map(stages: Sequence[str], stops: Sequence[Stop], moves: Sequence[Move]) -> Option:
    """A graph with fixed places; size goes with people, width with transitions, both by root."""
    most = max((stop.count for stop in stops), default=1) or 1
    widest = max((move.count for move in moves), default=1) or 1
    filled: dict[str, int] = dict.fromkeys(stages, 0)
    nodes = []
    for stop in stops:
        nodes.append(_node(stop, stages.index(stop.stage), filled[stop.stage], most))
        filled[stop.stage] += 1
    titles = {stop.key: stop.title for stop in stops}
    lowest = max(filled.values(), default=1) - 0.2
    return {
        "grid": {"left": 8, "right": 8, "top": 34, "bottom": 8, "outerBoundsMode": "none"},
        "tooltip": {"trigger": "item", "formatter": "fn:tip:count"},
        "xAxis": {
            "type": "category",
            "data": list(stages),
            "position": "top",
            "axisLine": {"show": False},
            "axisLabel": {"fontWeight": 600, "interval": 0, "fontSize": 12},
            "splitArea": {"show": True, "areaStyle": {"color": ["transparent", "--sunk"]}},
        },
        "yAxis": {"show": False, "inverse": True, "min": -0.4, "max": lowest},
        "series": [
            {
                "type": "graph",
                "coordinateSystem": "cartesian2d",
                "layout": "none",
                "edgeSymbol": ["none", "arrow"],
                "edgeSymbolSize": 6,
                "data": nodes,
                "links": [_edge(move, titles, widest) for move in moves],
                "emphasis": {"focus": "adjacency", "lineStyle": {"opacity": 0.8}},
            }
        ],
    }


def tall(stages: Sequence[str], stops: Sequence[Stop]) -> int:
    """Return the height in pixels that the map needs."""
    rows = max((sum(stop.stage == stage for stop in stops) for stage in stages), default=1)
    return 50 + 92 * max(rows, 1)


def _node(stop: Stop, column: int, row: int, most: int) -> Option:
    words = stop.title if stop.score is None else f"{stop.title}\n{stop.score}"
    return {
        "id": stop.key,
        "name": stop.title,
        "value": [column, row],
        "symbolSize": round(10 + 24 * (stop.count / most) ** 0.5, 1),
        "href": stop.href,
        "label_text": words,
        "tip": [stop.title, f"{stop.count:,}", *([stop.score] if stop.score else [])],
        "itemStyle": {
            "color": JUDGED.get(stop.verdict or "", "--series-1"),
            "borderColor": "--card",
            "borderWidth": 2,
        },
        "label": {
            "show": True,
            "formatter": "fn:text",
            "position": "bottom",
            "textBorderColor": "--card",
            "textBorderWidth": 3,
            "color": "--ink",
            "fontSize": 11,
            "width": 150,
            "overflow": "truncate",
        },
    }


def _edge(move: Move, titles: dict[str, str], widest: int) -> Option:
    words = f"{titles.get(move.start, move.start)} → {titles.get(move.end, move.end)}"
    return {
        "source": move.start,
        "target": move.end,
        "value": move.count,
        "tip": [words, f"{move.count:,}", *([move.note] if move.note else [])],
        "lineStyle": {
            "color": "--accent",
            "width": round(1 + 7 * (move.count / widest) ** 0.5, 1),
            "opacity": 0.3,
            "curveness": 0.22,
        },
    }
