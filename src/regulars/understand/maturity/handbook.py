"""The handbook that a self-diagnosis ends in: key improvement points, and all behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.understand.maturity.model import (
    GRADE_TITLES,
    HORIZON_TITLES,
    MEANING,
    AreaGrade,
    Checked,
    Diagnosis,
    Horizon,
    Improvement,
    Questionnaire,
    SelfDiagnosis,
    SpendingLine,
    by_horizon,
    spread,
    step,
)

MAX_PAINS = 5
MAX_AREAS = 3
LOW = 2
"""Evidence of at most this grade is named as a reason."""

WORDS = {
    "title": Text("Maturity handbook", "成熟度诊断手册"),
    "made": Text("{company}, {day}", "{company}，{day}"),
    "points": Text("Key improvement points", "关键改进点"),
    "none": Text(
        "Nothing yet: answer the questionnaire and import events.",
        "暂无：请先回答问卷并导入事件。",
    ),
    "why": Text("Why", "依据"),
    "do": Text("What to do", "做什么"),
    "when": Text("Horizon", "期限"),
    "share": Text(
        "{share} of what explains recommendation (association)",
        "占推荐意愿可解释部分的 {share}",
    ),
    "grade": Text("Maturity", "成熟度"),
    "area": Text("Area", "领域"),
    "self-assessed": Text("Self-assessed", "自评"),
    "shown": Text("Evidence", "证据"),
    "borne": Text("Confirmed", "已证实"),
    "before": Text("Last time", "上次"),
    "whole": Text("Overall", "总体"),
    "apart": Text("Where self-assessment and evidence disagree", "自评与证据不一致之处"),
    "agree": Text("Nowhere by two grades or more.", "没有相差两级或以上之处。"),
    "says": Text(
        "self-assessment {claim}, evidence {shown}: {text}", "自评 {claim}，证据 {shown}：{text}"
    ),
    "advice": Text("Next steps by area", "各领域下一步"),
    "spend": Text("Spending and importance", "投入分布与重要性"),
    "touchpoint": Text("Touchpoint", "触点"),
    "amount": Text("Spending", "投入"),
    "part": Text("Share", "占比"),
    "importance": Text("Importance", "重要性"),
    "verdict": Text("Verdict", "判断"),
    "more": Text("more than its importance", "高于其重要性"),
    "less": Text("less than its importance", "低于其重要性"),
    "unspent": Text("No spending is stated yet.", "尚未填写投入。"),
    "how": Text("Method", "如何得出"),
    "weak": Text("{area}: grade {grade}", "{area}：{grade} 级"),
    "weak_shown": Text("{area}: grade {grade} by evidence", "{area}：证据显示 {grade} 级"),
    "by_evidence": Text("by evidence, not answered yet", "按证据，尚未作答"),
    "silent": Text(
        "Nothing yet: no answers and no evidence.", "暂无：尚无作答，也无证据。"
    ),
    "weakest": Text("among the weakest areas", "属于最薄弱的领域"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a handbook is written from."""

    company: str
    currency: str
    day: date
    questionnaire: Questionnaire
    catalog: Catalog
    rows: list[Checked]
    areas: list[AreaGrade]
    points: list[Improvement]
    lines: list[SpendingLine]
    found: Diagnosis
    answers: list[SelfDiagnosis]


def points(
    diagnosis: Diagnosis, rows: list[Checked], areas: list[AreaGrade], questionnaire: Questionnaire
) -> list[Improvement]:
    """Return up to five pain points by importance, then up to three of the weakest areas.

    An area below grade 5 counts; of equal ones the order of the questionnaire decides.
    """
    known = [one for one in areas if one.area and one.advised is not None and step(one.advised) < 5]
    weakest = sorted(known, key=lambda one: one.advised or 0.0)[:MAX_AREAS]
    improvements = list(diagnosis.pains[:MAX_PAINS])
    for weak in weakest:
        grade = step(weak.advised or 1.0)
        advice, area = questionnaire.advice_for(weak.area, grade), questionnaire.area(weak.area)
        title = WORDS["weak_shown" if weak.unanswered else "weak"]
        name = Text(
            title.en.format(area=area.title.en, grade=grade),
            title.zh.format(area=area.title.zh, grade=grade),
        )
        shown = [row.evidence for row in rows if row.area == weak.area]
        why = [told.text for told in shown if told is not None and (told.grade or 5) <= LOW]
        improvements.append(
            Improvement(name, why or [WORDS["weakest"]], advice.text, advice.horizon)
        )
    return improvements


def markdown(plan: Plan, language: str) -> str:
    """Return the handbook in one language."""
    return "\n".join(_lines(plan, language)).rstrip() + "\n"


def _lines(plan: Plan, language: str) -> Iterator[str]:
    say = _Speaker(language)
    yield f"# {say('title')}"
    yield ""
    yield say("made", company=plain(plan.company), day=plan.day.isoformat())
    yield ""
    yield from _points(plan, say)
    yield from _grades(plan, say)
    yield from _apart(plan, say)
    yield from _next(plan, say)
    yield from _spending(plan, say)
    yield f"## {say('how')}"
    yield ""
    yield MEANING.in_(language)


class _Speaker:
    """Says the handbook's words in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        return WORDS[key].in_(self.language).format(**values)

    def text(self, words: Text) -> str:
        """Return a text of ours or of the company, safe in Markdown."""
        return plain(words.in_(self.language))

    def horizon(self, horizon: Horizon) -> str:
        """Return a horizon's name."""
        return HORIZON_TITLES[horizon].in_(self.language)

    def grade(self, grade: float | None) -> str:
        """Return a grade with its name."""
        if grade is None:
            return "–"
        return f"{grade:.1f} {GRADE_TITLES[step(grade)].in_(self.language)}"


def plain(words: str) -> str:
    """Return words that Markdown shows as they are, on one line."""
    for sign in "\\`*_[]<>#|":
        words = words.replace(sign, "\\" + sign)
    return " ".join(words.split())


def _points(plan: Plan, say: _Speaker) -> Iterator[str]:
    yield f"## {say('points')}"
    yield ""
    if not plan.points:
        yield say("none")
        yield ""
    for number, point in enumerate(plan.points, start=1):
        yield f"{number}. **{say.text(point.title)}** ({say.horizon(point.horizon)})"
        reasons = [say.text(reason) for reason in point.why]
        if point.importance is not None:
            reasons.append(say("share", share=f"{point.importance:.0%}"))
        yield f"   - {say('why')}: {'; '.join(reasons)}"
        if point.advice.en:
            yield f"   - {say('do')}: {say.text(point.advice)}"
    yield ""


def _grades(plan: Plan, say: _Speaker) -> Iterator[str]:
    heads = [say(key) for key in ("area", "self-assessed", "shown", "borne", "before")]
    yield f"## {say('grade')}"
    yield ""
    yield _row(heads)
    yield _row(["---"] * len(heads))
    for one in plan.areas:
        name = plan.questionnaire.area(one.area).title if one.area else WORDS["whole"]
        cells = [say.grade(value) for value in (one.claimed, one.shown, one.grade, one.before)]
        yield _row([say.text(name), *cells])
    yield ""


def _apart(plan: Plan, say: _Speaker) -> Iterator[str]:
    yield f"## {say('apart')}"
    yield ""
    apart = [row for row in plan.rows if row.disagrees]
    asked = {one.key: one.text for one in plan.questionnaire.questions}
    for row in apart:
        assert row.evidence is not None
        words = say.text(row.evidence.text)
        told = say("says", claim=row.claim, shown=row.evidence.grade, text=words)
        yield f"- {say.text(asked[row.question])} {told}"
    if not apart:
        yield say("agree")
    yield ""


def _next(plan: Plan, say: _Speaker) -> Iterator[str]:
    yield f"## {say('advice')}"
    yield ""
    advised = [one for one in plan.areas if one.area and one.advised is not None]
    for one in advised:
        advice = plan.questionnaire.advice_for(one.area, step(one.advised or 1.0))
        name = say.text(plan.questionnaire.area(one.area).title)
        rests = f", {say('by_evidence')}" if one.unanswered else ""
        yield f"- **{name}** ({say.horizon(advice.horizon)}{rests}): {say.text(advice.text)}"
    if not advised:
        yield say("silent")
    yield ""


def _spending(plan: Plan, say: _Speaker) -> Iterator[str]:
    yield f"## {say('spend')}"
    yield ""
    rows = spread(plan.lines, plan.found.importance)
    if not rows:
        yield say("unspent")
        yield ""
        return
    for horizon, (amount, share) in by_horizon(plan.lines).items():
        part = "–" if share is None else f"{share:.0%}"
        yield f"- {say.horizon(horizon)}: {amount:,.0f} {plan.currency} ({part})"
    yield ""
    heads = [say(key) for key in ("touchpoint", "amount", "part", "importance", "verdict")]
    yield _row(heads)
    yield _row(["---"] * len(heads))
    for spending in rows:
        weight = "–"
        if spending.importance is not None:
            weight = f"{spending.importance:.0%} ({spending.low:.0%} – {spending.high:.0%})"
        verdict = say(spending.verdict) if spending.verdict else ""
        name = say.text(plan.catalog.title_of(spending.touchpoint))
        yield _row([name, f"{spending.amount:,.0f}", f"{spending.share:.0%}", weight, verdict])
    yield ""


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
