"""`complaints`: at which stage problems arise, and what came before them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup

from regulars.faces import charts, formats
from regulars.faces.columns import COUNT, Column, in_file, interval, number, share
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Panel, Picture, Table, touchpoint_page
from regulars.understand.analyses.options import IN_PERIOD, Option, Options
from regulars.understand.complaints.model import (
    BEFORE_DAYS,
    BEFORE_MEANING,
    MAX_BEFORE_DAYS,
    MEANING,
    PROBLEM_TITLES,
    Before,
    Place,
    Problem,
    ProblemParameters,
)

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

SPANS = (3, 7, 14, 30)
STANDS_OUT, Q = Text("Stands out", "显著突出"), Text("q", "q")
STAGE, TOUCHPOINT = Text("stage", "阶段"), Text("touchpoint", "触点")
NO_STAGE = Text("In no stage", "未归入阶段")


def asked_of(options: Options) -> tuple[ProblemParameters]:
    """Return the question."""
    return (
        ProblemParameters(options.event_filter(), Problem(options["problem"]), options["days"]),
    )


def stage_title(row: Place, view: View) -> Text:
    """Return a stage's title; what belongs to none is called so."""
    found = view.catalog.stage(row.stage)
    return found.title if found else NO_STAGE


def touchpoints(view: View) -> list[Place]:
    """Return the touchpoints: those that stand out first, then by how often problems arise."""
    return sorted(
        view.result.touchpoints, key=lambda one: (not one.marked, -(one.rate.value or 0), -one.n)
    )


def _is_stage(row: Place, view: View) -> bool:
    return any(row is one for one in view.result.stages)


def _touchpoint(row: Place, view: View) -> Text | None:
    return None if _is_stage(row, view) else view.catalog.title_of(row.key)


def _words(row: Place, view: View) -> Markup | None:
    if _is_stage(row, view) or not (row.n and view.may_list):
        return None
    href = "/complaints/words?" + urlencode({"touchpoint": row.key} | view.asked)
    return Markup('<a href="{}">{}</a>').format(href, _("Comment"))


def _unknown(row: Place, _view: View) -> str | None:
    if row.rate.value is not None:
        return None
    few, none = _("too few visits recorded"), _("no visit recorded before the problems")
    return few if row.recorded else none


def _judged(row: Before, _view: View) -> str:
    if row.marked:
        return _("more often, even there")
    return _("normal there") if row.ordinary.marked else _("may be chance")


def _pain(row: Place | Before, _view: View) -> str | None:
    return "pain" if row.marked else None


def _bars(view: View) -> charts.Option:
    bars = [
        charts.bar(say(stage_title(one, view)), one.rate, n=one.passages, verdict=_pain(one, view))
        for one in view.result.stages
    ]
    return charts.bars(bars, unit="score", lying=True)


def _sentences(view: View) -> Iterator[str]:
    words = _("{name}: within {days} days before {seen} of the problems, usually before {usual}")
    for one in (one for one in view.result.before if one.marked):
        seen, usual = (formats.percent(part, 0) for part in (one.ordinary.seen, one.ordinary.usual))
        name = say(view.catalog.title_of(one.touchpoint))
        yield fill(words, name=name, days=view.result.days, seen=seen, usual=usual)


def _values(view: View) -> dict[str, Any]:
    every = touchpoints(view) if view.result else []
    hit = [one for one in every if one.n]
    return {"touchpoints": hit, "quiet": len(every) - len(hit), "before_meaning": BEFORE_MEANING,
            "titles": PROBLEM_TITLES}  # fmt: skip


def _plain(view: View) -> dict[str, Any]:
    title_of = view.catalog.title_of
    return {
        "meaning": {"funnel": MEANING, "before": BEFORE_MEANING},
        "unplaced": view.result.unplaced,
        "touchpoints": [
            asdict(one) | {"title": title_of(one.key)} for one in view.result.touchpoints
        ],
        "before": [asdict(one) | {"marked": one.marked} for one in view.result.before],
    }


ANALYSIS = Analysis(
    noun=__package__,
    name="complaints",
    title=Text("Complaint funnel", "投诉漏斗"),
    question=Text("Where do problems arise?", "问题出在哪个环节？"),
    summary=Text("Where problems arise", "问题出在哪个环节"),
    meaning=MEANING,
    result="Complaints",
    order=55,
    options=(
        Option(
            "problem",
            Text("Kind of problem", "问题类别"),
            Text(
                "complaint, return or refund.",
                "complaint（投诉）、return（退货）或 refund（退款）。",
            ),
            default=str(Problem.COMPLAINT),
            choices=tuple((str(one), title) for one, title in PROBLEM_TITLES.items()),
        ),
        *IN_PERIOD,
        Option(
            "days",
            Text("Days before", "此前天数"),
            Text("Number of days to look back.", "回看多少天。"),
            kind=int,
            default=BEFORE_DAYS,
            bounds=(1, MAX_BEFORE_DAYS),
            offered=lambda _view: [(n, fill(_("{n} days before"), n=n)) for n in SPANS],
        ),
    ),
    ask=asked_of,
    waiting=Text("Tracing problems back to where they arose…", "正在追溯问题的来处…"),
    tables=(
        Table(
            "funnel",
            Text("By stage and touchpoint", "按阶段和触点"),
            (
                in_file(
                    Text("Kind", "类型"),
                    lambda row, view: STAGE if _is_stage(row, view) else TOUCHPOINT,
                ),
                Column(
                    Text("Touchpoint", "触点"),
                    _touchpoint,
                    href=lambda row, _: touchpoint_page(row.key),
                ),
                Column(Text("Stage", "阶段"), stage_title),
                Column(Text("Problems", "问题数"), "n", COUNT, note=_words),
                interval(Text("Share", "占比"), "share", share(0), wide=True),
                Column(Text("Touchpoint visits", "触达次数"), "passages", COUNT, wide=True),
                interval(Text("Per 1,000 visits", "每千次触达"), "rate", number(1)),
                Column(
                    Text("Ratio to the rest", "与其余之比（倍数）"), "ratio", number(1), wide=True
                ),
                in_file(Q, "q", number(4)),
                Column(STANDS_OUT, "marked", mark=_pain, note=_unknown),
            ),
            lambda view: [*view.result.stages, *touchpoints(view)],
            file="complaint-funnel",
        ),
        Table(
            "before",
            Text("What came before?", "问题之前发生了什么？"),
            (
                Column(
                    Text("Preceding step", "上一步骤"),
                    lambda row, view: view.catalog.title_of(row.touchpoint),
                ),
                Column(Text("Problems after it", "其后问题数"), "n", COUNT),
                Column(Text("Before problems", "问题前占比"), "ordinary.seen", share(0), wide=True),
                Column(Text("Usual", "通常占比"), "ordinary.usual", share(0), wide=True),
                interval(Text("Ratio", "倍数"), "ordinary", number(1)),
                in_file(Q, "ordinary.q", number(4)),
                interval(
                    Text("Ratio, same touchpoint", "倍数（同一触点）"), "same", number(1), wide=True
                ),
                in_file(Text("q, same touchpoint", "q（同一触点）"), "same.q", number(4)),
                Column(STANDS_OUT, "marked", mark=_pain, note=_judged),
            ),
            lambda view: view.result.before,
            file="before-problems",
            empty=Text(
                "No step preceded at least five problems; choose a longer period or more days.",
                "没有步骤出现在至少五个问题之前；请选择更长的时间段或更多天数。",
            ),
        ),
    ),
    pictures=(
        Picture(
            "funnel",
            Text(
                "Problems per 1,000 visits of each stage, 95% interval",
                "各阶段每千次触达的问题数，95% 区间",
            ),
            _bars,
            height=80,
            bar=30,
        ),
    ),
    panel=Panel(
        lambda view, person: view.service.of_person(
            view.ws, person, scope=view.options.scope, now=view.now
        ),
        "complaints/_person.html",
        58,
        Text("This customer had no problem.", "该客户没有遇到问题。"),
        plain=lambda found, _view: msgspec.to_builtins(found),
        alone=True,
    ),
    plain=_plain,
    template="complaints/_funnel.html",
    piece="funnel",
    sentences=_sentences,
    values=_values,
)
