"""Early warning as tables, pictures and files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from regulars.faces import charts, formats
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.errors import NotFound
from regulars.kit.text import Text
from regulars.understand.churn import listing
from regulars.understand.churn.model import (
    AHEAD,
    CANDIDATES,
    FEATURES,
    LOGARITHMIC,
    MEANING,
    EarlyWarning,
    Reason,
    Shape,
)

Line = tuple[Any, ...]
CANDIDATE_HEADS = (
    Text("Model", "模型"),
    Text("Selected", "已采用"),
    Text("AUC", "AUC"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("AUC, repeat visitors", "多次来访客户的 AUC"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("Log loss", "对数损失"),
    Text("Calibration slope", "校准斜率"),
    Text("As good as the best", "与最佳相当"),
    Text("n", "样本量"),
)
CALIBRATION = (
    Text("Predicted", "预测"),
    Text("Churned", "实际流失"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("n", "样本量"),
)
CUSTOMERS = (
    Text("Customer", "客户"),
    Text("Can still be retained", "仍可挽留"),
    Text("Churn probability", "流失概率"),
    Text("Low", "下限"),
    Text("High", "上限"),
    Text("n", "样本量"),
    Text("Days of silence", "沉默天数"),
    Text("Expected amount of 12 months if retained", "若客户留下，未来 12 个月预计金额"),
    Text("At stake", "可挽回价值"),
    Text("Reasons", "原因"),
)


@dataclass(frozen=True, slots=True)
class Curve:
    """How one feature moves the chance: what it adds at its smallest and greatest value."""

    title: Text
    least: float
    most: float
    adds: list[float]


def table(found: EarlyWarning, name: str) -> tuple[tuple[Text, ...], Iterator[Line]]:
    """Return heads and lines of the page's table `name`. Raises NotFound."""
    test = found.back_test
    if name == "models":
        return CANDIDATE_HEADS, (
            (CANDIDATES[one.key], one.key == found.used, one.auc.value, one.auc.low, one.auc.high,
             one.auc_again.value, one.auc_again.low, one.auc_again.high, one.loss, one.slope,
             one.as_good, one.auc.n)
            for one in (test.candidates if test else [])
        )  # fmt: skip
    if name == "calibration":
        return CALIBRATION, (
            (one.said, one.lost.value, one.lost.low, one.lost.high, one.lost.n)
            for one in (test.bins if test else [])
        )
    raise NotFound("early_warning.table", Text("There is no such table.", "没有这张表。"))


def customer_lines(people: pa.Table) -> Iterator[Line]:
    """Yield one line a customer under CUSTOMERS."""
    names = ("person_id", "active", "chance", "low", "high", "n", "silence", "value", "at_stake")
    for batch in people.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            told = "; ".join(reason(one) for one in listing.reasons_of(row))
            yield (*(row[name] for name in names), told)


def reason(one: Reason) -> str:
    """Return a reason in words: "Days since the last action: 40"."""
    title = say(FEATURES[one.feature])
    if one.value is None or one.feature == "rhythm":
        return title
    digits = 2 if one.feature == "score" else 0
    return f"{title}: {formats.number(one.value, digits)}"


def values(found: EarlyWarning | None) -> dict[str, Any]:
    """Return what the templates show."""
    test = found.back_test if found else None
    tested = test.candidates if test else []
    return {
        "found": found,
        "meaning": MEANING,
        "candidates": CANDIDATES,
        "features": FEATURES,
        "reason": reason,
        "reasons_of": listing.reasons_of,
        "ahead": AHEAD,
        "used": next((one for one in tested if found and one.key == found.used), None),
        "learnt": ", ".join(formats.day(one) for one in test.learnt_from) if test else "",
        "curves": [curve(one) for one in found.model.shapes] if found and found.model else [],
        "calibration": _calibration(found) if found and test else None,
    }


def curve(shape: Shape) -> Curve:
    """Return a shape at 24 places of equal distance on the scale that models work on."""
    places = np.linspace(shape.at[0], shape.at[-1], 24)
    adds = [float(one) for one in np.interp(places, shape.at, shape.adds)]
    ends = np.array([shape.at[0], shape.at[-1]])
    least, most = np.expm1(ends) if shape.feature in LOGARITHMIC else ends
    return Curve(FEATURES[shape.feature], float(least), float(most), adds)


def _calibration(found: EarlyWarning) -> charts.Option:
    bins = found.back_test.bins if found.back_test else []
    counts = [one.lost.n for one in bins]
    courses = [
        charts.Course(_("predicted"), [one.said for one in bins], n=counts),
        charts.Course(
            _("churned"),
            [one.lost.value for one in bins],
            [one.lost.low for one in bins],
            [one.lost.high for one in bins],
            counts,
        ),
    ]
    places = [str(at) for at in range(1, len(bins) + 1)]
    return charts.trend(places, courses, unit="share", least=0, most=1)
