"""`costs`: what pain points cost, against matched customers."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from regulars.faces import charts, formats
from regulars.faces.columns import COUNT, SHARE, Column, Format, in_file, interval, number, verdict
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Picture, Table, touchpoint_page
from regulars.understand.analyses.options import PERIOD
from regulars.understand.costs.model import COVARIATES, MEANING, Cost

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

AMOUNT = Format(lambda value, found: formats.value_in(found.currency, value))
VERDICTS = {
    "less": ("pain", Text("bought less", "购买减少")),
    "more": ("info", Text("bought more", "购买更多")),
    "chance": (None, Text("may be chance", "可能是偶然")),
    "few": (None, Text("too few matches", "匹配过少")),
}


def _why(row: Cost, _view: View) -> str:
    return " ".join(say(one) for one in row.why[:2])


def _matched(row: Cost, _view: View) -> str:
    words = _("{n} of {all} matched")
    return fill(words, n=formats.whole(row.matched), all=formats.whole(row.candidates))


def _sides(row: Cost, view: View) -> str | None:
    if row.revenue is None:
        return None
    unit, words = view.result.currency, _("{touched} against {others}")
    touched, others = row.revenue.touched, row.revenue.others
    return fill(
        words, touched=formats.value_in(unit, touched), others=formats.value_in(unit, others)
    )


def _each(row: Cost, view: View) -> str | None:
    if row.value is None:
        return None
    amount = formats.value_in(view.result.currency, row.value.difference.value)
    return fill(_("{amount} per customer"), amount=amount)


def _bars(view: View) -> charts.Option:
    bars = [
        charts.bar(say(one.title), one.at_risk, n=one.met, href=touchpoint_page(one.step),
                   verdict="pain" if one.verdict == "less" else None)
        for one in view.result.points
        if one.at_risk
    ]  # fmt: skip
    return charts.bars(bars, name=_("Revenue at risk"), lying=True)


def _values(view: View) -> dict[str, Any]:
    points = view.result.points if view.result else []
    return {"compared": [one for one in points if one.revenue], "covariates": COVARIATES}


ANALYSIS = Analysis(
    noun=__package__,
    name="costs",
    title=Text("Impact of pain points", "痛点影响"),
    question=Text("What do pain points cost?", "痛点造成了多大影响？"),
    summary=Text("Revenue impact of pain points", "痛点的收入影响"),
    meaning=MEANING,
    result="Costs",
    order=45,
    rests_on=("journey", "lifetime-value"),
    options=(PERIOD,),
    ask=lambda options: (options.event_filter(),),
    waiting=Text("Matching comparable customers…", "正在寻找可比较的客户……"),
    tables=(
        Table(
            "points",
            Text("Pain points by amount at risk", "按受影响金额排列的痛点"),
            (
                Column(
                    Text("Pain point", "痛点"),
                    "title",
                    href=lambda row, _: touchpoint_page(row.step),
                    note=_why,
                ),
                verdict(Text("Verdict", "结论"), "verdict", VERDICTS),
                Column(
                    Text("Affected customers", "受影响客户"), "met", COUNT, wide=True, note=_matched
                ),
                in_file(Text("Compared", "参与比较"), "matched", COUNT),
                in_file(
                    Text("Matched share", "匹配比例"),
                    lambda row, _: row.matched / row.candidates if row.candidates else None,
                    SHARE,
                ),
                in_file(
                    Text("Revenue of 91 days, affected", "91 天收入：受影响客户"),
                    "revenue.touched",
                    AMOUNT,
                ),
                in_file(Text("Matched others", "匹配的其他客户"), "revenue.others", AMOUNT),
                interval(
                    Text("Difference per customer", "每客户差异"),
                    "revenue.difference",
                    AMOUNT,
                    wide=True,
                    note=_sides,
                ),
                in_file(Text("q", "q"), "q", number(4)),
                interval(Text("Revenue at risk", "受影响收入"), "at_risk", AMOUNT),
                interval(
                    Text(
                        "Customer lifetime value (CLV), difference", "客户生命周期价值（CLV）差异"
                    ),
                    "value.difference",
                    AMOUNT,
                    in_file=True,
                ),
                interval(
                    Text(
                        "Customer lifetime value (CLV) at risk", "受影响的客户生命周期价值（CLV）"
                    ),
                    "value_at_risk",
                    AMOUNT,
                    note=_each,
                ),
                in_file(Text("Currency", "货币"), lambda _row, view: view.result.currency),
            ),
            lambda view: view.result.points,
            file="pain-points",
            empty=Text("The journey has no pain points in this period.", "该时段旅程中没有痛点。"),
        ),
    ),
    pictures=(
        Picture(
            "points",
            Text("Revenue at risk, with 95% interval", "受影响收入及 95% 区间"),
            _bars,
            height=140,
            bar=34,
        ),
    ),
    plain=lambda view: {
        "points": [asdict(one) | {"verdict": one.verdict} for one in view.result.points]
    },
    page="costs/costs.html",
    piece="points",
    template="costs/_points.html",
    values=_values,
)
