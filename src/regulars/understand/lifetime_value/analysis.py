"""`lifetime-value`: what customers will buy, who brings it, and how well that was foretold."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from regulars.faces import charts, formats
from regulars.faces.columns import (
    COUNT,
    DAY,
    MONEY,
    SHARE,
    Column,
    estimate,
    interval,
    number,
    share,
)
from regulars.faces.language import fill
from regulars.faces.language import gettext as _
from regulars.kit.stats.estimate import Estimate, Z
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Customers, Panel, Picture, Span, Table
from regulars.understand.lifetime_value.model import MEANING, YEAR, Class, LifetimeValue

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

BEST = 10
PARAMETERS = {
    "r": Text("Purchase rates: shape", "购买频率分布的形状"),
    "alpha": Text("Purchase rates: days", "购买频率分布的尺度（天）"),
    "a": Text("Churn probability: first shape", "流失概率分布的形状一"),
    "b": Text("Churn probability: second shape", "流失概率分布的形状二"),
    "p": Text("Amounts: shape around the customer's mean", "金额围绕个人均值的形状"),
    "q": Text("Means of customers: shape", "个人均值分布的形状"),
    "gamma": Text("Means of customers: scale", "个人均值分布的尺度"),
}


@dataclass(frozen=True, slots=True)
class ModelParameter:
    """A parameter of one of the models, with the interval of its estimate."""

    model: str
    name: str
    estimate: Estimate


def parameters(found: LifetimeValue) -> Iterator[ModelParameter]:
    """Yield the parameters of both models."""
    for title, fit, names in (
        ("BG/NBD", found.purchasing, ("r", "alpha", "a", "b")),
        ("Gamma-Gamma", found.spending, ("p", "q", "gamma")),
    ):
        for at, name in enumerate(names if fit else ()):
            assert fit is not None
            value = float(getattr(fit.model, name))
            low, high = None, None
            if fit.covariance is not None and fit.covariance[at][at] >= 0:
                reach = math.exp(Z * math.sqrt(fit.covariance[at][at]))
                low, high = value / reach, value * reach
            yield ModelParameter(title, name, Estimate(fit.n, value, low, high))


def class_name(one: Class) -> str:
    """Return the number of repeats, with a plus where more are meant too."""
    return f"{one.repeats}+" if one.and_more else str(one.repeats)


def _tenths(view: View) -> charts.Option:
    bars = [charts.bar(str(at), one.mean, n=one.n) for at, one in enumerate(view.result.tenths, 1)]
    return charts.bars(bars, unit="count", lying=False)


def _classes(view: View) -> charts.Option:
    classes = view.result.back_test.classes
    counts = [one.n for one in classes]
    actual = charts.Course(
        _("actual"), [one.actual for one in classes], [one.low for one in classes],
        [one.high for one in classes], counts,
    )  # fmt: skip
    courses = [charts.Course(_("predicted"), [one.expected for one in classes], n=counts), actual]
    return charts.trend([class_name(one) for one in classes], courses, least=0)


def _amount(row: dict[str, Any], _view: View) -> Span:
    """Return a customer's expected amount; the upper end may be too wild to say."""
    high = row["high"] if math.isfinite(row["high"]) else None
    return Span(row["value"], row["low"], high)


def _sentences(view: View) -> Iterator[str]:
    test = view.result.back_test
    if test is None:
        return
    covered = test.covered
    words = _("{share} ({low} – {high}, n {n}) of the customers spent within their 95% interval.")
    value, low, high = map(formats.percent, (covered.value, covered.low, covered.high))
    yield fill(words, share=value, low=low, high=high, n=formats.whole(covered.n))
    if test.correlation is not None:
        words = _("Predicted and actual purchases per customer correlate at {r}.")
        yield fill(words, r=formats.number(test.correlation, 2))


def _values(view: View) -> dict[str, Any]:
    ready = view.result if view.answered else None
    best = view.result.customers[:BEST] if ready and view.may_list else []
    return {
        "year": next(one for one in ready.ahead if one.days == YEAR) if ready else None,
        "best": best,
        "names": view.names(one.person for one in best),
    }


ANALYSIS = Analysis(
    noun=__package__,
    name="lifetime-value",
    title=Text("Customer lifetime value (CLV)", "客户生命周期价值（CLV）"),
    question=Text(
        "What will our customers buy in the months ahead?", "客户在未来几个月会购买多少？"
    ),
    summary=Text("Customer lifetime value (CLV)", "客户生命周期价值（CLV）"),
    meaning=MEANING,
    result="LifetimeValue",
    order=70,
    people=("customers",),
    waiting=Text(
        "Modelling how often and for how much customers buy…", "正在对客户的购买频率与金额建模…"
    ),
    tables=(
        Table(
            "horizons",
            Text("Forecast by horizon", "各期限的预计"),
            (
                Column(Text("Days", "天数"), "days", COUNT),
                estimate(Text("Amount per customer", "每位客户金额"), "mean", MONEY),
                estimate(Text("Amount", "金额"), "total", MONEY),
                Column(Text("Expected purchases", "预计购买次数"), "purchases", COUNT, wide=True),
            ),
            lambda view: view.result.ahead,
        ),
        Table(
            "tenths",
            Text("Where the value comes from", "价值来自哪些客户"),
            (
                Column(
                    Text("Decile", "十分位"),
                    lambda row, view: view.result.tenths.index(row) + 1,
                    COUNT,
                ),
                Column(Text("Share of the value", "价值占比"), "share", SHARE),
                estimate(Text("Amount per customer", "每位客户金额"), "mean", MONEY),
                Column(Text("Still active", "仍活跃概率"), "alive", share(0), wide=True),
                Column(
                    Text("Expected purchases", "预计购买次数"), "purchases", number(1), wide=True
                ),
            ),
            lambda view: view.result.tenths,
            empty=Text(
                "At least ten customers are needed for deciles.", "至少需要十位客户才能分出十分位。"
            ),
        ),
        Table(
            "back-test",
            Text("Forecast accuracy", "预测准确度"),
            (
                Column(
                    Text("Previous repeat purchases", "此前复购次数"),
                    lambda row, _: class_name(row),
                ),
                Column(Text("Predicted per customer", "每位客户预测次数"), "expected", number(2)),
                estimate(
                    Text("Actual per customer", "每位客户实际次数"),
                    lambda row, _: Estimate(row.n, row.actual, row.low, row.high),
                    number(2),
                ),
            ),
            lambda view: view.result.back_test.classes if view.result.back_test else [],
            empty=Text(
                "The first half of the observed time is not enough for a model yet: come back when "
                "there are more orders.",
                "观察期前半段的数据不足以建模：待订单更多后再来查看。",
            ),
        ),
        Table(
            "models",
            Text("The models", "模型"),
            (
                Column(Text("Model", "模型"), "model"),
                Column(Text("Parameter", "参数"), "name"),
                Column(Text("Meaning", "含义"), lambda row, _: PARAMETERS[row.name], wide=True),
                estimate(Text("Value", "值"), "estimate", number(3)),
            ),
            lambda view: parameters(view.result),
        ),
    ),
    pictures=(
        Picture(
            "tenths",
            Text(
                "Expected amount per customer, by decile, best first",
                "按十分位的每位客户预计金额（由高到低）",
            ),
            _tenths,
            220,
        ),
        Picture(
            "back-test",
            Text(
                "Purchases per customer, by previous repeat purchases",
                "按此前复购次数的每位客户购买次数",
            ),
            _classes,
            220,
        ),
    ),
    customers=Customers(
        question=Text(
            "What will each customer buy in the next 12 months?", "每位客户未来 12 个月会购买多少？"
        ),
        rows=lambda view: view.service.customers(view.ws, view.options.scope, view.result),
        rank="value",
        file="lifetime-value",
        columns=(
            interval(
                Text("Expected amount, 12 months", "未来 12 个月预计金额"),
                _amount,
                MONEY,
            ),
            Column(Text("Expected purchases", "预计购买次数"), "purchases", number(1), wide=True),
            Column(Text("Still active", "仍活跃概率"), "alive", share(0)),
            Column(Text("Days with a purchase", "有购买的天数"), "bought", COUNT, wide=True),
            Column(Text("First", "首次"), "first", DAY, in_file=True),
            Column(Text("Last", "最近一次"), "last", DAY, wide=True),
        ),
        plain=lambda row: row | {"high": row["high"] if math.isfinite(row["high"]) else None},
    ),
    panel=Panel(
        lambda view, person: view.service.of_person(
            view.ws, view.options.scope, view.result, person
        ),
        "lifetime_value/_person.html",
        40,
        Text("There is no forecast for this customer.", "没有该客户的预测。"),
        plain=lambda one, view: {"unit": view.result.currency, **asdict(one)},
    ),
    plain=lambda _view: {"metric": "clv_amount_12m"},
    template="lifetime_value/_overview.html",
    sentences=_sentences,
    values=_values,
)
