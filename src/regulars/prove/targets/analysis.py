"""`targets`: which are met, by the intervals of their metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.faces import formats
from regulars.faces.columns import DAY, IN_UNIT, Column, Format, estimate, in_file
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.prove.targets.model import Judged
from regulars.understand.analyses.model import Analysis, Table
from regulars.understand.metrics.model import VERDICT_TITLES

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

IN_GOAL = Format(lambda value, row: formats.value_in(row.goal_unit, value), by_row=True)
VERDICT = Format(lambda value, _: say(VERDICT_TITLES[value]), numeric=False)


def _gap(value: float | None, row: Judged) -> str:
    """Return what is missing in words; nothing when the goal is reached."""
    if value is None:
        return formats.NOTHING
    if value <= 0:
        return _("nothing")
    if row.goal_unit == "percent":
        return _("{n} pp").format(n=formats.number(value))
    return formats.value_in(row.goal_unit, value)


GAP = Format(_gap, by_row=True)


def _worse(row: Judged, _view: View) -> str:
    return ", ".join(rail.metric for rail in row.guardrails if rail.worse)


def _values(view: View) -> dict[str, Any]:
    from regulars.prove.targets import showing  # asks the engine's metrics for their titles

    rows = view.result.targets if view.answered else ()
    return {
        "groups": showing.groups(rows),
        "counts": showing.counts(rows),
        "showing": showing,
        "plans": [(key, say(title)) for key, title in view.service.missing_plans(view.ws).items()],
        "today": view.now.astimezone(view.ws.zone).date(),
    }


ANALYSIS = Analysis(
    noun=__package__,
    name="targets",
    section="prove",
    title=Text("Targets", "目标"),
    question=Text("Are we on target?", "目标达成得如何？"),
    summary=Text(
        "Show every target: met, not met, undetermined, or metric not available yet.",
        "显示所有目标：达成、未达成、样本不足（待判定）或指标未接入。",
    ),
    meaning=Text(
        "A target is met or not met only when the whole 95% interval lies on one side of the goal. "
        "A relative target is judged against its frozen baseline. A guardrail is worse when its "
        "change since the previous window is statistically significant.",
        "仅当整个 95% 置信区间位于目标值一侧时，才判定达成或未达成。相对目标以冻结的基线为准。"
        "护栏指标相对上一时间窗的变化超出偶然范围时，判定为变差。",
    ),
    result="Judgement",
    order=10,
    bare="targets",
    rests_on=("value-groups", "lifetime-value"),
    plain=lambda view: {"targets": view.service.plain(view.ws, view.result)},
    waiting=Text("Judging the targets…", "正在评判目标…"),
    tables=(
        Table(
            "targets",
            Text("Targets", "目标"),
            (
                Column(Text("Target", "目标"), "target.title"),
                Column(Text("Metric", "指标"), "target.metric", wide=True),
                Column(Text("Due", "期限"), "target.due", DAY),
                Column(Text("Goal", "目标值"), "goal", IN_GOAL),
                estimate(Text("Value", "数值"), "measured", IN_UNIT),
                Column(Text("Gap", "差距"), "gap", GAP, wide=True),
                Column(Text("Verdict", "结论"), "verdict", VERDICT, note=lambda row, _: row.note),
                Column(Text("Guardrails worse", "变差的护栏指标"), _worse),
                in_file(Text("Note", "备注"), "note"),
                Column(Text("Id", "编号"), lambda row, _: row.target.id[:8]),
            ),
            lambda view: view.result.targets,
            file="targets",
            empty=Text(
                "No targets yet: regulars target plan programme.",
                "还没有目标：请运行 regulars target plan programme。",
            ),
        ),
    ),
    template="targets/_list.html",
    page="targets/list.html",
    piece="judged",
    values=_values,
)
