"""`audiences`: how many fit each condition, what they are worth, and what they rate differently."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from regulars.faces import code_words, formats
from regulars.faces.columns import (
    COUNT,
    DAY,
    MONEY,
    WORDS,
    Column,
    Format,
    estimate,
    interval,
    number,
    signed,
    verdict,
)
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Customers, Panel, Span, Table
from regulars.understand.analyses.options import Option
from regulars.understand.audiences.fields import FIELDS
from regulars.understand.audiences.model import (
    KINDS,
    SUGGESTIONS,
    Audience,
    ComparedAudiences,
    Outline,
)

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

MOST = 30
AUDIENCE, CUSTOMERS = Text("Audience", "人群"), Text("Customers", "客户数")
VERDICTS = {
    None: (None, Text("may be chance", "可能是偶然")),
    "better": ("rising", Text("rates better", "评价更好")),
    "worse": ("falling", Text("rates worse", "评价更差")),
}
CHANNEL = Format(lambda value, _: code_words.channel(value), numeric=False)
AMOUNT = Format(lambda value, row: formats.money(value, row["currency"]), by_row=True)
METRIC = Format(lambda value, _: formats.question(value), numeric=False)
CHECKED = Format(lambda q, _: "<0.001" if q is not None and q < 0.001 else formats.number(q, 3))
Listed = tuple[Audience, Outline]
Answer = tuple[ComparedAudiences, str | None]
"""A comparison with the name of the audience; without it where only one is looked at."""


def outlines(view: View) -> list[Listed]:
    """Return every audience in force with its numbers."""
    told, of = view.result.outlines, view.result.customers
    return [(one, told.get(one.key) or Outline(0, of)) for one in view.service.every(view.ws)]


def answers(view: View) -> list[Answer]:
    """Return every comparison with the name of its audience."""
    names = {one.key: one.name for one in view.service.every(view.ws)}
    return [(one, names.get(one.audience, one.audience)) for one in view.result.compared]


def answers_of(view: View, one: Audience) -> list[Answer]:
    """Return the comparisons of one audience."""
    found = view.result.compared if view.result else []
    return [(row, None) for row in found if row.audience == one.key]


def plain_one(view: View, one: Audience) -> dict[str, Any]:
    """Return an audience with its numbers and what it answers as plain values."""
    compared = [row for row, _name in answers_of(view, one)]
    return {**_item(view, one, written_down(view)), "answers": compared, "money": view.result.money}


def written_down(view: View) -> dict[str, Any]:
    """Return who was in each audience on the timeline; nobody's for a caller of some places."""
    return view.service.memberships(view.ws) if view.options.scope is None else {}


def _plain(view: View) -> dict[str, Any]:
    last = written_down(view)
    return {"items": [_item(view, one, last) for one in view.service.every(view.ws)]}


def _item(view: View, one: Audience, last: dict[str, Any]) -> dict[str, Any]:
    outline, told = view.result.outlines.get(one.key), msgspec.to_builtins(one)
    return {**told, "outline": outline, "written_down": last.get(one.key)}


def _share(row: Listed, _view: View) -> str | None:
    return formats.percent(row[1].n / row[1].of) if row[1].of else None


def _subject(row: Answer, view: View) -> Any:
    key, service = row[0].subject, row[0].kind == "service"
    return view.catalog.title_of(key) if service else view.category(key)


def _difference(row: Answer, _view: View) -> Span:
    change = row[0].change
    return Span(change.difference, change.low, change.high)


def _side(name: str, title: Text, counted: Text) -> tuple[Column, Column]:
    """Return the columns of the mean of members or of all others, and of who answered."""

    def note(row: Answer, _view: View) -> str:
        return f"n {formats.whole(getattr(row[0], name).n)}"

    return (
        Column(title, f"0.{name}.value", number(), note=note),
        Column(counted, f"0.{name}.n", COUNT, in_file=True),
    )


def _of(view: View, key: str) -> tuple[str, str, str]:
    one = view.service.get(view.ws, key)
    return one.name, f"/audiences/{key}", one.where


def _member(name: str, form: Format = WORDS, **more: Any) -> Column:
    """Return a column of members: a field of conditions, its choices in words."""
    one = FIELDS[name]
    choice = partial(_choice, name) if one.choices else name
    return Column(one.title, choice, form, **more)


def _choice(name: str, row: dict[str, Any], _view: View) -> Text | None:
    key = row[name]
    return None if key is None else FIELDS[name].choices.get(key, Text(key, key))


MEMBERS = Customers(
    question=Text("Who is in “{name}”?", "“{name}”里有谁？"),
    rows=lambda view, key, **cut: view.service.members(
        view.ws, view.options.scope, key, now=view.now, **cut
    ),
    cuts=True,
    rank="spend",
    name="{key}/members",
    title=Text("Members", "成员"),
    file="audience-{key}",
    alone=True,
    of=_of,
    filters=(Option("key", AUDIENCE, in_address=True),),
    columns=(
        _member("spend", AMOUNT),
        _member("orders", COUNT),
        _member("last_seen", DAY),
        _member("value_group", wide=True),
        _member("segment", wide=True),
        _member("lifetime_value", AMOUNT, wide=True),
        *(_member(name, in_file=True) for name in ("churn_chance", "nps", "csat", "complaints")),
        _member("channel", CHANNEL, wide=True),
        _member("place", in_file=True),
    ),
    empty=Text("No customer matches at present.", "目前没有符合条件的客户。"),
)


def _values(view: View) -> dict[str, Any]:
    found = answers(view) if view.result else []
    return {
        "known": view.service.every(view.ws),
        "suggestions": SUGGESTIONS,
        "told": [row for row in found if row[0].verdict],
        "most": MOST,
    }


ANALYSIS = Analysis(
    noun=__package__,
    name="audiences",
    title=Text("Audiences", "人群"),
    question=Text("Which groups of customers differ?", "哪些客户群体有所不同？"),
    summary=Text("All audiences with size, value and scores", "所有人群及其规模、价值与评分"),
    meaning=Text(
        "An audience is everybody who fits a condition on what is known about each customer. "
        "Scores cover the last 12 months: NPS counts answers, CSAT is the mean of the customers' "
        "means. For fewer than five people only their number is shown.",
        "人群指符合某一条件的全部客户，条件基于对每位客户已知的信息。"
        "评分取最近 12 个月：NPS 按回答计，CSAT 为各客户均值的平均。不足五人时仅显示人数。",
    ),
    result="AudienceOverview",
    order=62,
    told_as=(("as_of", "last_event_at"),),
    inner=("outlines",),
    waiting=Text("Counting matching customers…", "正在统计符合条件的客户…"),
    tables=(
        Table(
            "audiences",
            Text("Audiences", "人群"),
            (
                Column(
                    AUDIENCE,
                    "0.name",
                    href=lambda row, _: f"/audiences/{row[0].key}",
                    note=lambda row, _: row[0].where,
                ),
                Column(Text("Condition", "条件"), "0.where", in_file=True),
                Column(CUSTOMERS, "1.n", COUNT, note=_share),
                Column(Text("Of", "总数"), "1.of", COUNT, in_file=True),
                estimate(Text("Mean spend", "人均消费"), "1.spend", MONEY, wide=True),
                estimate(
                    Text("Customer lifetime value (CLV)", "客户生命周期价值（CLV）"),
                    "1.lifetime_value",
                    MONEY,
                    wide=True,
                ),
                estimate(Text("NPS", "NPS"), "1.nps", number()),
                estimate(Text("CSAT", "CSAT"), "1.csat", number(2), wide=True),
            ),
            outlines,
            file="audiences",
            empty=Text(
                "There are no audiences yet. Add one at /audiences/new or by POST "
                "/api/v1/audiences.",
                "尚无人群。请在 /audiences/new 或用 POST /api/v1/audiences 新建。",
            ),
        ),
        Table(
            "answers",
            Text("Who rates what better or worse", "谁对什么评价更好或更差"),
            (
                Column(
                    AUDIENCE,
                    "1",
                    href=lambda row, _: f"/audiences/{row[0].audience}" if row[1] else None,
                ),
                Column(
                    Text("Product or service", "产品或服务"),
                    _subject,
                    note=lambda row, _: KINDS[row[0].kind],
                ),
                Column(Text("Kind", "类型"), lambda row, _: KINDS[row[0].kind], in_file=True),
                Column(Text("Metric", "指标"), "0.metric", METRIC, wide=True),
                *_side("members", Text("Members", "成员"), Text("Members: n", "成员：样本量")),
                *_side(
                    "rest",
                    Text("Other customers", "其他客户"),
                    Text("Other customers: n", "其他客户：样本量"),
                ),
                interval(Text("Difference", "差异"), _difference, signed()),
                Column(Text("q", "q"), "0.q", CHECKED, wide=True),
                verdict(Text("Verdict", "结论"), "0.verdict", VERDICTS),
            ),
            answers,
            file="audience-answers",
            empty=Text(
                "A comparison needs 30 customers with answers on both sides.",
                "比较需要两侧各有至少 30 位有回答的客户。",
            ),
        ),
    ),
    lists=(MEMBERS,),
    panel=Panel(
        lambda view, person: view.service.of_person(
            view.ws, view.options.scope, person, now=view.now
        ),
        "audiences/_person.html",
        22,
        Text("This customer is in no audience.", "该客户不属于任何人群。"),
        plain=lambda found, _view: msgspec.to_builtins(found),
        alone=True,
    ),
    plain=_plain,
    template="audiences/_list.html",
    page="audiences/list.html",
    piece="numbers",
    values=_values,
)
