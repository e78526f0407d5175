"""`drivers`: which touchpoints go with an outcome, and what improving them would bring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from regulars.faces import charts, formats, maps
from regulars.faces.columns import COUNT, SHARE, Column, in_file, interval, number, verdict
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Picture, Span, Table, touchpoint_page
from regulars.understand.analyses.options import IN_PERIOD, Option, Options
from regulars.understand.drivers import outcomes
from regulars.understand.drivers.limits import MOST
from regulars.understand.drivers.model import (
    BEHAVIOURS,
    MEANING,
    RULE_TITLES,
    RULES,
    Driver,
    DriverParameters,
    Gain,
    Interval,
    LeftOut,
    Missing,
    gains,
)

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

NPS = "nps"
SIGNS = {
    "+": ("rising", Text("higher", "更高")),
    "-": ("falling", Text("lower", "更低")),
    "": (None, Text("may be chance", "可能是偶然")),
}
TOUCHPOINT = Text("Touchpoint", "触点")
PERFORMANCE, IMPORTANCE = Text("Performance", "表现"), Text("Importance (share)", "重要性（份额）")


def title(row: Driver | LeftOut, view: View) -> Text:
    """Return the name of an attribute."""
    return outcomes.attribute(view.catalog.title_of(row.touchpoint), row.question)


def included(view: View) -> str:
    """Return who takes part, in words."""
    left = view.result.left
    words = _(
        "{taking} of {all} people with this outcome are included; {complete} of them rated every "
        "touchpoint."
    )
    taking, every, complete = map(
        formats.whole, (left.taking_part, left.with_outcome, left.complete)
    )
    return fill(words, taking=taking, all=every, complete=complete)


def explained(view: View) -> str | None:
    """Return how much the attributes explain together, in words."""
    drivers = view.result
    if drivers.r_squared is None:
        return None
    whole = drivers.r_squared
    share, low, high = map(formats.percent, (whole.value, whole.low, whole.high))
    words = _("Together they explain {share} of the differences (R², {low} – {high}).")
    chance = fill(_("Chance alone explains as much in {share} of cases."),
                  share=formats.percent(drivers.p))  # fmt: skip
    return f"{fill(words, share=share, low=low, high=high)} {chance}"


def offered(view: View) -> list[tuple[str, str]]:
    """Return the outcomes that can be chosen; the answer knows more."""
    known = view.result.offered if view.result else []
    keys = dict.fromkeys([*(known or [NPS, *BEHAVIOURS]), view.options["outcome"]])
    return [(key, say(view.service.title(view.ws, key))) for key in keys]


def _asked(options: Options) -> tuple[DriverParameters]:
    chosen = options["item"] or []
    items = (chosen,) if isinstance(chosen, str) else tuple(sorted(chosen))
    missing = Missing(options["missing"])
    return (DriverParameters(options["outcome"], options.event_filter(), missing, items),)


def items(view: View) -> list[tuple[str, str]]:
    """Return what can be chosen: what takes part, then what was left out."""
    rows = [*view.result.drivers, *view.result.left_out]
    return [(one.key, f"{say(title(one, view))} (n {one.n:,})") for one in rows]


def _sentences(view: View) -> Iterator[str]:
    yield included(view)
    if view.result.basis is not None:
        yield say(view.result.basis.words)
    yield from filter(None, [explained(view)])


def _rank(row: Driver, _view: View) -> Span:
    return Span(row.rank, row.rank_low, row.rank_high)


def _check(row: Driver, _view: View) -> str:
    rank = fill(_("rank {n}"), n=row.trees_rank) if row.trees_rank else "–"
    return " · ".join((rank, _("not linear"))) if row.bent else rank


def _gains(view: View) -> list[Gain]:
    return gains(view.result, view.service.costs(view.ws))


def _gain_title(row: Gain, view: View) -> Text:
    return next(title(one, view) for one in view.result.drivers if one.key == row.touchpoint)


def _shares(view: View) -> list[tuple[Driver, Interval]]:
    return [(one, one.importance) for one in view.result.ranked]


def _bars(view: View) -> charts.Option | None:
    bars = [
        charts.bar(say(title(one, view)), share, n=one.n, href=touchpoint_page(one.touchpoint))
        for one, share in _shares(view)
    ]
    return charts.bars(bars, unit="share", lying=True) if bars else None


def _map(view: View) -> charts.Option | None:
    shares = _shares(view)
    if len(shares) < 2:
        return None
    equal = 100 / len(shares)
    middle = sum(one.performance.value for one, _share in shares) / len(shares)
    return maps.importance_performance(
        [_dot(one, share, view, equal, middle) for one, share in shares],
        importance=_("Importance, %"),
        performance=_("Performance, 0 to 100"),
        importance_at=equal,
        performance_at=middle,
    )


def _dot(driver: Driver, share: Interval, view: View, equal: float, middle: float) -> maps.Dot:
    important = 100 * share.low > equal
    urgent = important and driver.performance.high < middle
    strong = important and driver.performance.low > middle
    verdict = "pain" if urgent else "opportunity" if strong else None
    name, at = say(title(driver, view)), 100 * share.value
    return maps.Dot(
        name, at, driver.performance.value, driver.n, verdict, touchpoint_page(driver.touchpoint)
    )


def _values(view: View) -> dict[str, Any]:
    if view.result is None:
        return {}
    return {
        "rules": RULES,
        "name_of": lambda one: title(one, view),
        "included": included(view),
        "items": items(view),
        "chosen": _asked(view.options)[0].items or [one.key for one in view.result.drivers],
        "explained": explained(view),
        "currency": view.ws.settings.workspace.currency,
    }


ANALYSIS = Analysis(
    noun=__package__,
    name="drivers",
    title=Text("Key experiences", "关键体验"),
    question=Text("Which experiences matter most?", "哪些是关键体验？"),
    summary=Text("Which touchpoints an outcome is associated with", "结果与哪些触点相关"),
    meaning=MEANING,
    result="Drivers",
    order=40,
    options=(
        Option(
            "outcome",
            Text("Outcome", "结果"),
            Text(
                "nps, nps:transactional, csat, csat@TOUCHPOINT, retention or repurchase.",
                "结果：nps、nps:transactional、csat、csat@TOUCHPOINT、"
                "retention（留存）或 repurchase（复购）。",
            ),
            default=NPS,
            offered=offered,
            positional=True,
        ),
        *IN_PERIOD,
        Option(
            "missing",
            Text("Missing answers", "缺失回答"),
            Text("pairwise or complete.", "缺失值处理：pairwise（成对）或 complete（完整）。"),
            default=str(Missing.PAIRWISE),
            choices=tuple((str(rule), words) for rule, words in RULE_TITLES.items()),
        ),
        Option(
            "item",
            Text("Items", "项目"),
            Text(
                f"Which items explain the outcome, at most {MOST}: a touchpoint, or “TOUCHPOINT: "
                "QUESTION”. Several times for several. None: the most answered.",
                f"用哪些项目解释结果，最多 {MOST} 项：触点，或“触点: 题目”；可多次给出。"
                "不选则取回答最多的项目。",
            ),
            kind=list[str],
        ),
    ),
    ask=_asked,
    partial=True,
    waiting=Text("Comparing experiences with the outcome…", "正在比较各项体验与结果…"),
    tables=(
        Table(
            "ranking",
            Text("The ranking", "排名"),
            (
                Column(TOUCHPOINT, title, href=lambda row, _: touchpoint_page(row.touchpoint)),
                interval(Text("Rank", "排名"), _rank, COUNT),
                interval(IMPORTANCE, "importance", SHARE),
                in_file(Text("Part of R²", "占 R² 部分"), "explains.value", SHARE),
                Column(
                    Text("Johnson's weight (share)", "Johnson 权重（份额）"),
                    "johnson.value",
                    SHARE,
                    wide=True,
                ),
                verdict(Text("Associated outcome", "相关的结果"), "sign", SIGNS),
                in_file(Text("Sign", "方向"), "sign"),
                in_file(Text("Correlation", "相关系数"), "correlation", number(2)),
                interval(
                    Text("Effect of 1 point", "每提高 1 分的影响"), "slope", number(2), wide=True
                ),
                Column(PERFORMANCE, "performance.value", number(1)),
                Column(Text("Outcome of raters", "评价者的结果"), "outcome", number(1), wide=True),
                Column(Text("n", "n"), "n", COUNT),
                Column(Text("Non-linear check", "非线性检验"), _check, wide=True),
                in_file(Text("Part in the non-linear check", "非线性检验中的作用"), "trees", SHARE),
            ),
            lambda view: view.result.drivers,
            file="key-experiences",
        ),
        Table(
            "gains",
            Text("Gain per cost", "单位成本收益"),
            (
                Column(TOUCHPOINT, _gain_title),
                Column(Text("Cost", "成本"), "cost.cost", number(2)),
                Column(Text("Currency", "货币"), "cost.currency"),
                Column(Text("Raises it by", "提升分值"), "points", number(1)),
                interval(Text("Associated gain", "相关的提升"), "gain", number(2)),
                interval(Text("Per 1,000 spent", "每 1,000 投入"), "per_thousand", number(3)),
            ),
            _gains,
            empty=Text(
                "Enter what improving a touchpoint would cost to rank touchpoints by gain per "
                "cost.",
                "填写改善某触点的成本后，即可按单位成本收益排名。",
            ),
        ),
        Table(
            "left-out",
            Text("Not included", "未纳入的触点"),
            (
                Column(TOUCHPOINT, title),
                Column(Text("n", "n"), "n", COUNT),
                Column(Text("Why", "原因"), "why"),
                in_file(Text("Item", "项目"), "key"),
                Column(Text("Simple correlation", "单独的相关系数"), "correlation", number(2)),
            ),
            lambda view: view.result.left_out,
        ),
    ),
    pictures=(
        Picture(
            "ranking",
            Text("Share of what is explained, with 95% interval", "占可解释部分的份额及 95% 区间"),
            _bars,
            height=140,
            bar=28,
        ),
        Picture(
            "ranking", Text("Importance and performance", "重要性与表现"), _map, 340, name="map"
        ),
    ),
    plain=lambda view: {
        "rule": RULES[view.result.missing],
        "clear": view.result.clear,
        "drivers": [asdict(one) | {"sign": one.sign} for one in view.result.drivers],
        "gains": _gains(view),
    },
    piece="ranking",
    template="drivers/_ranking.html",
    sentences=_sentences,
    values=_values,
)
