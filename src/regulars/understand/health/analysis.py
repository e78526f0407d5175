"""`health`: the experience health index, its parts by touchpoint, and its course by month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from regulars.faces import charts, formats
from regulars.faces.columns import (
    COUNT,
    SHARE,
    Column,
    Format,
    estimate,
    in_file,
    interval,
    number,
    signed,
)
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Picture, Span, Table, touchpoint_page
from regulars.understand.analyses.options import AS_OF, CHANNELS, FROM, PERIOD, PLACES, TO
from regulars.understand.health.model import MEANING, Health, IndexPart, Month
from regulars.understand.scope.model import USUAL, EventFilter

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

INDEX, PERFORMANCE = Text("Health index", "体验健康度指数"), Text("Performance", "表现")
COVERAGE = Text("Share of the weight", "所占权重")
MONTHS = Text("Health index by month, 95% interval", "各月健康度指数与 95% 区间")
PARTS = Text("Touchpoints in the index", "构成指数的触点")
MONTH_NAME = Format(
    lambda value, _: formats.month(date.fromisoformat(f"{value}-01")), numeric=False
)
PROCESS_TITLE = Text("Process", "流程表现")
IN_UNIT = Format(lambda value, row: formats.value_in(row.unit or None, value), by_row=True)
FEW = Text("too few answers", "回答过少")


def _whole(row: Any, _view: View) -> Any:
    return row


def _change(row: Health, _view: View) -> Span | None:
    return None if row.change is None else Span(*row.change)


def _parts(view: View) -> list[IndexPart]:
    """Return the touchpoints, the worst first, those without a value last."""
    return sorted(view.result.parts, key=lambda one: (one.value is None, one.value or 0.0))


def _title(row: IndexPart, view: View) -> Text:
    return view.catalog.title_of(row.touchpoint)


def _bars(view: View) -> charts.Option | None:
    bars = [
        charts.bar(say(_title(one, view)), one, href=touchpoint_page(one.touchpoint))
        for one in _parts(view)
        if one.counted
    ]
    return charts.bars(bars, unit="score", name=say(PERFORMANCE), most=100) if bars else None


def _course(view: View) -> charts.Option | None:
    """Return the index by month with its interval; None with fewer than two months."""
    months: list[Month] = view.result.trend
    if sum(one.value is not None for one in months) < 2:
        return None
    course = charts.course(say(INDEX), months)
    return charts.trend([one.month for one in months], [course], unit="score")


ANALYSIS = Analysis(
    noun=__package__,
    name="health",
    address="/health-index",
    title=INDEX,
    question=Text("How healthy is the experience as a whole?", "整体体验的健康度如何？"),
    summary=Text("The experience health index", "体验健康度指数"),
    meaning=MEANING,
    result="Health",
    order=5,
    options=(replace(PERIOD, default="all", on_page=USUAL), FROM, TO, PLACES, CHANNELS, AS_OF),
    ask=lambda options: (options.event_filter("all"), options["as_of"]),
    renew=lambda service, ws, now: service.answered(ws, EventFilter(), now=now),
    notes=lambda result: (result.rests,),
    plain=lambda view: {
        "metric": "experience_health_index",
        "rests_on": view.result.rests if view.answered else None,
    },
    tables=(
        Table(
            "index",
            INDEX,
            (
                Column(Text("Touchpoints measured", "已测量触点"), "counted", COUNT),
                Column(Text("Touchpoints", "触点数"), "touchpoints", COUNT),
                Column(COVERAGE, "coverage", SHARE),
                estimate(INDEX, _whole, number()),
                interval(Text("Change since the month before", "较上月变化"), _change, signed()),
                estimate(PROCESS_TITLE, "process", number()),
                Column(Text("People", "人数"), "people", COUNT),
            ),
            lambda view: [view.result],
        ),
        Table(
            "months",
            MONTHS,
            (
                Column(Text("Month", "月份"), "month", MONTH_NAME),
                estimate(INDEX, _whole, number()),
                Column(Text("People", "人数"), "people", COUNT, wide=True),
                Column(COVERAGE, "coverage", SHARE, wide=True),
            ),
            lambda view: view.result.trend,
        ),
        Table(
            "parts",
            PARTS,
            (
                Column(Text("Touchpoint", "触点"), _title,
                       href=lambda row, _view: touchpoint_page(row.touchpoint)),
                Column(Text("Weight", "权重"), "weight", Format(lambda value, _: f"{value:g}")),
                estimate(PERFORMANCE, _whole, number(),
                         note=lambda row, _view: None if row.counted or not row.n else FEW),
            ),
            _parts,
        ),
        Table(
            "process",
            PROCESS_TITLE,
            (
                Column(Text("Measure", "指标"),
                       lambda row, view: view.service.metric_title(row.measure.metric),
                       href=lambda row, _view: f"/metrics/{row.measure.metric}",
                       note=lambda row, _view: row.note),
                interval(Text("Value", "数值"), "raw", IN_UNIT),
                in_file(Text("Unit", "单位"), "unit"),
                Column(Text("Worst (0)", "最差值（0）"), "measure.worst", IN_UNIT, wide=True),
                Column(Text("Best (100)", "最好值（100）"), "measure.best", IN_UNIT, wide=True),
                estimate(Text("Points", "分值"), "points", number()),
            ),
            lambda view: view.result.process.parts,
        ),
    ),
    pictures=(
        Picture("months", MONTHS, _course),
        Picture("parts", PARTS, _bars, 120, 28),
    ),
)  # fmt: skip
