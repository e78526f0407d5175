"""`early-warning`: who is about to leave, how sure that is, why, and what can still be saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regulars.faces import charts, formats
from regulars.faces.columns import COUNT, MONEY, SHARE, Column, estimate, number, share
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Customers, Panel, Picture, Table
from regulars.understand.analyses.options import Option
from regulars.understand.churn.model import (
    AHEAD,
    CANDIDATES,
    FEATURES,
    LOGARITHMIC,
    MEANING,
    ChurnReason,
    Shape,
    reasons_of,
)

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

FIRST = 20
ACTIVE, ALL = "active", "all"
EVENT = Option(
    "event",
    Text("Event that counts as churn", "表示流失的事件"),
    Text(
        "Event that counts as churn; default: 91 days of silence.",
        "视为流失的事件；默认：沉默满 91 天。",
    ),
)


@dataclass(frozen=True, slots=True)
class Curve:
    """How one feature moves the chance: what it adds at its smallest and greatest value."""

    title: Text
    least: float
    most: float
    adds: list[float]


def reason(one: ChurnReason) -> str:
    """Return a reason in words: "Days since the last action: 40"."""
    title = say(FEATURES[one.feature])
    if one.value is None or one.feature == "rhythm":
        return title
    return f"{title}: {formats.number(one.value, 2 if one.feature == 'score' else 0)}"


def curve(shape: Shape) -> Curve:
    """Return a shape at 24 places of equal distance on the scale that models work on."""
    places = np.linspace(shape.at[0], shape.at[-1], 24)
    adds = [float(one) for one in np.interp(places, shape.at, shape.adds)]
    ends = np.array([shape.at[0], shape.at[-1]])
    least, most = np.expm1(ends) if shape.feature in LOGARITHMIC else ends
    return Curve(FEATURES[shape.feature], float(least), float(most), adds)


def _chance(row: Any, _view: View) -> Estimate:
    """Return a customer's chance with what became of customers rated so in the back-test."""
    known = row if isinstance(row, dict) else {name: getattr(row, name) for name in
                                               ("n", "chance", "low", "high")}  # fmt: skip
    return Estimate(known["n"], known["chance"], known["low"], known["high"])


def _signals(row: dict[str, Any], _view: View) -> str:
    return "; ".join(reason(one) for one in reasons_of(row))


def _calibration(view: View) -> charts.Option:
    bins = view.result.back_test.bins
    lost = charts.course(_("churned"), (one.lost for one in bins))
    courses = [charts.Course(_("predicted"), [one.said for one in bins], n=lost.n), lost]
    places = [str(at) for at in range(1, len(bins) + 1)]
    return charts.trend(places, courses, unit="share", least=0, most=1)


def _sentences(view: View) -> Iterator[str]:
    caught = view.result.back_test.caught
    value, low, high = map(formats.percent, (caught.value, caught.low, caught.high))
    words = _(
        "The 10% of active customers with the highest probability contained {share} ({low} – "
        "{high}, n {n}) of those who churned."
    )
    yield fill(words, share=value, low=low, high=high, n=formats.whole(caught.n))


def _values(view: View) -> dict[str, Any]:
    warning = view.result
    test = warning.back_test if warning else None
    first = warning.warned[:FIRST] if warning and view.may_list else []
    return {
        "candidates": CANDIDATES,
        "ahead": AHEAD,
        "reason": reason,
        "event": view.options["event"],
        "used": next((one for one in test.candidates if one.key == warning.used), None)
        if test
        else None,
        "learnt": ", ".join(formats.day(one) for one in test.learnt_from) if test else "",
        "curves": [curve(one) for one in warning.model.shapes] if warning and warning.model else [],
        "first": first,
        "names": view.names(one.person for one in first),
    }


def _rated(view: View) -> str:
    line = view.result.back_test.calibration
    words = _(
        "Below each probability: the share of customers with this score who churned in the "
        "back-test, as a 95% interval (n {n})."
    )
    return fill(words, n=formats.whole(line.n)) if line else ""


def _rows(view: View, who: str | None) -> Any:
    people = view.service.customers(view.ws, view.options.scope, view.result, now=view.now)
    return people.filter(people.column("active")) if who == ACTIVE else people


ANALYSIS = Analysis(
    noun=__package__,
    name="early-warning",
    title=Text("Early warning", "流失预警"),
    question=Text(
        "Who is about to churn, and how much can still be saved?", "谁即将流失？还能挽回多少价值？"
    ),
    summary=Text("Churn early warning", "流失预警"),
    meaning=MEANING,
    result="EarlyWarning",
    order=72,
    rests_on=("lifetime-value",),
    options=(EVENT,),
    ask=lambda options: (options.scope, (options["event"] or "").strip() or None),
    people=("warned",),
    waiting=Text(
        "Training on past churn and testing in time order…",
        "正在从过往流失中学习，并按时间先后检验…",
    ),
    tables=(
        Table(
            "models",
            Text("Selected model and alternatives", "采用的模型与备选模型"),
            (
                Column(Text("Model", "模型"), lambda row, _: CANDIDATES[row.key]),
                Column(Text("Selected", "已采用"), lambda row, view: row.key == view.result.used),
                estimate(Text("AUC", "AUC"), "auc", number(3)),
                estimate(
                    Text("AUC, repeat visitors", "AUC（多次来访客户）"), "auc_again", number(3)
                ),
                Column(Text("Log loss", "对数损失"), "loss", number(4), wide=True),
                Column(Text("Calibration slope", "校准斜率"), "slope", number(2), wide=True),
                Column(Text("As good as the best", "与最佳相当"), "as_good", wide=True),
            ),
            lambda view: view.result.back_test.candidates,
        ),
        Table(
            "calibration",
            Text("Were the probabilities right?", "概率是否准确？"),
            (
                Column(Text("Predicted", "预测"), "said", SHARE),
                estimate(Text("Churned", "实际流失"), "lost", SHARE),
            ),
            lambda view: view.result.back_test.bins,
        ),
    ),
    pictures=(
        Picture(
            "calibration",
            Text(
                "Predicted and actual churn, by decile of probability",
                "按概率十分位的预测与实际流失",
            ),
            _calibration,
        ),
    ),
    customers=Customers(
        question=Text("Which customers are about to churn?", "哪些客户即将流失？"),
        rows=_rows,
        rank="rank",
        file="early-warning",
        filters=(
            Option(
                "who",
                Text("Which customers", "哪些客户"),
                Text("Active customers, or all.", "活跃客户，或全部客户。"),
                default=ACTIVE,
                choices=(
                    (ACTIVE, Text("who is still active", "仍活跃的客户")),
                    (ALL, Text("all, dormant ones too", "全部，含已休眠客户")),
                ),
            ),
        ),
        columns=(
            Column(Text("Can still be retained", "仍可挽留"), "active", in_file=True),
            estimate(Text("Churn probability", "流失概率"), _chance, share(0)),
            Column(Text("At stake", "可挽回价值"), "at_stake", MONEY),
            Column(
                Text(
                    "Expected amount of 12 months if retained", "若客户留下，未来 12 个月预计金额"
                ),
                "value",
                MONEY,
                wide=True,
            ),
            Column(Text("Days of silence", "沉默天数"), "silence", COUNT, wide=True),
            Column(Text("Churn signals", "流失迹象"), _signals, wide=True),
        ),
        plain=lambda row: {
            **{
                name: value
                for name, value in row.items()
                if not name[-1].isdigit() and name != "rank"
            },
            "reasons": reasons_of(row),
        },
        note=_rated,
    ),
    panel=Panel(
        lambda view, person: view.service.explained(
            view.ws, view.options.scope, view.result, person, now=view.now
        ),
        "churn/_person.html",
        50,
        Text("There is no early warning for this customer.", "没有该客户的流失预警。"),
    ),
    plain=lambda _view: {"features": FEATURES},
    template="churn/_overview.html",
    page="churn/early_warning.html",
    sentences=_sentences,
    values=_values,
)
