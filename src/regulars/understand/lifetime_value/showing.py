"""Lifetime value as tables, pictures and files."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from regulars.faces import charts
from regulars.faces.language import gettext as _
from regulars.kit.errors import NotFound
from regulars.kit.stats.estimate import Z
from regulars.kit.text import Text
from regulars.understand.lifetime_value.model import MEANING, YEAR, Class, LifetimeValue

Line = tuple[Any, ...]
PARAMETERS = {
    "r": Text("Purchase rates: shape", "购买频率分布的形状"),
    "alpha": Text("Purchase rates: days", "购买频率分布的尺度（天）"),
    "a": Text("Churn probability: first shape", "流失概率分布的形状一"),
    "b": Text("Churn probability: second shape", "流失概率分布的形状二"),
    "p": Text("Amounts: shape around the customer's mean", "金额围绕个人均值的形状"),
    "q": Text("Means of customers: shape", "个人均值分布的形状"),
    "gamma": Text("Means of customers: scale", "个人均值分布的尺度"),
}
AHEAD = (
    Text("Days", "天数"),
    Text("Expected purchases", "预计购买次数"),
    Text("Amount", "金额"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Amount per customer", "每位客户金额"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("n", "样本量"),
)
TENTHS = (
    Text("Decile", "十分位"),
    Text("Customers", "客户数"),
    Text("Expected purchases", "预计购买次数"),
    Text("Still active", "仍活跃概率"),
    Text("Amount per customer", "每位客户金额"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Share of the value", "价值占比"),
)
MODELS = (
    Text("Model", "模型"),
    Text("Parameter", "参数"),
    Text("Meaning", "含义"),
    Text("Value", "值"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("n", "样本量"),
)
CLASSES = (
    Text("Previous repeat purchases", "此前复购次数"),
    Text("Customers", "客户数"),
    Text("Predicted per customer", "每位客户预测次数"),
    Text("Actual per customer", "每位客户实际次数"),
    Text("Low", "下限"),
    Text("High", "上限"),
)
CUSTOMERS = (
    Text("Customer", "客户"),
    Text("Days with a purchase", "有购买的天数"),
    Text("First", "首次"),
    Text("Last", "最近"),
    Text("Still active", "仍活跃概率"),
    Text("Expected purchases", "预计购买次数"),
    Text("Expected amount, 12 months", "未来 12 个月预计金额"),
    Text("Low", "下限"),
    Text("High", "上限"),
)


def parameters(found: LifetimeValue) -> list[Line]:
    """Return one line a parameter under MODELS, with the interval of its estimate."""
    lines: list[Line] = []
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
            lines.append((title, name, PARAMETERS[name], value, low, high, fit.n))
    return lines


def table(found: LifetimeValue, name: str) -> tuple[tuple[Text, ...], Iterator[Line]]:
    """Return heads and lines of the page's table `name`. Raises NotFound."""
    if name == "horizons":
        return AHEAD, (
            (one.days, one.purchases, one.total.value, one.total.low, one.total.high,
             one.mean.value, one.mean.low, one.mean.high, one.mean.n)
            for one in found.ahead
        )  # fmt: skip
    if name == "tenths":
        return TENTHS, (
            (at, one.n, one.purchases, one.alive, one.mean.value, one.mean.low, one.mean.high,
             one.share)
            for at, one in enumerate(found.tenths, 1)
        )  # fmt: skip
    if name == "models":
        return MODELS, iter(parameters(found))
    if name == "back-test":
        classes = found.back_test.classes if found.back_test else []
        return CLASSES, (
            (class_name(one), one.n, one.expected, one.actual, one.low, one.high)
            for one in classes
        )  # fmt: skip
    raise NotFound("lifetime_value.table", Text("There is no such table.", "没有这张表。"))


def class_name(one: Class) -> str:
    """Return the number of repeats, with a plus where more are meant too."""
    return f"{one.repeats}+" if one.and_more else str(one.repeats)


def customer_lines(people: pa.Table) -> Iterator[Line]:
    """Yield one line a customer under CUSTOMERS."""
    for batch in people.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            high = row["high"] if math.isfinite(row["high"]) else None
            yield (row["person_id"], row["bought"], row["first"], row["last"], row["alive"],
                   row["purchases"], row["value"], row["low"], high)  # fmt: skip


def values(found: LifetimeValue | None) -> dict[str, Any]:
    """Return what the templates show."""
    ready = found if found is not None and found.why_not is None else None
    return {
        "found": found,
        "meaning": MEANING,
        "year": next((one for one in ready.ahead if one.days == YEAR), None) if ready else None,
        "parameters": parameters(ready) if ready else [],
        "class_name": class_name,
        "tenths_chart": _tenths(ready) if ready else None,
        "classes_chart": _classes(ready) if ready and ready.back_test else None,
    }


def _tenths(found: LifetimeValue) -> charts.Option:
    bars = [
        charts.Bar(str(at), one.mean.value, one.mean.low, one.mean.high, one.n)
        for at, one in enumerate(found.tenths, 1)
    ]
    return charts.bars(bars, unit="count", lying=False)


def _classes(found: LifetimeValue) -> charts.Option:
    classes = found.back_test.classes if found.back_test else []
    counts = [one.n for one in classes]
    courses = [
        charts.Course(_("predicted"), [one.expected for one in classes], n=counts),
        charts.Course(
            _("actual"),
            [one.actual for one in classes],
            [one.low for one in classes],
            [one.high for one in classes],
            counts,
        ),
    ]
    return charts.trend([class_name(one) for one in classes], courses, least=0)
