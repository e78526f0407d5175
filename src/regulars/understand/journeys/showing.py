"""What the map's page shows, prepared from the map; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regulars.faces.charts import Option
from regulars.faces.journey_map import Move, Stop, journey_map
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.listen.catalog.model import PHASE_TITLES, Catalog
from regulars.understand.journeys.advice import HORIZON_TITLES, LAYER_TITLES
from regulars.understand.journeys.model import Edge, JourneyMap, Kind, Mark, Node, StageFlow
from regulars.understand.journeys.wording import lasting, within

MAX_ARROWS = 36
MAX_STRANGE = 8
STRANGE = Text("Not in the catalog", "未纳入清单")


@dataclass(frozen=True, slots=True)
class Column:
    """A stage as a column of the map: its flow and its touchpoints."""

    title: Text
    phase: Text | None
    flow: StageFlow | None
    nodes: list[Node]


def columns(found: JourneyMap, catalog: Catalog) -> list[Column]:
    """Return one column a stage that has touchpoints, in the journey's order."""
    flows = {flow.key: flow for flow in found.stages}
    made = [
        Column(
            stage.title,
            PHASE_TITLES[stage.phase],
            flows.get(stage.key),
            [node for node in found.nodes if node.stage == stage.key],
        )
        for stage in catalog.stages
    ]
    strange = [node for node in found.nodes if node.stage is None]
    strange.sort(key=lambda node: -node.events)
    if strange:
        made.append(Column(STRANGE, None, None, strange[:MAX_STRANGE]))
    return [column for column in made if column.nodes]


def marked(found: JourneyMap) -> dict[str, str]:
    """Return step → `pain` or `opportunity`."""
    return {mark.step: mark.kind.value for mark in found.marks}


def pains(found: JourneyMap) -> list[Mark]:
    """Return the pain points, the gravest first."""
    return [mark for mark in found.marks if mark.kind is Kind.PAIN]


def opportunities(found: JourneyMap) -> list[Mark]:
    """Return the opportunities, the greatest first."""
    return [mark for mark in found.marks if mark.kind is Kind.OPPORTUNITY]


def arrows(found: JourneyMap, made: Sequence[Column]) -> Option:
    """Return the picture of the commonest transitions between the columns' touchpoints."""
    kinds = marked(found)
    stops = [
        Stop(
            node.step,
            say(node.title),
            say(column.title),
            node.cases,
            f"{node.performance.value:.0f}" if node.performance else None,
            kinds.get(node.step),
            address(node.step),
        )
        for column in made
        for node in column.nodes
        if node.events
    ]
    shown = {stop.key for stop in stops}
    moves = [
        Move(edge.source, edge.target, edge.n, _wait_words(edge))
        for edge in found.edges
        if edge.source != edge.target and {edge.source, edge.target} <= shown
    ]
    used = {stop.stage for stop in stops}
    stages = [say(column.title) for column in made if say(column.title) in used]
    return journey_map(stages, stops, moves[:MAX_ARROWS])


def _wait_words(edge: Edge) -> str:
    if edge.wait is None:
        return ""
    return _("median wait {time}").format(time=say(lasting(edge.wait.median.value)))


def arrow_rows(found: JourneyMap) -> list[list[Any]]:
    """Return the transitions as table rows: from, to, count, median wait, 90th percentile."""
    titles = {node.step: say(node.title) for node in found.nodes}
    return [
        [
            titles.get(edge.source, edge.source),
            titles.get(edge.target, edge.target),
            f"{edge.n:,}",
            say(within(edge.wait.median)) if edge.wait else None,
            say(within(edge.wait.p90)) if edge.wait else None,
        ]
        for edge in found.edges[:MAX_ARROWS]
    ]


def address(step: str) -> str:
    """Return the address of a touchpoint's page."""
    from urllib.parse import quote

    return f"/journey/touchpoints/{quote(step, safe='')}"


LAYERS, HORIZONS = LAYER_TITLES, HORIZON_TITLES

TABLE = (
    Text("Stage", "阶段"),
    Text("Touchpoint", "触点"),
    Text("Key", "标识"),
    Text("Journeys", "旅程数"),
    Text("Events", "事件数"),
    Text("Starts", "起点次数"),
    Text("Ends", "终点次数"),
    Text("Out of order", "顺序颠倒"),
    Text("Waits", "等待次数"),
    Text("Median time since previous step, s", "等待中位数（秒）"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("90th percentile of waits, s", "等待 90 分位（秒）"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Performance 0-100", "表现（0-100）"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Answers", "回答数"),
    Text("Mark", "标记"),
)


def table(found: JourneyMap, catalog: Catalog) -> list[list[Any]]:
    """Return the map as rows under `TABLE`, for CSV and Excel."""
    kinds = marked(found)
    rows = []
    for node in found.nodes:
        stage = catalog.stage(node.stage)
        score, wait = node.performance, node.wait
        rows.append(
            [
                say(stage.title) if stage else None,
                say(node.title),
                node.step,
                node.cases,
                node.events,
                node.starts,
                node.ends,
                node.backward,
                wait.n if wait else 0,
                *_ends(wait.median if wait else None),
                *_ends(wait.p90 if wait else None),
                score.value if score else None,
                score.low if score else None,
                score.high if score else None,
                score.n if score else 0,
                kinds.get(node.step),
            ]
        )
    return rows


def _ends(found: Estimate | None) -> tuple[float | None, float | None, float | None]:
    return (found.value, found.low, found.high) if found else (None, None, None)
