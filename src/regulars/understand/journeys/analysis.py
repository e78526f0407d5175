"""`journey`: touchpoints, stages, transitions and waits, with tested pain points and advice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.faces.charts import Option as Chart
from regulars.faces.columns import (
    COUNT,
    SECONDS,
    SHARE,
    Column,
    estimate,
    in_file,
    interval,
    number,
    verdict,
)
from regulars.faces.journey_map import Move, Stop, journey_map
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.kit.text import Text
from regulars.listen.catalog.model import PHASE_TITLES
from regulars.understand.analyses.model import Analysis, Table, touchpoint_page
from regulars.understand.analyses.options import AS_OF, CHANNELS, FROM, PERIOD, PLACES, TO, Option
from regulars.understand.journeys.advice import HORIZON_TITLES, LAYER_TITLES
from regulars.understand.journeys.model import (
    BELOW_FLOOR,
    BY,
    Edge,
    JourneyMap,
    MapOptions,
    Mark,
    MarkKind,
    Node,
    StageFlow,
    Variant,
)
from regulars.understand.journeys.wording import EVIDENCE_TITLES, lasting, reasons
from regulars.understand.scope.model import USUAL, EventFilter

if TYPE_CHECKING:
    from regulars.understand.analyses.options import Options
    from regulars.understand.analyses.view import View

MAX_ARROWS, MAX_STRANGE, MAX_SHOWN_STEPS = 36, 8, 12
STRANGE = Text("Not in the catalog", "未纳入清单")
STAGE, TOUCHPOINT, KEY = Text("Stage", "阶段"), Text("Touchpoint", "触点"), Text("Key", "标识")
JOURNEYS, MARK = Text("Journeys", "旅程数"), Text("Mark", "标记")
KINDS = {
    MarkKind.PAIN: ("pain", Text("pain point", "痛点")),
    MarkKind.OPPORTUNITY: ("opportunity", Text("opportunity", "机会点")),
}
WHY = Text("Reason", "原因")
LEVEL = Option(
    "level",
    Text("Steps", "步骤"),
    Text("Steps: touchpoint or event.", "步骤：touchpoint（触点）或 event（事件）。"),
    default="touchpoint",
    choices=(("touchpoint", Text("touchpoints", "触点")), ("event", Text("events", "事件"))),
)
FEEDBACK = Option(
    "feedback",
    Text("Include survey answers as steps.", "将问卷回答也作为步骤。"),
    kind=bool,
    default=False,
)
EXPORT = Option("export", Text("Write the events: .xes or .csv.", "导出事件：.xes 或 .csv。"))


@dataclass(frozen=True, slots=True)
class StageColumn:
    """A stage as a column of the map: its flow and its touchpoints."""

    title: Text
    phase: Text | None
    flow: StageFlow | None
    nodes: list[Node]


def _columns(view: View) -> list[StageColumn]:
    """Return one column a stage that has touchpoints, in the journey's order."""
    journey_map: JourneyMap = view.result
    flows = {flow.key: flow for flow in journey_map.stages}
    made = [
        StageColumn(stage.title, PHASE_TITLES[stage.phase], flows.get(stage.key),
                    [node for node in journey_map.nodes if node.stage == stage.key])
        for stage in view.catalog.stages
    ]  # fmt: skip
    strange = sorted(
        (one for one in journey_map.nodes if one.stage is None), key=lambda one: -one.events
    )
    made.append(StageColumn(STRANGE, None, None, strange[:MAX_STRANGE]))
    return [column for column in made if column.nodes]


def _marked(view: View) -> dict[str, str]:
    """Return step → `pain` or `opportunity`."""
    return {mark.step: mark.kind.value for mark in view.result.marks}


def _why(view: View) -> dict[str, str]:
    """Return step → what speaks for its mark, in a few words each."""
    return {mark.step: "; ".join(map(say, reasons(mark))) for mark in view.result.marks}


def _arrows(view: View) -> Chart:
    """Return the picture of the commonest transitions between the columns' touchpoints."""
    kinds, columns = _marked(view), _columns(view)
    stops = [
        Stop(node.step, say(node.title), say(column.title), node.cases,
             f"{node.performance.value:.0f}" if node.performance else None,
             kinds.get(node.step), touchpoint_page(node.step))
        for column in columns for node in column.nodes if node.events
    ]  # fmt: skip
    shown = {stop.key for stop in stops}
    moves = [
        Move(edge.source, edge.target, edge.n, _wait_words(edge))
        for edge in view.result.edges
        if edge.source != edge.target and {edge.source, edge.target} <= shown
    ]
    used = {stop.stage for stop in stops}
    stages = [say(column.title) for column in columns if say(column.title) in used]
    return journey_map(stages, stops, moves[:MAX_ARROWS])


def _wait_words(edge: Edge) -> str:
    if edge.wait is None:
        return ""
    return fill(_("median wait {time}"), time=say(lasting(edge.wait.median.value)))


def _sequence(row: Variant, view: View) -> str:
    titles = {node.step: say(node.title) for node in view.result.nodes}
    words = " → ".join(titles.get(step, step) for step in row.steps[:MAX_SHOWN_STEPS])
    left = len(row.steps) - MAX_SHOWN_STEPS
    return words if left <= 0 else f"{words} … " + fill(_("{n} more"), n=left)


def _title_of(step: str, view: View) -> Text:
    titles = {node.step: node.title for node in view.result.nodes}
    return titles.get(step) or Text(step, step)


def _sentences(view: View) -> Iterator[str]:
    found: JourneyMap = view.result
    yield fill(_("{cases} journeys, {events} events, {variants} variants"), cases=found.cases,
               events=found.events, variants=found.variants_total)  # fmt: skip
    for mark in found.marks:
        for item in mark.advice:
            layer, horizon = say(LAYER_TITLES[item.layer]), say(HORIZON_TITLES[item.horizon])
            yield f"{say(mark.title)}: {layer}, {horizon}: {say(item.text)}"


def _write(view: View, file: str) -> tuple[Any, list[str]]:
    from regulars.understand.journeys import export  # an engine, which no declaration loads

    export.write(view.ws, view.options, Path(file), now=view.now)
    return {"file": file}, [fill(_("Written: {file}"), file=file)]


def _how(options: Options) -> MapOptions:
    return MapOptions(*(options[name] for name in ("by", "level", "feedback", "as_of")))


def _values(view: View) -> dict[str, Any]:
    journey_map: JourneyMap | None = view.result
    if journey_map is None:
        return {}
    return {
        "catalog": view.catalog,
        "columns": _columns(view),
        "kinds": _marked(view),
        "why": _why(view),
        "pains": [mark for mark in journey_map.marks if mark.kind is MarkKind.PAIN],
        "opportunities": [mark for mark in journey_map.marks if mark.kind is MarkKind.OPPORTUNITY],
        "strange": [item for item in journey_map.found if not item.known],
        "arrows": _arrows(view),
        **mark_values(),
    }


def mark_values() -> dict[str, Any]:
    """Return what the templates say marks with."""
    return {"address": touchpoint_page, "layers": LAYER_TITLES, "horizons": HORIZON_TITLES}


def _reasons(view: View) -> list[tuple[Mark, Any]]:
    return [(mark, reason) for mark in view.result.marks for reason in mark.evidence]


_STEPS = Table(
    "touchpoints",
    Text("The map", "旅程地图"),
    (
        Column(STAGE, lambda row, view: getattr(view.catalog.stage(row.stage), "title", None)),
        Column(TOUCHPOINT, "title", href=lambda row, _: touchpoint_page(row.step)),
        in_file(KEY, "step"),
        Column(JOURNEYS, "cases", COUNT),
        in_file(Text("Events", "事件数"), "events", COUNT),
        in_file(Text("Starts", "起点次数"), "starts", COUNT),
        in_file(Text("Ends", "终点次数"), "ends", COUNT),
        in_file(Text("Out of order", "顺序颠倒"), "backward", COUNT),
        in_file(Text("Waits", "等待次数"), lambda row, _: row.wait.n if row.wait else 0, COUNT),
        interval(
            Text("Median time since previous step, s", "等待中位数（秒）"), "wait.median", SECONDS
        ),
        interval(
            Text("90th percentile of waits, s", "等待 90 分位（秒）"),
            "wait.p90",
            SECONDS,
            in_file=True,
        ),
        estimate(Text("Performance 0-100", "表现（0-100）"), "performance", number()),
        in_file(Text("Floor 0-100", "底线（0-100）"), "floor", number(0)),
        verdict(MARK, lambda row, view: _marked(view).get(row.step), KINDS),
        in_file(WHY, lambda row, view: _why(view).get(row.step)),
    ),
    lambda view: view.result.nodes,
    file="journey",
)
_MARKS = Table(
    "reasons",
    Text("Pain points and opportunities", "痛点与机会点"),
    (
        Column(TOUCHPOINT, "0.title"),
        verdict(MARK, "0.kind", KINDS),
        Column(WHY, lambda row, _: EVIDENCE_TITLES.get(row[1].kind)),
        Column(Text("Evidence", "证据"), "1.text"),
        Column(Text("n", "样本量"), "1.n", COUNT),
        Column(
            Text("q", "q"),
            lambda row, _: None if row[1].kind == BELOW_FLOOR else row[1].q,
            number(3),
        ),
    ),
    _reasons,
)
_MOVES = Table(
    "transitions",
    Text("The commonest transitions", "最常见的流转"),
    (
        Column(Text("From", "从"), lambda row, view: _title_of(row.source, view)),
        Column(Text("To", "到"), lambda row, view: _title_of(row.target, view)),
        Column(Text("Count", "次数"), "n", COUNT),
        interval(Text("Median wait, s", "等待中位数（秒）"), "wait.median", SECONDS),
        interval(Text("90th percentile, s", "90 分位（秒）"), "wait.p90", SECONDS),
    ),
    lambda view: view.result.edges,
    most=MAX_ARROWS,
)
_VARIANTS = Table(
    "variants",
    Text("Variants", "典型路径"),
    (
        Column(Text("Sequence", "路径"), _sequence),
        Column(JOURNEYS, "n", COUNT),
        Column(Text("Share", "占比"), lambda row, view: row.n / view.result.cases, SHARE),
    ),
    lambda view: view.result.variants,
    most=10,
    empty=Text("No sequence is shared by five people.", "没有五人以上共同的路径。"),
)
ANALYSIS = Analysis(
    noun=__package__,
    name="journey",
    tag="journeys",
    title=Text("Journey", "客户旅程"),
    question=Text("Where are the pain points of the journey?", "旅程中哪里有痛点？"),
    summary=Text("The journey map", "旅程地图"),
    meaning=Text(
        "A journey is what one person, order, case or visit went through within the period, in "
        "order of time. A touchpoint hurts where it is worse than the others beyond chance (of all "
        "such marks, one in twenty is expected to be a false alarm), or where its whole 95% "
        "interval lies below its floor, however bad the others are. Floors are set in the catalog. "
        "Waiting times are kept in bins one percent wide.",
        "旅程指一位客户、一个订单、一个工单或一次访问在所选时段内依时间顺序经历的步骤。触点显著差于其他触点"
        "（此类标记预期每二十个中有一个为误报），或其 95% 区间整体低于底线（无论其他触点多差），"
        "即为痛点。底线在触点管理中设定。等待时间按宽度为 1% 的区间记录。",
    ),
    result="JourneyMap",
    order=10,
    options=(
        BY,
        LEVEL,
        FEEDBACK,
        replace(PERIOD, default="all", on_page=USUAL),
        FROM,
        TO,
        PLACES,
        CHANNELS,
        AS_OF,
    ),
    ask=lambda options: (options.event_filter("all"), _how(options)),
    renew=lambda service, ws, now: service.answered(ws, EventFilter(), now=now),
    told_as=(("as_of", "known_at"),),
    tables=(_STEPS, _MARKS, _MOVES, _VARIANTS),
    sentences=_sentences,
    values=_values,
    template="journeys/_map.html",
    piece="map",
    waiting=Text("Tracing the journeys…", "正在梳理旅程……"),
    instead=((EXPORT, _write),),
)
