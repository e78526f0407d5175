"""`needs`: what customers will likely want next, and how often that came true."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from regulars.faces import charts
from regulars.faces.columns import COUNT, SHARE, Column, cell_of, estimate, share
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Customers, Panel, Picture, Table
from regulars.understand.analyses.options import Option
from regulars.understand.needs.model import (
    AHEAD,
    CANDIDATES,
    LEVELS,
    MEANING,
    POPULAR,
    TOLD,
    Need,
    wants_of,
)

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

ORDINALS = (Text("First", "首推"), Text("Second", "第二"), Text("Third", "第三"))


def _bars(view: View) -> charts.Option:
    bars = [
        charts.bar(say(CANDIDATES[one.key]), one.hits,
                   verdict="met" if one.key == view.result.used else None)
        for one in view.result.back_test.candidates
    ]  # fmt: skip
    return charts.bars(bars, unit="share")


def _wanted(at: int) -> tuple[Column, ...]:
    """Return the columns of a customer's likeliest thing but `at`: its name, and how sure it is."""

    def named(row: dict[str, Any], view: View) -> Text | None:
        return view.category(row[f"want_{at}"]) if row[f"want_{at}"] else None

    def chance(row: dict[str, Any], _view: View) -> Estimate:
        return Estimate(*(row[f"{part}_{at}"] for part in ("n", "chance", "low", "high")))

    def said(row: dict[str, Any], view: View) -> str | None:
        cell = cell_of(estimate(title, chance, share(0)), row, view)
        return f"{cell.words} ({cell.low} – {cell.high})" if cell.low else None

    title = ORDINALS[at - 1]
    probability = Text(f"{title.en}: probability", f"{title.zh}：概率")
    return (
        Column(title, named, wide=at > 2, note=said),
        Column(probability, chance, share(0), ranged=True, in_file=True),
    )


def _values(view: View) -> dict[str, Any]:
    test = view.result.back_test if view.result else None
    by_key = {one.key: one for one in test.candidates} if test else {}
    return {
        "candidates": CANDIDATES,
        "levels": LEVELS,
        "ahead": AHEAD,
        "used": by_key.get(view.result.used) if test else None,
        "popular": by_key.get(POPULAR),
    }


def _customers_of(row: Need, view: View) -> str | None:
    if not (view.may_list and row.first):
        return None
    return f"/needs/customers?want={quote(row.name, safe='')}"


ANALYSIS = Analysis(
    noun=__package__,
    name="needs",
    tag="predicted needs",
    title=Text("Predicted needs", "需求预测"),
    question=Text("What will our customers want next?", "客户接下来会想要什么？"),
    summary=Text("What customers will likely want next", "客户接下来可能需要什么"),
    meaning=MEANING,
    result="Needs",
    order=74,
    people=("customers",),
    inner=("knowledge",),
    waiting=Text(
        "Training on what customers bought next, and testing in time order…",
        "正在学习客户购买之后的需求，并按时间先后检验…",
    ),
    tables=(
        Table(
            "ways",
            Text("Selected model and alternatives", "采用的模型与备选模型"),
            (
                Column(Text("Model", "模型"), lambda row, _: CANDIDATES[row.key]),
                Column(Text("Selected", "已采用"), lambda row, view: row.key == view.result.used),
                estimate(Text("Top-3 hit rate", "前三命中率"), "hits", SHARE),
                estimate(Text("Top-1 hit rate", "首推命中率"), "first", SHARE),
                Column(Text("As good as the best", "与最佳相当"), "as_good", wide=True),
            ),
            lambda view: view.result.back_test.candidates,
        ),
        Table(
            "items",
            Text("Expected bestsellers", "预计热购品类"),
            (
                Column(
                    Text("Category or product", "品类或商品"),
                    lambda row, view: view.category(row.name),
                    href=_customers_of,
                ),
                Column(Text("Customers with it first", "首推客户数"), "first", COUNT),
                estimate(Text("Share of next purchases", "下次购买占比"), "share", SHARE),
                estimate(Text("Top-1 hit rate", "首推命中率"), "hits", SHARE),
            ),
            lambda view: view.result.items,
            most=12,
        ),
    ),
    pictures=(
        Picture(
            "ways", Text("Top-3 hit rate, with 95% interval", "前三命中率及 95% 区间"), _bars, 170
        ),
    ),
    customers=Customers(
        question=Text("What will each customer likely want next?", "每位客户接下来可能想要什么？"),
        rows=lambda view, want: view.service.wanting(
            view.service.customers(view.ws, view.options.scope, view.result), want
        ),
        rank="rank",
        file="predicted-needs",
        filters=(
            Option(
                "want",
                Text("First", "首推"),
                Text("The most likely next purchase.", "最可能的下次购买。"),
                offered=lambda view: [
                    (one.name, say(view.category(one.name))) for one in view.result.items
                ],
            ),
        ),
        columns=(
            *(column for at in range(1, TOLD + 1) for column in _wanted(at)),
            Column(Text("Days with a purchase", "有购买的天数"), "bought", COUNT, wide=True),
        ),
        plain=lambda row: {
            "person_id": row["person_id"],
            "bought": row["bought"],
            "wants": [asdict(one) for one in wants_of(row)],
        },
        note=lambda _view: fill(
            _(
                "The percentage is the hit rate of equally strong predictions, among customers who "
                "bought again within {days} days."
            ),
            days=AHEAD,
        ),
    ),
    panel=Panel(
        lambda view, person: view.service.of_person(
            view.ws, view.options.scope, view.result, person
        ),
        "needs/_person.html",
        60,
        Text("There is no prediction for this customer.", "没有该客户的需求预测。"),
    ),
    template="needs/_overview.html",
    values=_values,
)
