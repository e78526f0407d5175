"""`maturity`: how mature experience management is: claims beside evidence, spending, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from regulars.faces import charts, formats, maps
from regulars.faces.columns import COUNT, Column, Format, in_file, interval, number, share, verdict
from regulars.faces.language import current, say
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Picture, Span, Table, touchpoint_page
from regulars.understand.analyses.options import Option
from regulars.understand.maturity import document
from regulars.understand.maturity.model import (
    GRADE_TITLES,
    HORIZON_TITLES,
    MEANING,
    AreaGrade,
    Checked,
    SpendingShare,
    by_horizon,
    mean,
    spread,
    step,
)

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

CORNERS = 3
"""A figure takes three areas."""
MOMENT = Format(lambda value, _: formats.moment(value))
GRADE = number(1)
OVERALL, AREA = Text("Overall", "总体"), Text("Area", "领域")
SELF, EVIDENCE = Text("Self-assessed", "自评"), Text("Evidence", "证据")
LAST, VERDICT = Text("Last time", "上次"), Text("Verdict", "结论")
APART = {
    "above": ("bad", Text("rated too high", "自评偏高")),
    "below": ("good", Text("better than self-assessed", "好于自评")),
    "agrees": (None, Text("agrees", "一致")),
}
UNKNOWN = "unknown"
SPENT = {
    "more": ("warn", Text("more than its importance", "高于其重要性")),
    "less": ("bad", Text("less than its importance", "低于其重要性")),
    UNKNOWN: (None, Text("importance not known", "重要性未知")),
}
UNANSWERED = Text("not answered", "未作答")


def checked(view: View) -> list[Checked]:
    """Return every question with its claim and its evidence."""
    found: list[Checked] = view.service.checked(view.result, view.service.history(view.ws))
    return found


def areas(view: View) -> list[AreaGrade]:
    """Return the grade of each area, and of the whole under ""."""
    found: list[AreaGrade] = view.service.areas(checked(view))
    return found


def area_title(key: str) -> Text:
    """Return what an area is called; the whole has no key."""
    return document.questionnaire().area(key).title if key else OVERALL


def figure(grades: list[AreaGrade]) -> charts.Option | None:
    """Draw the areas that have a grade: one that nobody answered must not be drawn as zero."""
    graded = [one for one in grades if one.area and (one.claimed, one.shown) != (None, None)]
    if len(graded) < CORNERS:
        return None
    courses = [
        charts.Course(say(SELF), [one.claimed for one in graded]),
        charts.Course(say(EVIDENCE), [one.shown for one in graded]),
    ]
    shown = [course for course in courses if any(value is not None for value in course.values)]
    return maps.radar([say(area_title(one.area)) for one in graded], shown, most=5)


def _questions() -> dict[str, Any]:
    return {one.key: one for one in document.questionnaire().questions}


def _claimed(row: Checked, _view: View) -> Text | None:
    return _questions()[row.question].grades[row.claim - 1] if row.claim else None


def _lines(view: View) -> list[Any]:
    stated = view.service.spendings(view.ws)
    return list(stated[0].lines) if stated else []


def _weighed(row: SpendingShare, _view: View) -> str | None:
    return UNKNOWN if row.importance is None else row.verdict


def _sentences(view: View) -> Iterator[str]:
    for place, one in enumerate(view.service.points(view.result, checked(view)), start=1):
        yield f"{place}. {say(one.title)}: {say(one.advice)}"


def _handbook(view: View) -> str:
    written: str = view.service.written(
        view.ws, view.result, view.service.history(view.ws), current(), now=view.now
    )
    return written


def _values(view: View) -> dict[str, Any]:
    if view.result is None:
        return {}
    rows, grades, questionnaire = checked(view), areas(view), document.questionnaire()
    return {
        "grades": grades,
        "whole": grades[-1],
        "answers": view.service.history(view.ws),
        "spending": view.service.spendings(view.ws),
        "texts": _questions(),
        "area_title": area_title,
        "grade_title": lambda grade: GRADE_TITLES[step(grade)],
        "advice": lambda one: questionnaire.advice_for(one.area, step(one.advised)),
        "horizon_title": lambda one: HORIZON_TITLES[one],
        "points": view.service.points(view.result, rows),
        "disagreements": [row for row in rows if row.disagrees],
        "horizons": by_horizon(_lines(view)),
        "currency": view.ws.settings.workspace.currency,
    }


def _plain(view: View) -> dict[str, Any]:
    rows, answers = checked(view), view.service.history(view.ws)
    return {
        "answered": answers[0].made_at if answers else None,
        "before": answers[1].made_at if len(answers) > 1 else None,
        "areas": areas(view),
        "points": view.service.points(view.result, rows),
        "spread": spread(_lines(view), view.result.importance),
        "horizons": {
            str(one): {"amount": amount, "share": part}
            for one, (amount, part) in by_horizon(_lines(view)).items()
        },
        "questions": [asdict(row) | {"gap": row.gap, "disagrees": row.disagrees} for row in rows],
        **({"handbook": view.text} if view.text else {}),
    }


ANALYSIS = Analysis(
    noun=__package__,
    name="maturity",
    title=Text("Maturity assessment", "成熟度诊断"),
    question=Text("How mature is our experience management?", "我们的体验管理有多成熟？"),
    summary=Text("The maturity assessment", "成熟度诊断"),
    meaning=MEANING,
    result="Diagnosis",
    order=90,
    rests_on=("radar", "complaints", "drivers", "journey"),
    options=(
        Option(
            "handbook",
            Text("Handbook", "手册"),
            Text("Print the handbook as Markdown.", "以 Markdown 输出手册。"),
            kind=bool,
            default=False,
        ),
    ),
    waiting=Text("Reading the data of the workspace…", "正在查看工作区数据…"),
    tables=(
        Table(
            "questions",
            Text("Self-assessment and evidence", "自评与证据"),
            (
                in_file(AREA, lambda row, _: area_title(row.area)),
                Column(
                    Text("Question", "题目"),
                    lambda row, _: _questions()[row.question].text,
                    note=_claimed,
                ),
                Column(
                    SELF,
                    "claim",
                    COUNT,
                    note=lambda row, _: (
                        f"({row.before})" if row.before not in (None, row.claim) else None
                    ),
                ),
                in_file(LAST, "before", COUNT),
                Column(Text("Evidence grade", "证据等级"), "evidence.grade", COUNT),
                Column(EVIDENCE, "evidence.text"),
                in_file(
                    Text("n", "n"), lambda row, _: row.evidence.n if row.evidence else 0, COUNT
                ),
                in_file(Text("Self-assessment minus evidence", "自评减证据"), "gap", COUNT),
                in_file(Text("Disagrees", "不一致"), "disagrees"),
                verdict(VERDICT, "verdict", APART),
            ),
            checked,
            file="self-diagnosis",
        ),
        Table(
            "areas",
            Text("Grade by area, 1 to 5", "各领域等级（1 至 5）"),
            (
                Column(AREA, lambda row, _: area_title(row.area)),
                Column(SELF, "claimed", GRADE),
                Column(EVIDENCE, "shown", GRADE),
                Column(Text("Confirmed", "已证实"), "grade", GRADE),
                Column(LAST, "before", GRADE, wide=True),
                Column(
                    Text("Grade", "等级"),
                    lambda row, _: (
                        UNANSWERED if row.grade is None else GRADE_TITLES[step(row.grade)]
                    ),
                ),
            ),
            areas,
        ),
        Table(
            "spending",
            Text("Spending and importance", "投入分布与重要性"),
            (
                Column(
                    Text("Touchpoint", "触点"),
                    lambda row, view: view.catalog.title_of(row.touchpoint),
                    href=lambda row, _: touchpoint_page(row.touchpoint),
                ),
                Column(Text("Spending", "投入"), "amount", number(2)),
                Column(Text("Share", "占比"), "share", share(0)),
                interval(
                    Text("Importance", "重要性"),
                    lambda row, _: Span(row.importance, row.low, row.high),
                    share(0),
                ),
                verdict(VERDICT, _weighed, SPENT),
            ),
            lambda view: spread(_lines(view), view.result.importance),
            empty=Text(
                "No spending entered yet. Enter the spending on each touchpoint to compare it with "
                "its importance.",
                "尚未填写投入。填写各触点投入后，可与其重要性对照。",
            ),
        ),
        Table(
            "history",
            Text("Earlier assessments", "历次成熟度诊断"),
            (
                Column(Text("When", "时间"), "made_at", MOMENT),
                Column(Text("Who", "操作人"), "made_by"),
                Column(Text("Answered", "已答题数"), lambda row, _: len(row.grades), COUNT),
                Column(
                    Text("Mean self-assessment", "自评均值"),
                    lambda row, _: mean(list(row.grades.values())),
                    GRADE,
                ),
                Column(Text("Note", "备注"), "note", wide=True),
            ),
            lambda view: view.service.history(view.ws),
        ),
    ),
    pictures=(
        Picture(
            "areas",
            Text("Grade by area, 1 to 5", "各领域等级（1 至 5）"),
            lambda view: figure(areas(view)),
            320,
        ),
    ),
    plain=_plain,
    document=("handbook", _handbook),
    page="maturity/maturity.html",
    piece="diagnosis",
    template="maturity/_diagnosis.html",
    sentences=_sentences,
    values=_values,
)
