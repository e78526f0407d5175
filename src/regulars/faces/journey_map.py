"""The picture of a journey: touchpoints in columns by stage, transitions as curved arrows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.faces.charts import JUDGED, Option

COLUMN = 200.0
ROW = 84.0


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
        row = filled.get(stop.stage, 0)
        filled[stop.stage] = row + 1
        nodes.append(_node(stop, stages.index(stop.stage) * COLUMN, (row + 1) * ROW, most))
    heads = [_head(stage, index * COLUMN) for index, stage in enumerate(stages)]
    titles = {stop.key: stop.title for stop in stops}
    return {
        "tooltip": {"trigger": "item", "formatter": "fn:tip:count"},
        "series": [
            {
                "type": "graph",
                "layout": "none",
                "roam": False,
                "left": 60,
                "right": 60,
                "top": 20,
                "bottom": 30,
                "edgeSymbol": ["none", "arrow"],
                "edgeSymbolSize": 6,
                "data": [*heads, *nodes],
                "links": [_edge(move, titles, widest) for move in moves],
                "emphasis": {"focus": "adjacency", "lineStyle": {"opacity": 0.8}},
            }
        ],
    }


def _head(stage: str, x: float) -> Option:
    return {
        "id": f"stage {stage}",
        "name": stage,
        "x": x,
        "y": 0,
        "symbolSize": 1,
        "tip": [stage],
        "label": {
            "show": True,
            "formatter": "{b}",
            "color": "--dim",
            "fontSize": 12,
            "fontWeight": 600,
        },
        "itemStyle": {"color": "--paper"},
    }


def _node(stop: Stop, x: float, y: float, most: int) -> Option:
    words = stop.title if stop.score is None else f"{stop.title}\n{stop.score}"
    return {
        "id": stop.key,
        "name": stop.title,
        "x": x,
        "y": y,
        "value": stop.count,
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
