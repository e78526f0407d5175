"""`overview`: how customers feel, what hurts, what changed, and whether targets are met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from regulars.faces.columns import IN_UNIT, Column, Format, estimate, in_file
from regulars.faces.language import say
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.prove.overview.model import Changed, Overview, Tile
from regulars.understand.analyses.model import Analysis, Table
from regulars.understand.analyses.options import PLACE
from regulars.understand.health.model import Health
from regulars.understand.journeys.model import MarkEvidence
from regulars.understand.metrics.model import CHANGE_TITLES, VERDICT_TITLES

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

TITLE = Text("Overview", "总览")
PARTS = {
    "health": Text("health index", "健康度指数"),
    "metric": Text("metric", "指标"),
    "pain": Text("pain point", "痛点"),
    "opportunity": Text("opportunity", "机会点"),
    "change": Text("change", "变化"),
}
WORDS = PARTS | CHANGE_TITLES | {str(key): title for key, title in VERDICT_TITLES.items()}
CODE = Format(lambda value, _: say(WORDS[value]) if value else "", numeric=False)
UNITS = {"long_wait": "seconds", "drop_off": "share", "out_of_order": "share"}
"""What the evidence of a mark counts in, where it is no score."""


def _line(part: str, name: Any, of: Tile | Health | MarkEvidence, **more: Any) -> dict[str, Any]:
    """Return one line of the overview's table."""
    number = Estimate(of.n, of.value, of.low, of.high)
    nothing = dict.fromkeys(("unit", "target", "verdict", "evidence"))
    return {"part": part, "name": name, "value": number, **nothing, **more}


def _change(changed: Changed) -> dict[str, Any]:
    return {
        "part": "change",
        "name": f"{say(changed.title)}: {say(changed.slice)}",
        "value": Estimate(changed.n, changed.difference, changed.low, changed.high),
        "unit": changed.unit,
        "target": None,
        "verdict": "better" if changed.better else "worse",
        "evidence": f"q {changed.q:.4f}",
    }


def _lines(view: View) -> Iterator[dict[str, Any]]:
    """Yield everything on the page as lines of one table."""
    overview: Overview = view.result
    yield _line(
        "health", view.service.of_health(view).analysis.title, overview.health, unit="score"
    )
    for tile in overview.tiles:
        more = {"unit": tile.unit, "target": tile.target, "verdict": tile.verdict}
        yield _line("metric", tile.title, tile, **more)
    for mark in [*overview.pains, *overview.opportunities]:
        why = mark.evidence[0]
        yield _line(mark.kind, mark.title, why, unit=UNITS.get(why.kind), evidence=why.text)
    yield from map(_change, overview.changes)


ANALYSIS = Analysis(
    noun=__package__,
    name="overview",
    menu="/",
    title=TITLE,
    question=Text("How do our customers feel?", "客户的感受如何？"),
    meaning=Text(
        "Key metrics of the last 90 days of data beside their targets and what changed beyond "
        "chance against the 90 days before; the health index and the confirmed pain points and "
        "opportunities of the last 12 months.",
        "数据末 90 天的关键指标与目标，以及相对此前 90 天超出偶然的变化；"
        "近 12 个月的健康度指数与通过检验的痛点和机会点。",
    ),
    result="Overview",
    order=0,
    options=(PLACE,),
    ask=lambda options: (options.event_filter(),),
    rests_on=("health", "journey", "targets"),
    inner=("words",),
    waiting=Text("Summarising what customers said and did…", "正在汇总客户的评价与行为……"),
    tables=(
        Table(
            "overview",
            TITLE,
            (
                Column(Text("Part", "部分"), "part", CODE),
                Column(Text("Name", "名称"), "name"),
                estimate(Text("Value", "数值"), "value", IN_UNIT),
                in_file(Text("Unit", "单位"), "unit"),
                Column(Text("Target", "目标"), "target", IN_UNIT),
                Column(Text("Verdict", "结论"), "verdict", CODE),
                Column(Text("Evidence", "依据"), "evidence"),
            ),
            _lines,
            file="overview",
        ),
    ),
    template="overview/_content.html",
    page="overview/overview.html",
    piece="content",
    values=lambda view: {"index": view.service.of_health(view)} if view.answered else {},
)
