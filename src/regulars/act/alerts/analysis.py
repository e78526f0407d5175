"""`alerts`: what changed and deserves a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from regulars.act.alerts.model import MEANING, SNOOZE_DAYS, Listed
from regulars.faces.columns import COUNT, DAY, IN_UNIT, Column, estimate, in_file, interval, number
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Span, Table
from regulars.understand.analyses.options import Option

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

VIEW = Option(
    "view",
    Text("Which alerts", "哪些提醒"),
    Text(
        "open, waiting, muted or all.",
        "open（待处理）、waiting（跟进中）、muted（已忽略）或 all（全部）。",
    ),
    default="open",
    choices=(
        ("open", Text("Open", "待处理")),
        ("waiting", Text("In progress", "跟进中")),
        ("muted", Text("Muted", "已忽略")),
        ("all", Text("All", "全部")),
    ),
)


def plain_of(row: Listed) -> dict[str, Any]:
    """Return an alert with its sentence and present state as plain values."""
    return {**msgspec.to_builtins(row.alert), "state": str(row.state),
            "told": msgspec.to_builtins(row.told)}  # fmt: skip


def _page_of(row: Listed, _view: View) -> str:
    return f"/alerts/{row.alert.id}"


def _usual(row: Listed, _view: View) -> Span:
    return Span(row.alert.usual, row.alert.usual_low, row.alert.usual_high)


ANALYSIS = Analysis(
    noun=__package__,
    name="alerts",
    badge="/alerts/count",
    title=Text("Alerts", "异动提醒"),
    question=Text("What changed and needs attention?", "哪些变化需要关注？"),
    meaning=MEANING,
    result="Inbox",
    order=5,
    options=(VIEW,),
    ask=lambda options: (options.scope, options["view"]),
    notes=lambda inbox: inbox.broken,
    bare="alerts",
    plain=lambda view: {"alerts": [plain_of(row) for row in view.result.alerts]},
    tables=(
        Table(
            "alerts",
            Text("Alerts", "异动提醒"),
            (
                Column(Text("Key", "标识"), lambda row, _: row.alert.id[:8]),
                Column(Text("State", "状态"), "title"),
                Column(Text("Alert", "异动提醒"), "told", href=_page_of),
                in_file(Text("Raised", "提醒时间"), "alert.raised_at", DAY),
                in_file(Text("Metric", "指标"), "metric"),
                in_file(Text("Where", "位置"), "where"),
                in_file(Text("Period from", "周期开始"), "alert.start", DAY),
                in_file(Text("Period to", "周期结束"), "alert.end", DAY),
                estimate(Text("Value", "数值"), "alert", IN_UNIT, in_file=True),
                interval(Text("Usual", "通常"), _usual, IN_UNIT, in_file=True),
                in_file(Text("p", "p"), "alert.p", number(4)),
                in_file(Text("Worse", "变差"), "alert.worse"),
                in_file(Text("Owner", "负责人"), "alert.owner_name"),
                in_file(Text("Seen again", "再次出现"), "alert.again", COUNT),
            ),
            lambda view: view.result.alerts,
            file="alerts",
            empty=Text("No alerts to handle.", "没有待处理的异动提醒。"),
        ),
    ),
    values=lambda _view: {"days": SNOOZE_DAYS},
    template="alerts/_inbox.html",
    page="alerts/alerts.html",
    piece="list/now",
)
